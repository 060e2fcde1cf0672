"""The officer's console: the queue, the release packet with its decision, and stopping a lot."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bonded.actions.clearances import grant_clearance
from bonded.actions.declarations import change_status
from bonded.actions.holds import place_hold
from bonded.actions.withdrawals import request_withdrawal
from bonded.models.activity import Activity
from bonded.models.declarations import Declaration
from bonded.models.documents import KimberleyCertificate
from bonded.models.holds import Hold
from bonded.models.lots import Lot
from bonded.models.withdrawals import Withdrawal
from bonded.queries.documents import papers_of_lots
from bonded.queries.officer_queue import QueueKind, officer_queue
from bonded.rules.declarations import DeclarationState, SelectivityLane
from bonded.rules.documents import PaperKind
from bonded.rules.holds import HoldKind
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Clearance, Procedure
from tests.cast import Cast
from tests.situations.bonded import (
    a_requested_withdrawal,
    a_sealed_lot,
    a_withdrawal_ready_to_leave,
    lots_in_the_vault,
)
from tests.situations.customs import a_declared_consignment, a_declared_withdrawal, apply_all, message, store
from tests.situations.web_clients import key_of, said, signed_in

HOSTILE = "<script>alert(1)</script>"


def seen_of(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_queue__lists_what_waits_with_what_is_missing_the_oldest_first(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    asked = a_requested_withdrawal(cast, at + timedelta(minutes=1))
    lot = a_sealed_lot(cast, at)
    place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="a tip", actor=cast.olga, at=at + timedelta(minutes=2))

    rows = officer_queue(actor=cast.olga, at=at).rows

    assert [(one.kind, one.key) for one in rows[:2]] == [("withdrawal", str(ready.pk)), ("withdrawal", str(asked.pk))]
    assert [one.is_ready for one in rows] == [True, False, False]
    assert rows[1].missing == ["duty_assessed", "duty_paid or duty_secured", "customs_accepted", "customs_released"]
    page = signed_in("olga").get("/queue").content.decode()
    assert "everything settled" in page
    assert f"/releases/{ready.pk}" in page
    assert f"/stones/{lot.stock_number}" in page


def test_queue__is_narrowed_and_paged_by_its_address(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    asked = a_requested_withdrawal(cast, at + timedelta(minutes=1))
    client = signed_in("olga")

    first = client.get("/queue?limit=1").content.decode()
    rest = officer_queue(actor=cast.olga, at=at, cursor=officer_queue(actor=cast.olga, at=at, limit=1).next_cursor)

    assert f"/releases/{ready.pk}" in first
    assert f"/releases/{asked.pk}" not in first
    assert [one.key for one in rest.rows] == [str(asked.pk)]
    assert "Nothing waits" in client.get("/queue?kind=hold").content.decode()
    assert "Nothing waits" in client.get("/queue?risk=overdue").content.decode()
    for wrong in ("lane=blue", "kind=x", "hours=5", "hours=x", "cursor=x", "limit=0", "cursor=WyJhIiwiYiIsImMiXQ"):
        assert client.get(f"/queue?{wrong}").status_code == 400


def test_queue__is_narrowed_by_the_lane_that_customs_chose(cast: Cast, at: datetime) -> None:
    declared = [a_declared_withdrawal(cast, at + timedelta(minutes=n)) for n in range(4)]
    for declaration, status in zip(declared, "JC7", strict=False):
        store(message(declaration, 1, status, at=at), at=at)
    apply_all(at)
    change_status(Declaration.objects.get(pk=declared[2].pk), DeclarationState.DOCUMENTS_REQUESTED, at=at)
    lanes = [SelectivityLane.GREEN, SelectivityLane.RED, SelectivityLane.YELLOW]

    rows = officer_queue(actor=cast.olga, at=at, kind=QueueKind.WITHDRAWAL).rows
    assert [one.lane for one in rows] == [*lanes, ""]
    for lane, declaration in zip(lanes, declared, strict=False):
        only = officer_queue(actor=cast.olga, at=at, lane=lane).rows
        assert [one.key for one in only] == [str(declaration.withdrawal_id)]
        page = signed_in("olga").get(f"/queue?lane={lane}").content.decode()
        assert page.count("/releases/") == 1


@pytest.mark.parametrize("username", ["alice", "charlie", "victor", "sven", "ada"])
def test_queue__is_for_officers(cast: Cast, username: str) -> None:
    assert signed_in(username).get("/queue").status_code == 403


def test_home__begins_with_the_officers_queue(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)

    assert f"/releases/{ready.pk}" in signed_in("olga").get("/").content.decode()
    assert f"/releases/{ready.pk}" not in signed_in("alice").get("/").content.decode()


def test_release__shows_every_check_with_its_evidence_and_is_approved_once(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    client = signed_in("olga")
    page = client.get(f"/releases/{ready.pk}").content.decode()

    assert "Everything is settled." in page
    assert "Duty paid: situation" in page
    assert ready.lines.get().lot.stock_number in page
    form = {"key": key_of(page), "seen": seen_of(page)}
    first = client.post(f"/releases/{ready.pk}/approve", form)
    second = client.post(f"/releases/{ready.pk}/approve", form)
    assert [first.status_code, second.status_code] == [303, 303]
    ready.refresh_from_db()
    assert (ready.state, ready.decided_by_id) == ("released", cast.olga.user_id)


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "305,000.50 CNY reserved on the guarantee"), ("zh-hans", "担保额度已预留 305,000.50 CNY")],
)
def test_release__tells_evidence_in_the_readers_language(cast: Cast, at: datetime, language: str, told: str) -> None:
    asked = a_requested_withdrawal(cast, at)
    grant_clearance(
        withdrawal_id=asked.pk,
        clearance=Clearance.DUTY_SECURED,
        evidence="%(amount)s %(currency)s reserved on the guarantee",
        facts={"amount": "305000.50", "currency": "CNY"},
        actor=SYSTEM,
        at=at,
    )

    assert told in said(signed_in("olga"), f"/releases/{asked.pk}", language=language)
    granted = Activity.objects.filter(act="bonded.clearance.grant").latest("pk")
    assert granted.facts["evidence"] == "305000.50 CNY reserved on the guarantee"


def test_release__names_what_is_missing_and_stays(cast: Cast, at: datetime) -> None:
    asked = a_requested_withdrawal(cast, at)
    page = signed_in("olga").get(f"/releases/{asked.pk}").content.decode()

    refused = signed_in("olga").post(f"/releases/{asked.pk}/approve", {"seen": seen_of(page)})

    assert "missing:" in page
    assert "Everything is settled." not in page
    assert refused.status_code == 409
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_release__tells_what_changed_since_the_page_was_opened(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    stale = int(seen_of(signed_in("olga").get(f"/releases/{ready.pk}").content.decode())) - 1

    for act in ("approve", "refuse"):
        refused = signed_in("olga").post(f"/releases/{ready.pk}/{act}", {"seen": str(stale), "reason": "no"})
        assert refused.status_code == 409
        assert "This has changed since you opened the page" in refused.content.decode()
    ready.refresh_from_db()
    assert ready.state == "declared"


def test_refuse__writes_the_reason_down_as_words(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    client = signed_in("olga")
    seen = seen_of(client.get(f"/releases/{ready.pk}").content.decode())

    for wrong in ("", "x" * 1_000_000, "a\0b"):
        assert client.post(f"/releases/{ready.pk}/refuse", {"seen": seen, "reason": wrong}).status_code == 400
    assert client.post(f"/releases/{ready.pk}/refuse", {"seen": seen, "reason": HOSTILE}).status_code == 303
    ready.refresh_from_db()
    assert (ready.state, ready.refusal_reason) == ("refused", HOSTILE)
    assert HOSTILE not in client.get(f"/releases/{ready.pk}").content.decode()


def test_release__is_for_officers_to_decide(cast: Cast, at: datetime) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)

    for username in ("alice", "charlie", "victor", "sven"):
        assert signed_in(username).get(f"/releases/{ready.pk}").status_code == 403
    for username in ("alice", "victor", "ada", "audrey"):
        assert signed_in(username).post(f"/releases/{ready.pk}/approve").status_code == 403
    assert 'data-key="a"' not in signed_in("audrey").get(f"/releases/{ready.pk}").content.decode()
    unknown = "00000000-0000-4000-8000-000000000000"
    assert signed_in("olga").post(f"/releases/{unknown}/approve").status_code == 404
    assert Withdrawal.objects.get().state == "declared"


def test_stop_and_lift__act_once_with_a_reason(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)
    other = a_sealed_lot(cast, at)
    keeper, officer = signed_in("victor"), signed_in("olga")

    stop = f"/stones/{lot.stock_number}/stop"
    assert keeper.post(stop, {"reason": HOSTILE, "key": "one"}).status_code == 303
    assert keeper.post(stop, {"reason": HOSTILE, "key": "one"}).status_code == 303
    hold = Hold.objects.get()
    page = officer.get(f"/stones/{lot.stock_number}").content.decode()
    assert (hold.kind, hold.reason) == ("discrepancy", HOSTILE)
    assert HOSTILE not in page
    assert "Sealed" in page
    lift, this = f"/stones/{lot.stock_number}/lift", {"hold": str(hold.pk)}
    assert keeper.post(lift, this | {"reason": "weighed again"}).status_code == 403
    assert officer.post(f"/stones/{other.stock_number}/lift", this | {"reason": "x"}).status_code == 404
    assert officer.post(lift, this | {"reason": "", "seen": seen_of(page)}).status_code == 400
    assert officer.post(lift, this | {"reason": "late", "seen": "0"}).status_code == 409
    assert Lot.objects.get(pk=lot.pk).is_on_hold
    assert officer.post(lift, this | {"reason": "weighed again", "seen": seen_of(page)}).status_code == 303
    assert not Lot.objects.get(pk=lot.pk).is_on_hold


def test_custody__is_told_to_staff_only(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)

    page = signed_in("alice").get(f"/stones/{lot.stock_number}").content.decode()

    assert lot.seal_number not in page
    assert "Movements" not in page
    assert signed_in("alice").post(f"/stones/{lot.stock_number}/stop", {"reason": "x"}).status_code == 403
    assert not Hold.objects.exists()


def test_release__of_goods_worth_much_needs_two_officers(cast: Cast, at: datetime) -> None:
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    Withdrawal.objects.filter(pk=withdrawal.pk).update(needs_countersignature=True)
    first, second = signed_in("olga"), signed_in("oscar")
    address = f"/releases/{withdrawal.pk}"

    assert "another officer countersigns" in first.get(address).content.decode()
    assert first.post(f"{address}/approve").status_code == 409
    assert signed_in("alice").post(f"{address}/approve-first").status_code == 403
    assert first.post(f"{address}/approve-first").status_code == 303
    assert "You approved this" in first.get(address).content.decode()
    assert first.post(f"{address}/approve").status_code == 409
    assert "Countersign and release" in second.get(address).content.decode()
    assert second.post(f"{address}/approve").status_code == 303
    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.approved_by_id) == ("released", cast.olga.user_id)


def test_release__shows_the_papers_of_its_lots(cast: Cast, at: datetime) -> None:
    rough = {"kind": "rough_diamond", "hs_code": "71023100"}
    report = {"lab": "GIA", "report_number": HOSTILE}
    lots = lots_in_the_vault(
        cast,
        at,
        lots=[rough | {"kimberley_number": "BW-1"}, rough | {"kimberley_number": "BW-2"}, report],
    )
    KimberleyCertificate.objects.create(
        number="BW-1",
        consignment=lots[0].consignment,
        issuing_country="BW",
        issued_on=at.date() - timedelta(days=60),
        expires_on=at.date() - timedelta(days=1),
        weight_carats=1,
        value_usd_minor=1,
    )
    asked = request_withdrawal(lot_ids=[lot.pk for lot in lots], procedure=Procedure.RE_EXPORT, actor=cast.alice, at=at)

    page = signed_in("olga").get(f"/releases/{asked.pk}").content.decode().partition('id="papers"')[2]

    first, second, third = (page.partition(word)[2].partition("</tr>")[0] for word in ("BW-1", "BW-2", "GIA"))
    assert "expired" in first
    assert lots[0].stock_number in first
    assert "not on record" in second
    assert "&lt;script&gt;" in third
    assert lots[2].stock_number in third
    papers = papers_of_lots(lots)
    assert [(one.kind.value, one.is_missing) for one in papers] == [
        ("kimberley_certificate", False), ("kimberley_certificate", True), ("lab_report", False),
    ]  # fmt: skip


def test_papers_of_lots__begin_with_the_entry_into_bond(cast: Cast, at: datetime) -> None:
    entry = a_declared_consignment(cast, at)
    assert entry.consignment is not None
    lots = list(entry.consignment.lots.all())

    (paper,) = papers_of_lots(lots)

    assert (paper.kind, paper.issuer, paper.number, paper.state) == (
        PaperKind.ENTRY_DECLARATION, entry.office, entry.number, "lodged",
    )  # fmt: skip
    assert paper.stock_numbers == [lot.stock_number for lot in lots]
