"""The books: entries a second, singly and in batches, one hot account against many, and balances at a million legs.

An entry here is a payment received: two legs, one on an account for all and one on a company's. Beside it the very
statements that it sends run bare by psycopg, and two libraries, which sign and check less. (G4, G5, G6, G7)
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from threading import Barrier
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks._peer_ledgers import measured_ledger
from benchmarks._statements import recorded, replay
from benchmarks.figures import Figure, Measure
from bonded.models import Company
from bonded.rules.money import CURRENCY_DECIMALS, Money
from bonded.rules.parties import CompanyKind
from bonded.rules.permissions import SYSTEM
from tariffs.actions.ledger import post_entries, post_entry
from tariffs.queries.ledger import account_balance, account_balance_as_of
from tariffs.rules.ledger import AccountCode, BusinessEvent
from tariffs.rules.postings import Draft, draft_of

SINGLES, CLIENTS, SECONDS = 1_500, 16, 4.0
BATCHES = {100: 40, 1_000: 8, 10_000: 2}
COMPANIES, READINGS = 64, 40
FEW, MANY = 20_000, 1_000_000
DAY = date(2026, 11, 23)
AMOUNTS = {"received": Money(100, "CNY"), "allocated": Money(100, "CNY")}
FIRST_STATEMENT = "WITH owners"
_numbers = count(time.time_ns())
Peers = Mapping[str, Mapping[str, float]]


def run() -> list[Figure]:
    """Measure posting, waiting for one another, and reading."""
    companies = _companies()
    # First, because what the peers leave to be written is waited for by every commit that follows.
    rate, limit = _singly(companies)
    peers = {peer: measured_ledger(peer) for peer in ("hordak", "django_ledger")}
    calls = {"hordak": "django-hordak transfer_to", "django_ledger": "django-ledger commit_txs"}
    singly = Figure("G4", "entries posted one by one", rate, "entries/s", limit, _of(peers, "singly", calls))
    batches = [_in_batch(companies, size, times, peers) for size, times in BATCHES.items()]
    return [singly, *batches, _hot(companies), *_reading(companies, peers)]


def _of(peers: Peers, figure: str, named: Mapping[str, str]) -> list[Measure]:
    """Give what the peers reach of one figure, by the name of the call that was measured."""
    return [Measure(name, peers[peer][figure]) for peer, name in named.items() if figure in peers[peer]]


def _companies() -> list[int]:
    made = [
        Company.objects.get_or_create(
            registration_number=f"BENCHMARK-BOOKS-{n}",
            defaults={"name": f"Books {n}", "kind": CompanyKind.TRADER, "country": "CN"},
        )[0].pk
        for n in range(COMPANIES)
    ]
    post_entries(drafts=[_draft(company) for company in made], actor=SYSTEM, at=timezone.now())
    return made


def _draft(company_id: int) -> Draft:
    return draft_of(
        BusinessEvent.PAYMENT_RECEIVED,
        reference=f"benchmark:{next(_numbers)}",
        amounts=AMOUNTS,
        company_id=company_id,
        effective_on=DAY,
    )


def _post(company_id: int, currency: str = "CNY") -> None:
    post_entry(
        event=BusinessEvent.PAYMENT_RECEIVED,
        reference=f"benchmark:{next(_numbers)}",
        amounts={"received": Money(100, currency), "allocated": Money(100, currency)},
        company_id=company_id,
        effective_on=DAY,
        actor=SYSTEM,
        at=timezone.now(),
    )


def _bare(send: Callable[[], object], entries: int) -> float:
    """Give the entries a second of what `send` sends, run again by psycopg with other references."""
    with recorded(FIRST_STATEMENT) as batches:
        send()
    of_each, _ = replay([[(sql, _renamed(params)) for sql, params in batch] for batch in batches])
    return entries / sum(of_each)


def _renamed(params: Any) -> Any:
    """Give parameters whose entries are not in the books yet."""
    if isinstance(params, dict):
        return {name: _renamed(value) for name, value in params.items()}
    return params.replace("benchmark:", "bare:") if isinstance(params, str) else params


def _singly(companies: Sequence[int]) -> tuple[float, Measure]:
    for company in companies:
        _post(company)
    begun = time.perf_counter()
    for n in range(SINGLES):
        _post(companies[n % COMPANIES])
    rate = SINGLES / (time.perf_counter() - begun)
    limit = _bare(lambda: [_post(companies[n % COMPANIES]) for n in range(SINGLES)], SINGLES)
    return rate, Measure("the same statements by psycopg", limit)


def _in_batch(companies: Sequence[int], size: int, times: int, peers: Peers) -> Figure:
    def send() -> float:
        batches = [[_draft(companies[n % COMPANIES]) for n in range(size)] for _ in range(times)]
        begun = time.perf_counter()
        for drafts in batches:
            post_entries(drafts=drafts, actor=SYSTEM, at=timezone.now())
        return size * times / (time.perf_counter() - begun)

    rate = send()
    limit = Measure("the same statements by psycopg", _bare(send, size * times))
    beside = _of(peers, "bulk", {"hordak": "django-hordak bulk_create of 1,000"})
    return Figure("G5", f"entries posted in batches of {size:,}", rate, "entries/s", limit, beside)


def _hot(companies: Sequence[int]) -> Figure:
    """Measure clients that all post on one bank account, and clients that share none: a currency is an account."""
    hot = _together(lambda client: (companies[client], "CNY"))
    uniform = _together(lambda client: (companies[client], sorted(CURRENCY_DECIMALS)[client]))
    return Figure(
        "G6", f"{CLIENTS} clients on one house account", hot, "entries/s", Measure("on an account each", uniform)
    )


def _together(account_of: Callable[[int], tuple[int, str]]) -> float:
    barrier = Barrier(CLIENTS)

    def client(number: int) -> int:
        _post(*account_of(number))
        barrier.wait(timeout=30)
        ends, done = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < ends:
            _post(*account_of(number))
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(client, range(CLIENTS))) / SECONDS


def _reading(companies: Sequence[int], peers: Peers) -> list[Figure]:
    """Measure the balance of one company's account, as it stands and as of a day, at few and at many legs."""
    of_few, of_many = companies[0], companies[1]
    _load(of_few, FEW)
    _load(of_many, MANY)
    figures = []
    for name, read in (("as it stands", _balance), ("as of a day", _balance_as_of)):
        few, many = _milliseconds(read, of_few), _milliseconds(read, of_many)
        limit = Measure(f"the same at {FEW:,}", few)
        beside = _of(peers, "balance_ms", {"hordak": f"django-hordak get_balance at {FEW:,}"})
        figures.append(Figure("G7", f"balance of one account of {MANY:,} legs, {name}", many, "ms", limit, beside))
    return figures


