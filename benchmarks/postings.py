"""Postings to the books, singly and in sets, and balances with a million legs behind them (G4 to G7).

The limit is the product's own statements run bare on the same tables: chains, balances and the look
at commit are the database's, so they are part of it. What the product adds is the rules, the right
to act, and the record of it. Every run ends with accounts that agree with their postings.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from benchmarks._load import percentile
from benchmarks._statements import bare_connection
from benchmarks.catalogues import companies
from benchmarks.figures import Figure, Measure
from bonded.models import Company
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from tariffs.actions.ledger import EntryToPost, post_entries, post_entry
from tariffs.models import LedgerAccount, Posting
from tariffs.queries.ledger import account_balance
from tariffs.rules.ledger import AccountCode, BusinessEvent

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
SINGLES = 1_500
SETS = (100, 1_000, 10_000)
IN_SETS = 20_000
CLIENTS = 16
OF_EACH_CLIENT = 100
FEW_LEGS, MANY_LEGS = 20_000, 1_000_000
LOOKS = 500

_numbers = itertools.count()


def run() -> list[Figure]:
    """Post, then look at balances."""
    singles = _singles()
    return [*singles, *_sets(), _crowd(), *_balances()]


def _entry(company_id: int) -> EntryToPost:
    reference = f"bench:{time.time_ns()}:{next(_numbers)}"
    return EntryToPost(BusinessEvent.SURCHARGE_CHARGED, reference, {"surcharge": Money(100, "CNY")}, company_id, DAY)


def _post(entry: EntryToPost) -> None:
    post_entry(
        event=entry.event, reference=entry.reference, amounts=entry.amounts, company_id=entry.company_id,
        effective_on=entry.effective_on, actor=SYSTEM, at=AT,
    )  # fmt: skip


def _rate(count: int, call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return count / (time.perf_counter() - begun)


def _statements_of(call: Callable[[], Any]) -> list[tuple[str, Any]]:
    kept: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        kept.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        call()
    return [(sql, params) for sql, params in kept if "SAVEPOINT" not in sql]


def _bare(batches: Sequence[Sequence[tuple[str, Any]]], *, is_recorded: bool = True) -> float:
    """Run statements of transactions again with references of their own; give the seconds."""
    renewed = []
    for batch in batches:
        sql, params = batch[0]
        references = [f"bare:{time.time_ns()}:{next(_numbers)}" for _ in params["references"]]
        renewed.append([(sql, params | {"references": references}), *(batch[1:] if is_recorded else [])])
    with bare_connection() as bare:
        begun = time.perf_counter()
        for batch in renewed:
            with bare.transaction(), bare.cursor() as cursor:
                for sql, params in batch:
                    cursor.execute(sql, params)
        return time.perf_counter() - begun


def _singles() -> list[Figure]:
    company_id = companies()[1].pk
    _post(_entry(company_id))
    batches = [_statements_of(lambda: _post(_entry(company_id))) for _ in range(SINGLES)]
    ours = _rate(SINGLES, lambda: [_post(_entry(company_id)) for _ in range(SINGLES)])
    limit = SINGLES / _bare(batches)
    unrecorded = SINGLES / _bare(batches, is_recorded=False)
    return [
        Figure(
            goal="G4",
            name="one entry of two legs posted, a commit each, one client",
            value=ours,
            unit="/s",
            limit=Measure("the same two statements bare", limit),
            peers=[Measure("the posting statement alone, bare", unrecorded)],
        )
    ]


def _sets() -> list[Figure]:
    town = _town()
    figures = []
    for size in SETS:
        rounds = max(IN_SETS // size, 1)
        sets = [[_entry(next(town)) for _ in range(size)] for _ in range(2 * rounds)]
        post_entries(entries=sets[-1], actor=SYSTEM, at=AT)
        batches = [
            _statements_of(lambda some=some: post_entries(entries=some, actor=SYSTEM, at=AT)) for some in sets[:rounds]
        ]
        again = sets[rounds:-1] or [[_entry(next(town)) for _ in range(size)]]
        ours = _rate(
            size * len(again), lambda again=again: [post_entries(entries=one, actor=SYSTEM, at=AT) for one in again]
        )
        figures.append(
            Figure(
                goal="G5",
                name=f"entries of two legs posted in sets of {size:,}, 64 companies",
                value=ours,
                unit="/s",
                limit=Measure("the same statements bare", size * rounds / _bare(batches)),
            )
        )
    return figures


def _town() -> itertools.cycle[int]:
    """Give the ids of 64 companies, over and over."""
    for number in range(64):
        Company.objects.get_or_create(
            registration_number=f"BENCH-T{number}", defaults={"name": f"T{number}", "kind": "trader", "country": "CN"}
        )
    found = Company.objects.filter(registration_number__startswith="BENCH-T").order_by("pk")
    return itertools.cycle(found.values_list("pk", flat=True)[:64])


def _crowd() -> Figure:
    """Let clients post beside each other: all to one house account, each for a company of its own, or all for one."""
    town = _town()
    ids = [next(town) for _ in range(CLIENTS)]
    for company_id in ids:
        _post(_entry(company_id))
    hot = max(_beside_each_other([company_id] * OF_EACH_CLIENT for company_id in ids) for _ in range(2))
    one = max(_beside_each_other([ids[0]] * OF_EACH_CLIENT for _ in ids) for _ in range(2))
    alone = _rate(OF_EACH_CLIENT, lambda: [_post(_entry(ids[0])) for _ in range(OF_EACH_CLIENT)])
    return Figure(
        goal="G6",
        name=f"{CLIENTS} clients, each for a company of its own, all to one house account in shards",
        value=hot,
        unit="/s",
        limit=Measure("all for one company, so all on one row", one),
        peers=[Measure("one client", alone)],
    )


def _beside_each_other(work: Any) -> float:
    lists = list(work)
    together = threading.Barrier(len(lists) + 1)

    def client(company_ids: Sequence[int]) -> None:
        connection.ensure_connection()
        together.wait()
        for company_id in company_ids:
            _post(_entry(company_id))
        connection.close()

    threads = [threading.Thread(target=client, args=(ids,)) for ids in lists]
    for thread in threads:
        thread.start()
    together.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(map(len, lists)) / (time.perf_counter() - begun)


def _balances() -> list[Figure]:
    company = companies()[1]
    medians: dict[int, float] = {}
    sums: dict[int, float] = {}
    for legs in (FEW_LEGS, MANY_LEGS):
        _fill_up(company.pk, legs)
        account = LedgerAccount.objects.get(code=AccountCode.RECEIVABLE, company=company, currency="CNY")
        looks = []
        for _ in range(LOOKS):
            begun = time.perf_counter()
            balance = account_balance(AccountCode.RECEIVABLE, company_id=company.pk, currency="CNY", actor=SYSTEM)
            looks.append(time.perf_counter() - begun)
        medians[legs] = percentile(sorted(looks), 50)
        with bare_connection() as bare:
            bare.execute("SET statement_timeout = 0")
            begun = time.perf_counter()
            (added,) = bare.execute(
                "SELECT sum(amount_minor) FROM tariffs_posting WHERE account_id = %s", [account.pk]
            ).fetchone() or (0,)
            sums[legs] = time.perf_counter() - begun
        assert balance.minor == added, "the balance is the sum of its legs"
    return [
        Figure(
            goal="G7",
            name=f"balance of one account with {legs:,} legs",
            value=medians[legs] * 1e3,
            unit="ms",
            limit=Measure(f"with {FEW_LEGS:,} legs", medians[FEW_LEGS] * 1e3),
            peers=[Measure("adding its legs up, bare", sums[legs] * 1e3)],
        )
        for legs in (FEW_LEGS, MANY_LEGS)
    ]


def _fill_up(company_id: int, legs: int) -> None:
    """Post until the company's account has so many legs."""
    account = LedgerAccount.objects.filter(code=AccountCode.RECEIVABLE, company_id=company_id, currency="CNY").first()
    there = Posting.objects.filter(account=account).count() if account else 0
    while there < legs:
        some = min(10_000, legs - there)
        post_entries(entries=[_entry(company_id) for _ in range(some)], actor=SYSTEM, at=AT)
        there += some
