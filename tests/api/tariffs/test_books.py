"""The books over HTTP: balances of either date, entries, reversals, unmatching, late debts, statements of accounts."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from tariffs import tasks
from tariffs.models import AccountStatement, BankStatementLine, DutyDebt, JournalEntry, PaymentMatch, UndoneMatch
from tests.api.tariffs.test_duty_amendments import a_body, path_of
from tests.api.tariffs.test_tariffs import EVERYBODY, get, send, statuses
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule, camt053, imported, settle


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> SimpleNamespace:
    """Let every request come at the moment of the test, or at the one that it sets."""
    clock = SimpleNamespace(moment=at)
    clock.now = lambda: clock.moment
    monkeypatch.setattr("config.middleware.timezone", clock)
    return clock


@pytest.fixture
def debt(cast: Cast, at: datetime) -> DutyDebt:
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


def part_paid(debt: DutyDebt, cast: Cast, at: datetime) -> PaymentMatch:
    settle(camt053(("100000.00", "CRDT", debt.reference)), cast, at)
    return PaymentMatch.objects.get()


def a_line_back(debt: DutyDebt, cast: Cast, at: datetime) -> str:
    """Where it is said that a line of the bank's sent 30,577.78 yuan back, which an amendment set apart."""
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    amended = a_body(debt, customs_value="900000.00", currency="CNY")
    assert send(cast, "olga", path_of(debt), amended).status_code == 201
    file = imported(camt053(("30577.78", "DBIT", "sorry"), identification="S2", payee="ALDER1"), cast, at)
    return f"/bank-statement-lines/{BankStatementLine.objects.get(statement__file=file).pk}/repay"


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 200), ("alice", 403), ("charlie", 403), ("olga", 403), ("audrey", 403), ("sven", 403), (None, 401)],
)
def test_repay_overpayment__by_everybody(
    cast: Cast, at: datetime, debt: DutyDebt, who: str | None, status: int
) -> None:
    path = a_line_back(debt, cast, at)
    answer = send(cast, who, path, {"debt_id": str(debt.pk)})
    assert answer.status_code == status, answer.content
    debt.refresh_from_db()
    assert debt.repaid_minor == (30_577_78 if status == 200 else 0)


