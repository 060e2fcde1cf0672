"""Work in the background on one page: under way first, how far, how long still, whose."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.actions.invariants import ask_invariants
from bonded.models.consignment_files import ConsignmentFile
from bonded.rules.permissions import SYSTEM
from bonded.web import jobs as page_of_jobs
from bonded.web.jobs import Job, JobKind, seconds_left
from tariffs.actions.account_statements import claim_account_statement, order_account_statement, tell_progress
from tariffs.actions.landed_prices import price_catalogue
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment
from tests.situations.pages import LINES
from tests.situations.tariffs import a_schedule, camt053, imported
from tests.situations.web_clients import NAUGHTY, said, signed_in


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> None:
    """Let requests come a minute after the moment of the test."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at + timedelta(seconds=60)))


def a_stored_file(cast: Cast, at: datetime, name: str = "lines.csv") -> ConsignmentFile:
    consignment = an_announced_consignment(cast, at)
    return store_consignment_file(
        consignment_id=consignment.pk, file_name=name, content=LINES, defaults={}, actor=cast.sven, at=at
    )


def test_jobs__tells_how_far_a_file_is_and_asks_again_until_it_is_done(cast: Cast, at: datetime) -> None:
    file = a_stored_file(cast, at)
    ConsignmentFile.objects.filter(pk=file.pk).update(state="running", lines_read=2, lines_in_all=6)

    page = said(signed_in("ada"), "/jobs")

    assert 'hx-trigger="every 2s"' in page
    assert "2 / 6" in page
    assert "about 120 seconds left" in page
    assert "sven" in page
    ConsignmentFile.objects.filter(pk=file.pk).update(state="waiting", lines_read=0, lines_in_all=0)
    import_stored_file(file_id=file.pk, now=lambda: at)
    assert "hx-trigger" not in said(signed_in("ada"), "/jobs")


def test_jobs__tells_the_work_of_every_app(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    price_catalogue(actor=SYSTEM, at=at + timedelta(seconds=1))
    ask_invariants(actor=cast.ada, at=at)
    imported(camt053(("5.00", "CRDT", "x")), cast, at)
    order_account_statement(company_id=cast.alder.pk, currency="CNY", month=date(2026, 11, 1), actor=cast.alice, at=at)
    statement = claim_account_statement(actor=SYSTEM, at=at)
    assert statement is not None
    tell_progress(statement=statement, done=1, total=4, actor=SYSTEM, at=at)

    page = said(signed_in("audrey"), "/jobs")

    for word in (
        "Every question",
        "statement.xml",
        "0 / 1",
        "Alder Trading 2026-11 CNY",
        "1 / 4",
        "Prices of 2026-11-23",
    ):
        assert word in page
    assert "about 180 seconds left" in page
    assert page.index("Alder Trading 2026-11") < page.index("statement.xml")


def test_jobs__says_what_waits_to_be_priced_again(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    assert "All lots, by new rates" in said(signed_in("ada"), "/jobs")
    price_catalogue(actor=SYSTEM, at=at + timedelta(seconds=1))
    assert "All lots, by new rates" not in said(signed_in("ada"), "/jobs")


def test_jobs__offers_to_stop_what_can_be_stopped_to_who_may(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(name=NAUGHTY, state="running", begun_at=at, is_under_way=True, cancels_at="/jobs/1/stop")
    monkeypatch.setattr(page_of_jobs, "_KINDS", [JobKind("Test", lambda request, most: [job])])

    page = said(signed_in("ada"), "/jobs")

    assert 'action="/jobs/1/stop"' in page
    assert "<script>alert(1)" not in page
    assert "/jobs/1/stop" not in said(signed_in("audrey"), "/jobs")


def test_jobs__is_for_administrators_and_auditors(cast: Cast) -> None:
    for name in ("alice", "olga", "victor", "sven"):
        assert signed_in(name).get("/jobs").status_code == 403
    assert "Nothing yet" in said(signed_in("ada"), "/jobs")
    assert "/jobs" in said(signed_in("ada"), "/health")


@pytest.mark.parametrize(
    ("done", "total", "gone", "left"),
    [
        (2, 6, 60, 120),
        (1, 3, 1, 2),
        (0, 6, 60, None),
        (None, 6, 60, None),
        (6, 6, 60, None),
        (2, None, 60, None),
        (2, 6, 0, None),
    ],
)
def test_seconds_left__goes_on_as_until_now(
    done: int | None, total: int | None, gone: int, left: int | None, at: datetime
) -> None:
    assert seconds_left(done, total, begun_at=at, at=at + timedelta(seconds=gone)) == left
