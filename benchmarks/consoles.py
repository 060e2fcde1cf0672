"""Pages of the consoles at 1,078,800 lots: the server's time of each beside its own SQL statements run bare.

Each page is asked over one connection from granian as the platform runs it; the limit is the same
statements, with their values, sent by psycopg one after the other and fetched. The rest is what a page
costs beside its database: who is calling, words, figures, template.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks._load import measure, percentile, served
from benchmarks._statements import recorded, replay
from benchmarks.catalogues import make_catalogue
from benchmarks.figures import Figure, Measure
from bonded.models import User, Withdrawal
from bonded.rules.permissions import SYSTEM
from config.local.ports import HOST
from tariffs.actions.landed_prices import price_catalogue
from tests.cast import make_cast
from tests.situations.bonded import a_withdrawal_ready_to_leave
from tests.situations.inspections import a_buyer_who_may_book

SECONDS = 5.0
RUNS_BARE = 20
# What a grade's buyers ask for: some thousands of the catalogue's lots.
NARROW = "?shape=round&colour=G&clarity=VS1"


def run() -> list[Figure]:
    """Make the catalogue where it is missing, price it, and ask for each page by the person whose work it is."""
    at = timezone.now()
    make_catalogue()
    withdrawal = _lived_in(at)
    pages = [
        ("the catalogue", "alice", reverse("stones")),
        ("the catalogue of one grade", "alice", reverse("stones") + NARROW),
        ("looking for a number that nothing goes by", "olga", reverse("find") + "?q=B-9999999"),
        ("the officer's queue", "olga", reverse("queue")),
        ("a release packet", "olga", reverse("release", kwargs={"withdrawal_id": withdrawal.pk})),
        ("the administrator's money", "ada", reverse("money")),
    ]
    database = {"DATABASE_URL": os.environ.get("APP_RW_DATABASE_URL", os.environ["DATABASE_URL"])}
    call_command("grant_privileges", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    with served("config.wsgi:application", "/readyz", **database) as port:
        return [figure for page in pages for figure in _figures(port, *page)]


def _lived_in(at: datetime) -> Withdrawal:
    """Publish the schedule, price the catalogue, and have one withdrawal that waits for its officer."""
    cast = make_cast()
    a_buyer_who_may_book(cast, at)
    withdrawal = a_withdrawal_ready_to_leave(cast, at - timedelta(hours=1))
    price_catalogue(actor=SYSTEM, at=at)
    return withdrawal


def _figures(port: int, name: str, username: str, path: str) -> list[Figure]:
    client = Client(headers={"host": HOST})
    client.force_login(User.objects.get(username=username))
    assert client.get(path).status_code == 200, path
    with recorded("") as batches:
        client.get(path)
    statements = [one for batch in batches for one in batch]
    bare = sorted(replay([statements] * RUNS_BARE)[0])
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}
    page = measure(port, [path], connections=1, seconds=SECONDS, headers=cookie)
    return [
        Figure(
            goal="pages",
            name=f"GET {name}, {len(statements)} statements, one connection, p50",
            value=page.p50_ms,
            unit="ms",
            limit=Measure("its statements, bare", percentile(bare, 50) * 1000),
        ),
        Figure(goal="pages", name="the same, p99", value=page.p99_ms, unit="ms"),
    ]