def _load(company_id: int, legs: int) -> None:
    """Put many legs on a company's account, around the triggers; what is measured only reads."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in ("tariffs_journalentry", "tariffs_posting"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "WITH written AS (INSERT INTO tariffs_journalentry (stream, position, event, reference, effective_on,"
            "                                                   posted_at)"
            "  SELECT 'load:' || %(company)s, n, 'payment_received', 'load:' || %(company)s || ':' || n,"
            "         date '2026-01-01' + n %% 365, now() FROM generate_series(1, %(legs)s) n RETURNING id)"
            " INSERT INTO tariffs_posting (stream, position, entry_id, account_id, currency, amount_minor)"
            " SELECT 'load:' || %(company)s, row_number() OVER (), w.id, a.id, a.currency, -1"
            "   FROM written w, tariffs_ledgeraccount a WHERE a.company_id = %(company)s AND a.currency = 'CNY'",
            {"company": company_id, "legs": legs},
        )
        cursor.execute(
            "INSERT INTO tariffs_daytotal (account_id, effective_on, posted_on, moved_minor)"
            " SELECT p.account_id, e.effective_on, (e.posted_at AT TIME ZONE 'UTC')::date, sum(p.amount_minor)"
            "   FROM tariffs_posting p JOIN tariffs_journalentry e ON e.id = p.entry_id"
            "  WHERE p.stream = 'load:' || %s GROUP BY 1, 2, 3"
            " ON CONFLICT (account_id, effective_on, posted_on) DO UPDATE"
            "    SET moved_minor = tariffs_daytotal.moved_minor + excluded.moved_minor",
            [company_id],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("tariffs_journalentry", "tariffs_posting"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {table}")


def _balance(company_id: int) -> object:
    return account_balance(code=AccountCode.RECEIVABLE, company_id=company_id, currency="CNY", actor=SYSTEM)


def _balance_as_of(company_id: int) -> object:
    return account_balance_as_of(
        code=AccountCode.RECEIVABLE, company_id=company_id, currency="CNY", effective_on=DAY, actor=SYSTEM
    )


def _milliseconds(read: Callable[[int], object], company_id: int) -> float:
    """Give the median of some readings, after a few that count for nothing."""
    seconds = []
    for _ in range(READINGS):
        begun = time.perf_counter()
        read(company_id)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds[READINGS // 4 :]) * 1_000
