"""How many SQL statements every page takes: one number for each, so that none grows unseen."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.browser.every_page import LOOKERS, addresses
from tests.cast import Cast
from tests.web.signing_in import signed_in

MOST = 25
STATEMENTS = {
    "home as alice": 9,
    "home as olga": 9,
    "home as victor": 9,
    "home as ada": 12,
    "home as sven": 6,
    "home as audrey": 12,
    "find as alice": 5,
    "notices as alice": 7,
    "preferences as alice": 6,
    "memberships as alice": 6,
    "stone as alice": 9,
    "stone as olga": 9,
    "stones as alice": 9,
    "stones as olga": 9,
    "stones as sven": 7,
    "book as alice": 5,
    "visits as alice": 7,
    "visits as vera": 7,
    "visits as charlie": 7,
    "visit as alice": 10,
    "visit as vera": 10,
    "calendar as alice": 6,
    "offers as alice": 6,
    "offers as sven": 6,
    "offer as alice": 6,
    "offer as sven": 6,
    "new_offer as alice": 6,
    "withdrawals as alice": 6,
    "withdrawals as olga": 6,
    "withdrawal as alice": 16,
    "withdrawal as olga": 14,
    "new_withdrawal as alice": 5,
    "settle_duty as alice": 4,
    "declaration as alice": 7,
    "declaration as olga": 7,
    "company as alice": 18,
}


def statements_of(cast: Cast, at: datetime) -> dict[str, int]:
    """Open every page of a lived-in platform and count what each asks the database."""
    counted = {}
    for one in addresses(cast, at):
        if one.name not in LOOKERS or one.username is None:
            continue
        client = signed_in(one.username)
        # What a process reads once, such as time zones, is no page's own.
        client.get("/preferences")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(one.path)
        assert answer.status_code in (200, 302), one
        counted[str(one)] = len(asked)
    return counted


def test_every_page__takes_this_many_statements(cast: Cast, at: datetime) -> None:
    assert statements_of(cast, at) == STATEMENTS


def test_every_page__takes_few_statements() -> None:
    assert {page: count for page, count in STATEMENTS.items() if count > MOST} == {}