def test_repay_overpayment__with_the_same_key_happens_once(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    path, key = a_line_back(debt, cast, at), str(uuid4())
    first, again = (send(cast, "ada", path, {"debt_id": str(debt.pk)}, key=key) for _ in range(2))
    assert first.content == again.content
    assert (first.json()["set_apart"], first.json()["repaid"]) == ("0.00", "30577.78")
    assert PaymentMatch.objects.filter(rule="repayment").count() == 1


def test_repay_overpayment__refuses_what_is_malformed_or_not_there(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    path = a_line_back(debt, cast, at)
    answers = [send(cast, "ada", path, body).status_code for body in ({}, {"debt_id": "x"}, {"debt_id": str(uuid4())})]
    assert answers == [400, 400, 404]
    assert not PaymentMatch.objects.filter(rule="repayment").exists()


def balances(cast: Cast, query: str) -> dict[str, str]:
    answer = get(cast, "audrey", f"/ledger/balances{query}")
    assert answer.status_code == 200, answer.content
    return {row["code"]: row["balance"] for row in answer.json()["results"]}


def test_list_ledger_balances__as_of_either_date(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    part_paid(debt, cast, at)
    assert balances(cast, "?effective_on=2026-12-06")["1100"] == "305777.78"
    assert balances(cast, "?effective_on=2026-12-07")["1100"] == "205777.78"
    assert balances(cast, "?posted_at=2026-11-23T09:59:59%2B08:00")["1100"] == "0.00"
    assert balances(cast, "?effective_on=2026-12-06&posted_at=2026-11-23T10:00:00%2B08:00")["1000"] == "0.00"


@pytest.mark.parametrize("query", ["?posted_at=yesterday", "?posted_at=2026-11-23T10:00:00", "?effective_on=x"])
def test_list_ledger_balances__refuses_what_is_no_date(cast: Cast, query: str) -> None:
    assert get(cast, "audrey", f"/ledger/balances{query}").status_code == 400


def test_list_journal_entries__of_an_account_by_pages(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    part_paid(debt, cast, at)
    path = f"/tariffs/ledger/entries?code=1100&company_id={cast.alder.pk}&limit=1"
    first = get(cast, "audrey", path).json()
    second = get(cast, "audrey", f"{path}&cursor={first['next_cursor']}").json()
    assert [(row["event"], row["amount"]) for row in first["results"] + second["results"]] == [
        ("duty_charged", "305777.78"), ("payment_received", "-100000.00"),
    ]  # fmt: skip
    assert second["next_cursor"] is None
    staff = {"ada": 200, "audrey": 200, None: 401}
    assert statuses(cast, path) == dict.fromkeys(EVERYBODY, 403) | staff
    assert get(cast, "ada", "/tariffs/ledger/entries").status_code == 400
    assert get(cast, "ada", "/tariffs/ledger/entries?code=1100&company_id=-1").status_code == 400


def test_reverse_journal_entry__takes_the_match_with_it(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    match = part_paid(debt, cast, at)
    answer = send(cast, "ada", f"/tariffs/ledger/entries/{match.entry_id}/reversal", {"reason": "slip"})
    assert (answer.status_code, answer.json()["reverses_id"]) == (201, match.entry_id)
    debt.refresh_from_db()
    assert (debt.paid_minor, PaymentMatch.objects.count(), UndoneMatch.objects.count()) == (0, 0, 1)
    again = send(cast, "ada", f"/tariffs/ledger/entries/{match.entry_id}/reversal", {"reason": "slip"})
    assert (again.status_code, again.json()["code"]) == (409, "entry_already_reversed")


def test_reverse_journal_entry__refuses_what_a_debt_stands_on(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    entry = JournalEntry.objects.get()
    answer = send(cast, "ada", f"/tariffs/ledger/entries/{entry.pk}/reversal", {"reason": "slip"})
    assert (answer.status_code, answer.json()["code"]) == (409, "entry_not_reversed_alone")
    assert answer.json()["facts"] == {
        "entry_id": entry.pk, "event": "duty_charged", "undone": "with_its_withdrawal",
    }  # fmt: skip
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("olga", 403), ("audrey", 403), (None, 401)])
def test_corrections__by_everybody_else(cast: Cast, at: datetime, debt: DutyDebt, who: str | None, status: int) -> None:
    match = part_paid(debt, cast, at)
    for path in (f"/tariffs/ledger/entries/{match.entry_id}/reversal", f"/payment-matches/{match.pk}/unmatch"):
        assert send(cast, who, path, {"reason": "slip"}).status_code == status
    assert UndoneMatch.objects.count() == 0


def test_corrections__of_nothing_are_not_there_and_need_a_reason(cast: Cast, at: datetime) -> None:
    for path in ("/tariffs/ledger/entries/9/reversal", "/payment-matches/9/unmatch"):
        assert send(cast, "ada", path, {"reason": "slip"}).status_code == 404
        assert send(cast, "ada", path, {}).status_code == 400


def test_unmatch_payment__with_the_same_key_happens_once(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    path = f"/payment-matches/{part_paid(debt, cast, at).pk}/unmatch"
    key = str(uuid4())
    first, second = (send(cast, "ada", path, {"reason": "slip"}, key=key) for _ in range(2))
    assert (first.status_code, first.json()["outstanding"]) == (200, "305777.78")
    assert second.content == first.content
    assert UndoneMatch.objects.count() == 1


def test_list_duty_debts__tells_what_late_money_would_cost(
    cast: Cast, at: datetime, debt: DutyDebt, now: SimpleNamespace
) -> None:
    def told() -> dict[str, Any]:
        return get(cast, "alice", "/duty-debts").json()["results"][0]  # type: ignore[no-any-return]

    assert (told()["surcharge_if_paid_today"], told()["surcharges"]) == (None, [])
    assert (told()["term"], told()["day_count"]) == ("fifth_working_day", "start_not_counted")
    assert told()["source"].startswith("Tariff Law of 2024, Art. 43")
    now.moment = datetime.fromisoformat("2026-12-17T10:00:00+08:00")
    assert (told()["surcharge_if_paid_today"], told()["outstanding"]) == ("1528.89", "305777.78")
    assert [(one["tax"], one["amount"]) for one in told()["surcharges"]] == [
        ("duty", "200.00"), ("consumption_tax", "577.78"), ("vat", "751.11"),
    ]  # fmt: skip
    settle(camt053(("305777.78", "CRDT", debt.reference), booked_on="2026-12-17"), cast, now.moment)
    assert (told()["surcharge_if_paid_today"], told()["surcharge"]) == (None, "1528.89")
    assert (told()["owed"], told()["outstanding"]) == ("307306.67", "1528.89")
    assert [one["amount"] for one in told()["surcharges"]] == ["200.00", "577.78", "751.11"]


def test_account_statements__are_ordered_made_and_fetched(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    orders = f"/companies/{cast.alder.pk}/account-statements"
    answer = send(cast, "alice", orders, {"month": "2026-11"})
    assert (answer.status_code, answer.json()["state"], answer.json()["month"]) == (202, "queued", "2026-11")
    one = f"/account-statements/{answer.json()['id']}"
    early = get(cast, "alice", f"{one}/pdf")
    assert (early.status_code, early.json()["code"]) == (409, "statement_not_ready")

    assert tasks.make_account_statements() == 1
    ready = get(cast, "alice", one).json()
    assert (ready["state"], ready["entries_done"], ready["entries_total"]) == ("ready", 1, 1)
    pdf, text = get(cast, "alice", f"{one}/pdf"), get(cast, "alice", f"{one}/csv")
    assert (pdf["Content-Type"], text["Content-Type"]) == ("application/pdf", "text/csv; charset=utf-8")
    assert "-CNY-2026-11.csv" in text["Content-Disposition"]
    assert "305777.78" in text.content.decode("utf-8-sig")
    assert [row["id"] for row in get(cast, "bob", orders).json()["results"]] == [ready["id"]]


def test_account_statements__of_another_company_are_not_there(cast: Cast, at: datetime) -> None:
    orders = f"/companies/{cast.alder.pk}/account-statements"
    made = send(cast, "alice", orders, {"month": "2026-11"}).json()
    everybody = {"charlie": 404, "olga": 403, "victor": 403, "sven": 403, None: 401}
    for end in ("", "/pdf", "/csv"):
        ours = 200 if end == "" else 409
        assert statuses(cast, f"/account-statements/{made['id']}{end}") == dict.fromkeys(EVERYBODY, ours) | everybody
    assert get(cast, "charlie", orders).json()["results"] == []
    assert send(cast, "charlie", orders, {"month": "2026-11"}).status_code == 404
    assert AccountStatement.objects.count() == 1


def test_cancel_account_statement__by_everybody(cast: Cast, at: datetime) -> None:
    orders = f"/companies/{cast.alder.pk}/account-statements"
    expected = {
        "alice": 200, "bob": 200, "ada": 200, "charlie": 404,
        "audrey": 403, "olga": 403, "victor": 403, "sven": 403, None: 401,
    }  # fmt: skip
    for who, status in expected.items():
        made = send(cast, "alice", orders, {"month": "2026-11"}, key=f"order for {who}").json()
        answer = send(cast, who, f"/account-statements/{made['id']}/cancel", {})
        assert answer.status_code == status, (who, answer.content)
        statement = AccountStatement.objects.get(pk=made["id"])
        assert statement.state == ("cancelled" if status == 200 else "queued")
        statement.delete()


def test_cancel_account_statement__once_and_not_what_is_made(cast: Cast, at: datetime) -> None:
    orders = f"/companies/{cast.alder.pk}/account-statements"
    made = send(cast, "alice", orders, {"month": "2026-11"}).json()
    one = f"/account-statements/{made['id']}"
    first, second = (send(cast, "alice", f"{one}/cancel", {}, key="one") for _ in range(2))
    assert second.content == first.content
    assert (first.json()["state"], first.json()["cancelled_at"]) == ("cancelled", "2026-11-23T02:00:00+00:00")
    assert get(cast, "alice", f"{one}/pdf").json()["code"] == "statement_cancelled"
    again = send(cast, "alice", orders, {"month": "2026-11"}, key="again").json()
    assert again["id"] != made["id"]
    assert tasks.make_account_statements() == 1
    late = send(cast, "alice", f"/account-statements/{again['id']}/cancel", {})
    assert (late.status_code, late.json()["code"]) == (409, "step_not_allowed")
    assert get(cast, "alice", f"/account-statements/{again['id']}").json()["state"] == "ready"
    unknown = send(cast, "alice", f"/account-statements/{uuid4()}/cancel", {})
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"month": "2026-13"}, {"month": "2026-11-01"}, {"month": "2026-11", "currency": "YUAN"}, {"month": "0000-01"}],
)
def test_order_account_statement__refuses_malformed_bodies(cast: Cast, body: dict[str, Any]) -> None:
    answer = send(cast, "alice", f"/companies/{cast.alder.pk}/account-statements", body)
    assert answer.status_code == 400
    assert AccountStatement.objects.count() == 0


def test_order_account_statement__with_the_same_key_orders_one(cast: Cast, at: datetime) -> None:
    orders = f"/companies/{cast.alder.pk}/account-statements"
    first, second = (send(cast, "alice", orders, {"month": "2026-11"}, key="one") for _ in range(2))
    assert second.content == first.content
    assert send(cast, "alice", orders, {"month": "2026-12"}).json()["code"] == "month_not_begun"
    assert AccountStatement.objects.count() == 1
