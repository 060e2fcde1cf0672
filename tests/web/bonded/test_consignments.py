"""The supplier's pages: announce, fill, paper, declare; and how the import of a file goes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bonded.actions.consignment_file_sweeps import forget_files, lapse_proposals
from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.models import Company, Consignment, Membership, User
from bonded.models.consignment_files import ConsignmentFile
from bonded.models.documents import KimberleyCertificate
from bonded.rules.consignment_files import DECLARED_MEANWHILE, NOBODY_DECIDED, digest_of_defaults
from bonded.rules.permissions import SYSTEM
from bonded.web.imports import progress_of
from bonded.web.times import BUILDING_ZONE
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment
from tests.situations.web_clients import key_of, said, signed_in, words_of

ANNOUNCED = {"reference": "SV-2026-1", "origin": "BW", "currency": "USD"}
LINE = {
    "kind-1": "polished_diamond",
    "hs_code-1": "710239",
    "pieces-1": "1",
    "weight_carats-1": "1.01",
    "value-1": "5000",
}
PAPER = {
    "number": "BW-12345",
    "issuing_country": "BW",
    "issued_on": "2026-11-01",
    "expires_on": "2027-11-01",
    "weight_carats": "12.5",
    "value_usd": "9000",
}
GOOD = "polished_diamond,710239,1.01,5000,"
NAUGHTY = "<script>alert(1)</script>"


def another_supplier() -> Client:
    """Sign in somebody who supplies stones for another company."""
    if User.objects.filter(username="olaf").exists():
        return signed_in("olaf")
    company = Company.objects.create(name="Other Stones", kind="supplier", registration_number="X-1", country="BE")
    user = User.objects.create(username="olaf")
    Membership.objects.create(user=user, company=company, role="supplier")
    return signed_in("olaf")


def test_announce__opens_a_consignment_once(cast: Cast) -> None:
    client = signed_in("sven")

    first, second = (client.post("/consignments/announce", ANNOUNCED | {"key": "one"}) for _ in range(2))

    assert (first.status_code, first["Location"]) == (303, "/consignments/SV-2026-1") == (303, second["Location"])
    assert Consignment.objects.count() == 1
    assert "SV-2026-1" in words_of(client.get("/consignments"))
    assert "SV-2026-1" not in words_of(client.get("/consignments?state=received"))
    assert "SV-2026-1" in words_of(client.get("/consignments?format=csv"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": "a b"},
        {"reference": "x" * 1_000_000},
        {"origin": "bw"},
        {"currency": "XXX"},
        {"reference": "A\0BC"},
    ],
)
def test_announce__refuses_what_is_no_consignment_and_keeps_what_was_typed(cast: Cast, wrong: dict[str, str]) -> None:
    refused = signed_in("sven").post("/consignments/announce", ANNOUNCED | wrong)

    assert refused.status_code == 400
    assert 'role="alert"' in words_of(refused)
    assert not Consignment.objects.exists()


def test_announce__says_when_the_reference_is_taken(cast: Cast, at: datetime) -> None:
    taken = an_announced_consignment(cast, at).reference

    assert signed_in("sven").post("/consignments/announce", ANNOUNCED | {"reference": taken}).status_code == 409
    assert Consignment.objects.count() == 1


def test_consignments__are_for_suppliers_and_staff_and_each_supplier_sees_its_own(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at)
    address = f"/consignments/{one.reference}"

    assert [signed_in(name).get(address).status_code for name in ("sven", "olga", "vera", "ada", "audrey")] == [200] * 5
    assert signed_in("alice").get(address).status_code == signed_in("alice").get("/consignments").status_code == 403
    other = another_supplier()
    assert other.get(address).status_code == 404
    assert one.reference not in words_of(other.get("/consignments"))
    for act, form in (("lines", LINE), ("certificate", PAPER), ("declare", {"office": "SIM", "seen": "1"})):
        assert other.post(f"{address}/{act}", form).status_code == 404
        assert signed_in("audrey").post(f"{address}/{act}", form).status_code == 403
    assert other.post(f"{address}/file", {"file": SimpleUploadedFile("a.csv", b"kind\nx\n")}).status_code == 404
    assert not ConsignmentFile.objects.exists()
    assert not KimberleyCertificate.objects.exists()


def test_add_lines__makes_a_lot_of_a_good_line_and_tells_what_is_wrong_with_the_other(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at, lots=())
    client, address = signed_in("sven"), f"/consignments/{one.reference}"
    second = {"kind-2": "rough_diamond", "hs_code-2": NAUGHTY, "pieces-2": "1", "weight_carats-2": "2", "value-2": "1"}

    sent = client.post(f"{address}/lines", LINE | second)
    waiting = words_of(client.get(sent["Location"]))
    file = import_stored_file(file_id=ConsignmentFile.objects.get().pk, now=lambda: at)

    assert sent["Location"] == f"/imports/{file.pk}"
    assert 'hx-trigger="every 2s"' in waiting
    done = words_of(client.get(f"/imports/{file.pk}"))
    assert "every 2s" not in done
    assert "&lt;script&gt;alert(1)" in done
    assert NAUGHTY not in done
    assert (file.lots_made, file.lines_refused) == (1, 1)
    assert f"{one.reference}-000001" in words_of(client.get(address))
    assert "malformed" in words_of(client.get(f"/imports/{file.pk}?format=csv"))
    assert client.get(f"/imports/{file.pk}/progress")["HX-Refresh"] == "true"
    assert another_supplier().get(f"/imports/{file.pk}").status_code == 404
    assert signed_in("alice").get("/imports").status_code == 403
    assert "by-hand.csv" in words_of(client.get("/imports"))


def test_add_lines__refuses_a_form_without_lines(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at)

    refused = signed_in("sven").post(f"/consignments/{one.reference}/lines", {"kind-1": "polished_diamond"})

    assert refused.status_code == 400
    assert not ConsignmentFile.objects.exists()


def test_send_file__takes_a_file_and_refuses_none_and_an_empty_one(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at, lots=())
    client, address = signed_in("sven"), f"/consignments/{one.reference}/file"
    good = b"kind,hs_code,weight_carats,value\npolished_diamond,710239,1,2000\n"

    assert client.post(address, {}).status_code == 400
    assert client.post(address, {"file": SimpleUploadedFile("empty.csv", b"")}).status_code == 400
    wrong_default = {"file": SimpleUploadedFile("a.csv", good), "default-kind": NAUGHTY}
    assert client.post(address, wrong_default).status_code == 400
    assert not ConsignmentFile.objects.exists()

    assert client.post(address, {"file": SimpleUploadedFile("my lines.csv", good)}).status_code == 303
    assert ConsignmentFile.objects.get().file_name == "my lines.csv"


def a_proposal(cast: Cast, at: datetime) -> tuple[Client, str]:
    """Sven has sent a file with one good line, one bad and one naughty; gives his browser and the file's page."""
    one = an_announced_consignment(cast, at, lots=())
    text = f"kind,hs_code,carat,price,shape\n{GOOD}round\n{GOOD.replace('1.01', 'heavy')}\n{GOOD}{NAUGHTY}\n"
    client = signed_in("sven")
    file = SimpleUploadedFile("my.csv", text.encode())
    return client, client.post(f"/consignments/{one.reference}/file", {"file": file})["Location"]


