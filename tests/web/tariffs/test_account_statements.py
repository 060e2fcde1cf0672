"""A statement that is not made is stopped on the company's page, on the administrator's and among the work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bonded.models import Activity, Company
from tariffs import tasks
from tariffs.actions.account_statements import order_account_statement
from tariffs.models import AccountStatement
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee
from tests.situations.web_clients import NAUGHTY, said, signed_in, words_of


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> None:
    """Let requests come a minute after the moment of the test; the company has a guarantee."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at + timedelta(seconds=60)))
    a_guarantee(cast, at)


def an_ordered_statement(cast: Cast, at: datetime) -> tuple[AccountStatement, str]:
    """Give a statement that Alice asked for, and the address at which it is stopped."""
    statement = order_account_statement(
        company_id=cast.alder.pk, currency="CNY", month=date(2026, 11, 1), actor=cast.alice, at=at
    )
    return statement, f"/statements/{statement.pk}/cancel"


@pytest.mark.parametrize(
    ("who", "page", "leads_to"),
    [
        ("alice", "/company", "/company"),
        ("bob", "/company", "/company"),
        ("ada", "/money/statements", "/money/statements"),
        ("ada", "/jobs", "/money/statements"),
    ],
)
def test_cancel_statement__stops_it_once_from_every_page_that_lists_it(
    cast: Cast, at: datetime, who: str, page: str, leads_to: str
) -> None:
    statement, address = an_ordered_statement(cast, at)
    client = signed_in(who)
    before = said(client, page)
    assert f'action="{address}"' in before
    assert "<progress" in before

    answers = [client.post(address, {"key": "k"}) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, leads_to)] * 2
    statement.refresh_from_db()
    assert (statement.state, statement.cancelled_at) == ("cancelled", at + timedelta(seconds=60))
    assert Activity.objects.filter(act="tariffs.account_statement.cancel").count() == 1
    told = said(client, leads_to)
    assert "Cancelled; no document came of it." in told
    for after in (told, said(client, page)):
        assert "Cancelled" in after
        assert address not in after
        assert 'hx-trigger="every 2s"' not in after
        assert 'aria-label="How far the statement is' not in after
    assert client.get(f"/statements/{statement.pk}.pdf").status_code == 409


@pytest.mark.parametrize(("who", "page"), [("alice", "/company"), ("ada", "/money/statements")])
def test_cancel_statement__is_refused_once_it_is_made(cast: Cast, at: datetime, who: str, page: str) -> None:
    statement, address = an_ordered_statement(cast, at)
    tasks.make_account_statements()
    client = signed_in(who)
    assert address not in said(client, page)

    refused = client.post(address, {"key": "k"})

    assert refused.status_code == 409
    assert "Statements" in words_of(refused)
    assert "can't become" in words_of(refused).replace("&#x27;", "'")
    statement.refresh_from_db()
    assert (statement.state, statement.cancelled_at, bool(statement.pdf)) == ("ready", None, True)


def test_cancel_statement__is_the_company_s_own_and_the_administrator_s(cast: Cast, at: datetime) -> None:
    statement, address = an_ordered_statement(cast, at)

    others = {"charlie": 404, "audrey": 403, "olga": 403, "victor": 403, "sven": 403}
    assert {who: signed_in(who).post(address).status_code for who in others} == others
    for page in ("/money/statements", "/jobs"):
        assert address not in said(signed_in("audrey"), page)
    assert signed_in("alice").post(f"/statements/{uuid4()}/cancel").status_code == 404
    statement.refresh_from_db()
    assert statement.state == "queued"


def test_cancel_statement__shows_a_naughty_name_as_text(cast: Cast, at: datetime) -> None:
    an_ordered_statement(cast, at)
    Company.objects.filter(pk=cast.alder.pk).update(name=NAUGHTY)

    assert "<script>alert(1)" not in said(signed_in("ada"), "/money/statements")


def test_jobs__lists_what_is_under_way_before_what_was_cancelled(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bonded.web.jobs.MOST_OF_A_KIND", 1)
    _, waiting = an_ordered_statement(cast, at)
    _, stopped = an_ordered_statement(cast, at + timedelta(seconds=30))
    signed_in("alice").post(stopped)

    assert waiting in said(signed_in("ada"), "/jobs")
