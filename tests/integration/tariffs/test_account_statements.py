"""Statements of accounts: ordered, made once by whoever comes first, the same bytes for the same moment."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from bonded.models import Activity, Company
from bonded.rules.errors import NotFound, NotPermitted, NotSignedIn
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import CurrencyUnknown
from bonded.rules.permissions import ANONYMOUS, SYSTEM, Actor
from tariffs import tasks
from tariffs.actions.account_statements import (
    StatementTakenAway,
    cancel_account_statement,
    claim_account_statement,
    keep_account_statement,
    order_account_statement,
    tell_progress,
)
from tariffs.gateways.account_statements import statement_csv, statement_pdf
from tariffs.models import AccountStatement, DutyDebt
from tariffs.queries.account_statements import document_of_statement, statement_of
from tariffs.rules.account_statements import MonthNotBegun, StatementCancelled
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule, camt053, settle

DECEMBER = date(2026, 12, 1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def later(cast: Cast, at: datetime) -> datetime:
    """Alder was charged in November and paid late in December; the moment is in January."""
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    paid_at = datetime(2026, 12, 17, 3, 0, tzinfo=UTC)
    settle(camt053(("305777.78", "CRDT", debt.reference), booked_on="2026-12-17"), cast, paid_at)
    return datetime(2027, 1, 4, 2, 0, tzinfo=UTC)


def order(cast: Cast, at: datetime, month: date = DECEMBER) -> AccountStatement:
    return order_account_statement(company_id=cast.alder.pk, currency="CNY", month=month, actor=cast.alice, at=at)


def documents(statement: AccountStatement) -> tuple[bytes, bytes]:
    told = statement_of(statement, actor=SYSTEM)
    return statement_pdf(told, tell=lambda done: None), statement_csv(told, tell=lambda done: None)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def make(monkeypatch: pytest.MonkeyPatch, at: datetime) -> int:
    monkeypatch.setattr("tariffs.tasks.timezone", SimpleNamespace(now=lambda: at))
    return tasks.make_account_statements()


def test_statement_of__tells_what_stood_moved_and_stands(cast: Cast, later: datetime) -> None:
    told = statement_of(order(cast, later), actor=SYSTEM)
    assert (str(told.opening), str(told.closing), told.due_on) == ("305777.78", "1528.89", None)
    assert [(entry.event, str(entry.amount)) for entry in told.entries] == [
        ("surcharge_charged", "1528.89"), ("payment_received", "-305777.78"),
    ]  # fmt: skip


def test_statement_of__collects_the_charges_of_a_month_to_one_day(cast: Cast, later: datetime) -> None:
    told = statement_of(order(cast, later, date(2026, 11, 30)), actor=SYSTEM)
    assert (str(told.opening), str(told.closing)) == ("0.00", "305777.78")
    assert (str(told.collected), told.due_on) == ("305777.78", date(2026, 12, 7))


def test_statement_of__knows_nothing_of_what_was_posted_later(cast: Cast, later: datetime) -> None:
    told = statement_of(order(cast, datetime(2026, 12, 17, 2, 59, tzinfo=UTC)), actor=SYSTEM)
    assert (str(told.closing), told.entries) == ("305777.78", ())


def test_statement_of__knows_nothing_of_what_was_committed_later_with_an_earlier_moment(
    cast: Cast, later: datetime
) -> None:
    statement = order(cast, later)
    before = statement_of(statement, actor=SYSTEM)
    settle(
        camt053(("1528.89", "CRDT", DutyDebt.objects.get().reference), identification="S9", booked_on="2026-11-30"),
        cast,
        later - timedelta(seconds=1),
    )
    assert statement_of(statement, actor=SYSTEM) == before


def test_order_account_statement__refuses_a_currency_without_books(cast: Cast, later: datetime) -> None:
    with pytest.raises(CurrencyUnknown):
        order_account_statement(company_id=cast.alder.pk, currency="XXX", month=DECEMBER, actor=cast.alice, at=later)
    assert not AccountStatement.objects.exists()


def test_statement_documents__are_the_same_bytes_each_time(cast: Cast, later: datetime) -> None:
    statement = order(cast, later)
    first = documents(statement)
    settle(
        camt053(("1528.89", "CRDT", "?"), identification="S9", booked_on="2026-12-20"),
        cast,
        later + timedelta(seconds=1),
    )
    assert documents(statement) == first
    assert first[0].startswith(b"%PDF-")


def test_statement_csv__is_no_formula_and_adds_up(cast: Cast, later: datetime) -> None:
    Company.objects.filter(pk=cast.alder.pk).update(name='=HYPERLINK("http://example.com")')
    _, content = documents(order(cast, later))
    rows = cells(content)
    assert {row[0] for row in rows[1:]} == {'\'=HYPERLINK("http://example.com")'}
    assert [row[3:8] for row in rows[1:]] == [
        ["Opening balance 期初余额", "", "", "", "305777.78"],
        ["Late-payment surcharge 滞纳金", rows[2][4], "1528.89", "", "307306.67"],
        ["Payment received 收到付款", rows[3][4], "", "305777.78", "1528.89"],
        ["Closing balance 期末余额", "", "", "", "1528.89"],
    ]
    assert [row[1:3] for row in rows[2:4]] == [["2026-12-17", "2026-12-17 11:00:00"]] * 2


def test_statement_pdf__goes_on_over_pages(cast: Cast, later: datetime) -> None:
    told = statement_of(order(cast, later), actor=SYSTEM)
    many = type(told)(**{name: getattr(told, name) for name in told.__slots__} | {"entries": told.entries * 600})
    said: list[int] = []
    content = statement_pdf(many, tell=said.append)
    assert said == [500, 1000]
    assert content.count(b"/Type /Page\n") > 20


def test_make_account_statements__makes_what_waits(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = order(cast, later)
    assert make(monkeypatch, later) == 1
    assert make(monkeypatch, later) == 0
    statement.refresh_from_db()
    pdf, text = documents(statement)
    assert (statement.state, statement.entries_done, statement.entries_total) == ("ready", 2, 2)
    assert (bytes(statement.pdf or b""), bytes(statement.csv or b"")) == (pdf, text)
    assert bytes(statement.pdf_sha256 or b"") == sha256(pdf).digest()


def test_make_account_statements__begins_again_what_a_dead_worker_left(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(cast, later)
    dead = claim_account_statement(actor=SYSTEM, at=later)
    assert dead is not None
    tell_progress(statement=dead, done=1, total=2, actor=SYSTEM, at=later)
    assert make(monkeypatch, later + timedelta(seconds=60)) == 0
    assert make(monkeypatch, later + timedelta(seconds=61)) == 1
    ready = AccountStatement.objects.get()
    assert not keep_account_statement(
        statement_id=dead.pk, attempt=dead.attempt, pdf=b"late", csv=b"late", actor=SYSTEM, at=later
    )
    with pytest.raises(StatementTakenAway):
        tell_progress(statement=dead, done=1, total=9, actor=SYSTEM, at=later)
    again = AccountStatement.objects.get()
    assert (again.pdf, again.entries_total) == (ready.pdf, 2)


def cancel(statement: AccountStatement, cast: Cast, at: datetime, actor: Actor | None = None) -> AccountStatement:
    return cancel_account_statement(statement_id=statement.pk, actor=actor or cast.alice, at=at)


@pytest.mark.parametrize("who", ["alice", "bob", "ada"])
def test_cancel_account_statement__ends_what_waits(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    statement = order(cast, later)

    cancelled = cancel(statement, cast, later + MINUTE, actor=getattr(cast, who))

    assert (cancelled.state, cancelled.cancelled_at) == ("cancelled", later + MINUTE)
    assert make(monkeypatch, later + MINUTE) == 0
    act = Activity.objects.get(act="tariffs.account_statement.cancel")
    assert (act.target_id, act.actor_id) == (str(statement.pk), getattr(cast, who).user_id)
    assert act.facts == {"month": "2026-12", "entries_done": 0}


@pytest.mark.parametrize("moment", [timedelta(0), timedelta(minutes=1)])
def test_order_account_statement__after_a_cancelled_one_makes_another(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch, moment: timedelta
) -> None:
    first = cancel(order(cast, later), cast, later)

    again = order(cast, later + moment)

    assert (again.pk != first.pk, again.state) == (True, "queued")
    assert order(cast, later + moment).pk == again.pk
    assert make(monkeypatch, later + moment) == 1
    first.refresh_from_db()
    again.refresh_from_db()
    assert (first.state, first.pdf, again.state, bool(again.pdf)) == ("cancelled", None, "ready", True)


@pytest.mark.parametrize("told", [0, 500])
def test_cancel_account_statement__stops_the_worker_at_its_next_step(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch, told: int
) -> None:
    statement, other = order(cast, later), order(cast, later + MINUTE, date(2026, 11, 1))
    drawn: list[str] = []

    def draw(content: Any, *, tell: Callable[[int], None]) -> bytes:
        drawn.append(f"{content.month:%m}")
        if len(drawn) == 1:
            tell(1)
            cancel(statement, cast, later)
            tell(told)
            drawn.append("never")
        return b"%PDF-"

    monkeypatch.setattr(tasks, "statement_pdf", draw)

    assert make(monkeypatch, later + MINUTE) == 1

    assert drawn == ["12", "11"]
    statement.refresh_from_db()
    other.refresh_from_db()
    assert (statement.state, statement.pdf, statement.csv, statement.made_at) == ("cancelled", None, None, None)
    assert (statement.entries_done, other.state) == (1, "ready")


def test_keep_account_statement__keeps_nothing_of_one_cancelled_after_its_last_step(
    cast: Cast, later: datetime
) -> None:
    order(cast, later)
    claimed = claim_account_statement(actor=SYSTEM, at=later)
    assert claimed is not None
    cancel(claimed, cast, later)

    assert not keep_account_statement(
        statement_id=claimed.pk, attempt=claimed.attempt, pdf=b"late", csv=b"late", actor=SYSTEM, at=later
    )

    cancelled = AccountStatement.objects.get()
    assert (cancelled.state, cancelled.pdf, cancelled.csv) == ("cancelled", None, None)
    assert not Activity.objects.filter(act="tariffs.account_statement.make").exists()


@pytest.mark.parametrize("is_made", [True, False])
def test_cancel_account_statement__refuses_what_is_over(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch, is_made: bool
) -> None:
    statement = order(cast, later)
    if is_made:
        make(monkeypatch, later)
    else:
        cancel(statement, cast, later)
    before = AccountStatement.objects.values().get()

    with pytest.raises(StepNotAllowed) as refused:
        cancel(statement, cast, later + MINUTE)

    assert refused.value.facts == {"current": before["state"], "target": "cancelled", "allowed": []}
    assert AccountStatement.objects.values().get() == before
    assert Activity.objects.filter(act="tariffs.account_statement.cancel").count() == (not is_made)


def test_cancel_account_statement__is_the_company_s_own_and_the_administrator_s(cast: Cast, later: datetime) -> None:
    statement = order(cast, later)

    for actor in (cast.charlie, cast.sven, cast.victor, cast.olga, cast.audrey, SYSTEM, ANONYMOUS):
        refusal = {cast.charlie: NotFound, ANONYMOUS: NotSignedIn}.get(actor, NotPermitted)
        with pytest.raises(refusal):
            cancel(statement, cast, later, actor=actor)
    statement.refresh_from_db()
    assert (statement.state, statement.cancelled_at) == ("queued", None)


def test_document_of_statement__says_that_it_was_cancelled(cast: Cast, later: datetime) -> None:
    statement = cancel(order(cast, later), cast, later)

    with pytest.raises(StatementCancelled):
        document_of_statement(statement.pk, "pdf", actor=cast.alice)


def test_claim_account_statement__gives_each_to_one(cast: Cast, later: datetime) -> None:
    order(cast, later)
    assert claim_account_statement(actor=SYSTEM, at=later) is not None
    assert claim_account_statement(actor=SYSTEM, at=later) is None


def test_order_account_statement__refuses_a_month_ahead_and_another_s_company(cast: Cast, later: datetime) -> None:
    with pytest.raises(MonthNotBegun):
        order(cast, later, date(2027, 2, 1))
    with pytest.raises(NotFound):
        order_account_statement(company_id=cast.alder.pk, currency="CNY", month=DECEMBER, actor=cast.charlie, at=later)
    assert AccountStatement.objects.count() == 0