def test_import__shows_how_a_file_is_read_before_its_lines_are_stored(cast: Cast, at: datetime) -> None:
    client, address = a_proposal(cast, at)

    page = words_of(client.get(address))

    assert "Of the first 3 lines, 1 are good" in page
    assert "<code>weight_carats</code>" in page
    assert "heavy" in page
    assert "&lt;script&gt;alert(1)" in page
    assert NAUGHTY not in page
    assert "every 2s" not in page
    assert address not in words_of(signed_in("alice").get("/imports"))
    assert ConsignmentFile.objects.get().state == "proposed"


def test_confirm__has_the_lines_stored_once(cast: Cast, at: datetime) -> None:
    client, address = a_proposal(cast, at)
    page = words_of(client.get(address))
    seen = digest_of_defaults(ConsignmentFile.objects.get().defaults)
    assert f'name="seen" value="{seen}"' in page
    form = {"key": key_of(page), "seen": seen}

    unsaid = client.post(f"{address}/confirm")
    assert (unsaid.status_code, ConsignmentFile.objects.get().state) == (409, "proposed")
    assert "look at it again" in words_of(unsaid)
    sent = [client.post(f"{address}/confirm", form).status_code for _ in range(2)]
    again = client.post(f"{address}/confirm", {"seen": seen})

    assert (sent, again.status_code) == ([303, 303], 409)
    assert ConsignmentFile.objects.get().state == "waiting"
    assert f"{address}/cancel" in words_of(client.get(address))
    assert "every 2s" in words_of(client.get(address))


def test_cancel__ends_an_import_and_says_so_when_it_is_over(cast: Cast, at: datetime) -> None:
    client, address = a_proposal(cast, at)

    assert client.post(f"{address}/cancel").status_code == 303

    page = words_of(client.get(address))
    assert ConsignmentFile.objects.get().state == "cancelled"
    assert "Every line became a lot" not in page
    assert f"{address}/cancel" not in page
    assert client.post(f"{address}/cancel").status_code == 409


