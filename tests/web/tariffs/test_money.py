"""The administrator's money: a file is looked at, imported, matched, booked, taken back; the books; statements."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bonded.models.activity import Activity
from tariffs.models.account_statements import AccountStatement
from tariffs.models.bank_statements import BankFile, BankStatementLine, PaymentMatch
from tariffs.models.debts import DutyDebt
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule, camt053, imported
from tests.situations.web_clients import said, signed_in, words_of

NAUGHTY = "&lt;script&gt;alert(1)&lt;/script&gt;"


def owed(cast: Cast, at: datetime) -> DutyDebt:
    """Alder owes the duty of an emerald."""
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


def a_file(content: bytes, name: str = "statement.xml") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, content)}


def paying(debt: DutyDebt) -> bytes:
    return camt053((str(debt.owed), "CRDT", debt.reference), ("5.00", "CRDT", NAUGHTY))


def matched(cast: Cast, at: datetime) -> tuple[Client, DutyDebt, str]:
    """Import and match a file that pays a debt, and give the file's address."""
    debt = owed(cast, at)
    client = signed_in("ada")
    client.post("/money/files/import", a_file(paying(debt)))
    address = f"/money/files/{BankFile.objects.get().pk}"
    client.post(f"{address}/match", {"key": "m"})
    return client, debt, address


def test_look_at_file__tells_what_each_line_would_pay_and_keeps_nothing(cast: Cast, at: datetime) -> None:
    debt = owed(cast, at)

    page = words_of(signed_in("ada").post("/money/files/look", a_file(paying(debt))))

    assert f'<span class="good">{debt.reference}</span>' in page
    assert page.count("nothing that is known") == 1
    assert "<script>alert(1)" not in page
    assert not BankFile.objects.exists()


def test_import_file__takes_a_file_once_and_refuses_what_is_none(cast: Cast, at: datetime) -> None:
    client = signed_in("ada")

    assert client.post("/money/files/import", {}).status_code == 400
    assert client.post("/money/files/import", a_file(b"<nonsense/>")).status_code == 400
    assert client.post("/money/files/import", a_file(b"a" * 1_000_000)).status_code == 400
    assert not BankFile.objects.exists()
    assert client.post("/money/files/import", a_file(camt053(("5.00", "CRDT", "x")))).status_code == 303
    assert client.post("/money/files/import", a_file(camt053(("5.00", "CRDT", "x")))).status_code == 409
    assert BankFile.objects.count() == 1


SAMPLES = Path(settings.BASE_DIR) / "tariffs/samples/bank"


@pytest.mark.parametrize("form", ["xml", "sta", "csv"])
def test_import_file__takes_each_form_and_looks_at_it_first(cast: Cast, at: datetime, form: str) -> None:
    content = (SAMPLES / f"statement.{form}").read_bytes()
    client = signed_in("ada")

    looked = words_of(client.post("/money/files/look", a_file(content, f"day.{form}")))
    assert "CN¥1,298,185.06" in looked
    assert not BankFile.objects.exists()
    assert client.post("/money/files/import", a_file(content, f"day.{form}")).status_code == 303
    assert BankStatementLine.objects.count() == 4


@pytest.mark.parametrize("door", ["look", "import"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b":20:X\n:25:1\n:28C:1\n:60F:C261207CNY1,00\n:61:2612", "Line: 5"),
        (camt053(("5.00", "CRDT", "x"), ("5.001", "CRDT", "x")), "Entry in the file: 2"),
        (":20:X\n:25:翡翠\n".encode("gb18030"), "Line: 2"),
        (b":20:X\n:25:1\n:28C:1\n:60F:C261207CNY1,00\n:62F:C261207CNY2,00\n", "the bank says 2.00"),
        (b":20:X\n:25:<script>\n:28C:1\n:60F:C261207CNY1,00\n:62F:C261207XXX2,00\n", "Line: 5"),
    ],
)
def test_import_file__tells_the_line_and_writes_nothing(
    cast: Cast, at: datetime, door: str, content: bytes, told: str
) -> None:
    answer = signed_in("ada").post(f"/money/files/{door}", a_file(content))

    assert answer.status_code == 400
    assert told in words_of(answer)
    assert not BankFile.objects.exists()


def test_money__is_for_administrators_and_auditors_and_only_the_former_act(cast: Cast, at: datetime) -> None:
    file = imported(camt053(("5.00", "CRDT", "x")), cast, at)
    pages = ("/money", f"/money/files/{file.pk}", "/money/ledger", "/money/statements")

    for name in ("alice", "olga", "victor", "sven"):
        assert [signed_in(name).get(address).status_code for address in pages] == [403] * 4
    auditor = signed_in("audrey")
    assert [auditor.get(address).status_code for address in pages] == [200] * 4
    for act in ("match", "match-line", "book", "unmatch"):
        assert auditor.post(f"/money/files/{file.pk}/{act}", {"line": "1"}).status_code == 403
    assert 'method="post"' not in words_of(auditor.get(pages[1])).partition("<main")[2]
    assert signed_in("ada").get("/money/files/999999").status_code == 404


