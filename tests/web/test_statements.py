"""How many SQL statements every page takes: one number for each, so that none grows unseen."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bonded.models import Lot
from tests.browser.every_page import LOOKERS, addresses
from tests.cast import Cast
from tests.situations.web_clients import signed_in

MOST = 25
STATEMENTS = {
    "home as alice": 9,
    "home as olga": 11,
    "home as victor": 9,
    "home as ada": 12,
    "home as sven": 6,
    "home as audrey": 12,
    "find as alice": 5,
    "notices as alice": 7,
    "preferences as alice": 6,
    "memberships as alice": 6,
    "stone as alice": 9,
    "stone as olga": 12,
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
    "withdrawal as alice": 18,
    "withdrawal as olga": 14,
    "new_withdrawal as alice": 5,
    "settle_duty as alice": 4,
    "declaration as alice": 8,
    "declaration as olga": 8,
    "company as alice": 18,
    "queue as olga": 7,
    "arrivals as vera": 8,
    "arrivals as olga": 8,
    "arrival as vera": 12,
    "arrival as ada": 10,
    "code_box as vera": 5,
    "customs_tasks as olga": 6,
    "customs_tasks as alice": 6,
    "customs_task as olga": 7,
    "customs_task as alice": 7,
    "customs_messages as olga": 6,
    "customs_messages as ada": 6,
    "incoming_message as olga": 7,
    "incoming_message as ada": 7,
    "outgoing_message as olga": 7,
    "outgoing_message as ada": 7,
    "vault as olga": 8,
    "vault as vera": 8,
    "vault as ada": 8,
    "vault_place as olga": 11,
    "vault_expected as audrey": 7,
    "gate as vera": 5,
    "visits_today as olga": 6,
    "vault_today as vera": 7,
    "at_desk as vera": 11,
    "release as olga": 22,
    "release as ada": 21,
    "consignments as sven": 6,
    "consignments as ada": 6,
    "consignment as sven": 12,
    "consignment as ada": 12,
    "imports as sven": 6,
    "imports as ada": 6,
    "companies as ada": 6,
    "companies as audrey": 6,
    "one_company as ada": 9,
    "one_company as audrey": 8,
    "health as ada": 10,
    "health as audrey": 10,
    "jobs as ada": 12,
    "jobs as audrey": 12,
    "import as sven": 8,
    "import as ada": 8,
    "money as ada": 13,
    "money as audrey": 13,
    "bank_file as ada": 7,
    "ledger as ada": 7,
    "guarantees as ada": 7,
    "schedule as ada": 8,
    "schedule as audrey": 8,
    "schedule_draft as ada": 9,
    "schedule_draft as amir": 10,
    "in_force as ada": 6,
    "exchange_rates as ada": 9,
    "exchange_rates as audrey": 9,
    "guarantee as ada": 19,
    "guarantee as audrey": 18,
    "company_statements as ada": 7,
}


def statements_of(cast: Cast, at: datetime, *, more_lots: int = 0) -> dict[str, int]:
    """Open every page of a lived-in platform and count what each asks the database."""
    counted = {}
    pages = addresses(cast, at)
    write_lots(more_lots)
    for one in pages:
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


def write_lots(count: int) -> None:
    """Write so many lots like one that is on offer, as rows alone, which is all that a page reads of most lots."""
    left_out = ("id", "stock_number", "seal_number")
    fields = Lot._meta.concrete_fields
    copied = [str(field.column) for field in fields if field.name not in left_out and not field.generated]
    one = Lot.objects.filter(is_on_offer=True)[:1].get()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO bonded_lot (stock_number, seal_number, {', '.join(copied)})"
            f" SELECT 'MANY-' || number, 'S-MANY-' || number, {', '.join(copied)}"
            "   FROM bonded_lot, generate_series(1, %s) AS number WHERE id = %s",
            [count, one.pk],
        )


def test_every_page__takes_this_many_statements(cast: Cast, at: datetime) -> None:
    assert statements_of(cast, at) == STATEMENTS


@pytest.mark.breaks_invariants
def test_every_page__takes_as_many_statements_of_50_000_lots(cast: Cast, at: datetime) -> None:
    assert statements_of(cast, at, more_lots=50_000) == STATEMENTS
    assert Lot.objects.count() > 50_000


def test_every_page__takes_few_statements() -> None:
    assert {page: count for page, count in STATEMENTS.items() if count > MOST} == {}