def test_import__says_until_when_a_proposal_stands_and_then_why_it_ended(cast: Cast, at: datetime) -> None:
    client, address = a_proposal(cast, at)
    stored_at = ConsignmentFile.objects.get().stored_at
    until = (stored_at + timedelta(days=7)).astimezone(BUILDING_ZONE)
    told = re.sub("<[^>]+>", "", words_of(client.get(address)))
    assert f"If nobody decides, it is cancelled after {until.day} {until:%b %Y, %H:%M} Shanghai." in told

    late = stored_at + timedelta(days=8)
    assert lapse_proposals(limit=1, actor=SYSTEM, at=late) == 1
    assert forget_files(limit=1, actor=SYSTEM, at=late + timedelta(days=31)) == 1

    page = words_of(client.get(address))
    assert "Nobody decided on it within seven days." in page
    assert "the same file may be sent again" in page
    assert "If nobody decides" not in page
    assert f"{address}/confirm" not in page
    assert "my.csv" in words_of(client.get("/imports"))
    assert client.get(f"{address}?format=csv").status_code == 200


def test_confirm_and_cancel__are_the_suppliers(cast: Cast, at: datetime) -> None:
    _, address = a_proposal(cast, at)

    for act in ("confirm", "cancel"):
        assert another_supplier().post(f"{address}/{act}").status_code == 404
        for username in ("alice", "audrey", "vera", "olga"):
            assert signed_in(username).post(f"{address}/{act}").status_code == 403
    assert f"{address}/confirm" not in words_of(signed_in("audrey").get(address))
    assert ConsignmentFile.objects.get().state == "proposed"


def test_send_file__refuses_an_unreadable_file_at_once(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at, lots=())
    file = SimpleUploadedFile("a.csv", f"kind,{NAUGHTY}\nx,y\n".encode())

    refused = signed_in("sven").post(f"/consignments/{one.reference}/file", {"file": file})

    assert refused.status_code == 400
    assert "These columns are not known" in words_of(refused)
    assert NAUGHTY not in words_of(refused)
    assert not ConsignmentFile.objects.exists()


@pytest.mark.parametrize(
    ("state", "refusal", "told", "may_come_again"),
    [
        ("refused", "The file is empty.", "文件无法读取；请检查表头和内容。 (The file is empty.)", False),
        ("refused", DECLARED_MEANWHILE, "该批货物已申报，其明细不可再变更。", False),
        ("cancelled", NOBODY_DECIDED, "七天之内无人处理。", True),
    ],
)
def test_import__tells_why_nothing_came_of_a_file(
    cast: Cast, at: datetime, state: str, refusal: str, told: str, may_come_again: bool
) -> None:
    one = an_announced_consignment(cast, at, lots=())
    file = store_consignment_file(
        consignment_id=one.pk, file_name="a.csv", content=b"kind\nx\n", defaults={}, actor=cast.sven, at=at
    )
    ConsignmentFile.objects.filter(pk=file.pk).update(state=state, refusal=refusal, finished_at=at)

    page = said(signed_in("sven"), f"/imports/{file.pk}", language="zh-hans")

    assert f'<p class="refusal">{told}' in page
    assert ("同一文件可重新发送" in page) is may_come_again


def test_import__estimates_what_is_left(cast: Cast, at: datetime) -> None:
    file = ConsignmentFile(state="running", lines_in_all=100, lines_read=25, stored_at=at)

    assert progress_of(file, at + timedelta(seconds=10))["seconds_left"] == 30


def test_add_certificate__records_it_once_and_refuses_wrong_days(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at)
    client, address = signed_in("sven"), f"/consignments/{one.reference}/certificate"

    assert client.post(address, PAPER | {"expires_on": "2026-10-01"}).status_code == 400
    assert client.post(address, PAPER | {"weight_carats": "much"}).status_code == 400
    assert not KimberleyCertificate.objects.exists()
    assert client.post(address, PAPER).status_code == 303
    assert client.post(address, PAPER).status_code == 409
    assert "BW-12345" in words_of(client.get(f"/consignments/{one.reference}"))


def test_declare__fixes_the_lines_and_refuses_a_page_that_is_stale(cast: Cast, at: datetime) -> None:
    one = an_announced_consignment(cast, at)
    client, address = signed_in("sven"), f"/consignments/{one.reference}"
    stale = {"office": "SIM", "seen": "1"}
    client.post(f"{address}/certificate", PAPER)

    refused = client.post(f"{address}/declare", stale)
    one.refresh_from_db()
    assert (refused.status_code, one.state) == (409, "announced")
    assert "Certificate written down, sven" in words_of(refused)

    client.post(f"{address}/declare", {"office": "SIM", "seen": "2"})
    one.refresh_from_db()
    assert one.state == "declared"
    page = words_of(client.get(address))
    assert "/lines" not in page
    assert one.declarations.get().number in page
    assert client.post(f"{address}/lines", LINE).status_code == 409