def test_match_all__and_book__settle_the_debt_once(cast: Cast, at: datetime) -> None:
    client, debt, address = matched(cast, at)

    assert debt.reference in words_of(client.get(address))
    for _ in range(2):
        assert client.post(f"{address}/book", {"key": "b"}).status_code == 303

    debt.refresh_from_db()
    assert debt.state == "paid"
    assert Activity.objects.filter(act="tariffs.payment.book").count() == 1
    assert "1100 Duty owed by companies" in words_of(client.get("/money/ledger"))
    assert "1100 应收税款" in said(client, "/money/ledger", language="zh-hans")
    entries = words_of(client.get(f"/money/ledger?code=1100&company={cast.alder.pk}"))
    assert "Payment received" in entries
    assert client.post(f"{address}/book", {"match": str(PaymentMatch.objects.get().pk)}).status_code == 409


def test_unmatch__needs_a_reason_and_takes_the_match_back(cast: Cast, at: datetime) -> None:
    client, _, address = matched(cast, at)
    match = str(PaymentMatch.objects.get().pk)

    assert client.post(f"{address}/unmatch", {"match": match, "reason": " "}).status_code == 400
    assert client.post(f"{address}/unmatch", {"match": match, "reason": "x" * 1_000_000}).status_code == 400
    assert client.post(f"{address}/unmatch", {"match": "9999999", "reason": "x"}).status_code == 404
    assert PaymentMatch.objects.count() == 1
    assert client.post(f"{address}/unmatch", {"match": match, "reason": "Another debt's."}).status_code == 303
    assert not PaymentMatch.objects.exists()


def test_match_one__matches_by_the_reference_that_is_typed(cast: Cast, at: datetime) -> None:
    debt = owed(cast, at)
    file = imported(camt053(("5.00", "CRDT", "no reference")), cast, at)
    line, address = BankStatementLine.objects.get(), f"/money/files/{file.pk}/match-line"
    client = signed_in("ada")

    assert client.post(address, {"line": str(line.pk), "reference": "RF00"}).status_code == 404
    assert client.post(address, {"line": "99999", "reference": debt.reference}).status_code == 404
    assert client.post(address, {"line": "one", "reference": debt.reference}).status_code == 400
    assert "CN¥5.00" in words_of(client.get("/money"))
    assert client.post(address, {"line": str(line.pk), "reference": debt.reference}).status_code == 303
    assert PaymentMatch.objects.get().debt_id == debt.pk
    assert "every line of the bank is matched" in words_of(client.get("/money"))


def test_money__says_which_lines_the_bank_took_back(cast: Cast, at: datetime) -> None:
    content = camt053(("5.00", "DBIT", "x")).replace(b"<Sts>", b"<RvslInd>true</RvslInd><Sts>")
    client = signed_in("ada")

    assert "taken back by the bank" in words_of(client.post("/money/files/look", a_file(content)))
    file = imported(content, cast, at)
    for address in ("/money", f"/money/files/{file.pk}"):
        assert "taken back by the bank" in words_of(client.get(address))
    assert "taken back by the bank" not in words_of(
        client.post("/money/files/look", a_file(camt053(("5.00", "DBIT", "x"))))
    )


def test_money__shows_debts_by_age_and_gives_files(cast: Cast, at: datetime) -> None:
    debt = owed(cast, at)
    imported(camt053(("5.00", "CRDT", "=cmd()")), cast, at)
    client = signed_in("ada")

    page = words_of(client.get("/money"))

    assert "Not late" in page
    assert "90 days late" in page
    assert debt.reference in words_of(client.get("/money?format=csv"))
    assert ",'=cmd()" in words_of(client.get("/money?format=doubt"))
    assert "1100" in words_of(client.get("/money/ledger?format=csv"))
    assert client.get("/money/ledger?code=9&company=x").status_code == 400


def test_reverse_entry__takes_a_booked_payment_back(cast: Cast, at: datetime) -> None:
    client, _, address = matched(cast, at)
    client.post(f"{address}/book", {})
    entry = PaymentMatch.objects.get().entry_id

    assert client.post("/money/ledger/reverse", {"entry": "999999", "reason": "Wrong."}).status_code == 404
    assert client.post("/money/ledger/reverse", {"entry": str(entry), "reason": ""}).status_code == 400
    refused = client.post("/money/ledger/reverse", {"entry": str(entry), "reason": "Wrong."})

    # The guarantee was given back with the payment, so nothing is undone, and the page says why.
    assert refused.status_code == 409
    assert "the guarantee was given back" in words_of(refused)
    assert PaymentMatch.objects.get().entry_id == entry


def test_order_for_company__asks_for_a_statement_once(cast: Cast, at: datetime) -> None:
    client = signed_in("ada")
    form = {"company": str(cast.alder.pk), "month": "2026-11", "currency": "CNY", "key": "k"}

    assert client.post("/money/statements/order", form | {"month": "2026-13", "key": "1"}).status_code == 400
    assert client.post("/money/statements/order", form | {"company": "999999", "key": "2"}).status_code == 404
    assert [client.post("/money/statements/order", form).status_code for _ in range(2)] == [303, 303]
    assert AccountStatement.objects.count() == 1
    assert "every 2s" in words_of(client.get("/money/statements"))
