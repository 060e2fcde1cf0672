"""What withdrawals owe (G15): 100,000 lines assessed with every step, explained and stored, a hundred withdrawals of
1,000 lots.

The product's act locks the withdrawal, reads its goods and the schedule, calculates, writes the assessment and its
lines with their working, chained, and grants the clearance. The limit is the same arithmetic as a bare loop of
decimals that looks nothing up, explains nothing and stores nothing; both give the same sums, or the run ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from multiprocessing import get_context
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from benchmarks._statements import timed_statements
from benchmarks.catalogues import AT, companies, make_catalogue
from benchmarks.figures import Figure, Measure
from bonded.models import Lot, User, Withdrawal, WithdrawalLot
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Procedure
from tariffs.actions.assessments import assess_withdrawal
from tariffs.models import Assessment
from tariffs.queries.assessments import differences_when_run_again
from tariffs.queries.exchange_rates import rates_for
from tariffs.rules.working_days import business_day

WITHDRAWALS, LOTS, SINGLES, BATCH = 100, 1_000, 300, 5_000


def run() -> list[Figure]:
    """Assess withdrawals of many lots by one process and by two, and of one lot each."""
    call_command("load_tariffs", verbosity=0)
    make_catalogue()
    ids = list(Lot.objects.order_by("pk").values_list("pk", flat=True)[: 2 * WITHDRAWALS * LOTS + SINGLES])
    in_one = _withdrawals(ids[: WITHDRAWALS * LOTS], lots=LOTS)
    in_two = _withdrawals(ids[WITHDRAWALS * LOTS : 2 * WITHDRAWALS * LOTS], lots=LOTS)
    single = _withdrawals(ids[2 * WITHDRAWALS * LOTS :], lots=1)
    count = WITHDRAWALS * LOTS
    decimals, sums = _bare_decimals(in_one)
    with timed_statements() as spent:
        seconds = _seconds(lambda: _assess(in_one))
    assert _stored_sums(in_one) == sums, "both ways give the same sums"
    assert not list(differences_when_run_again(Assessment.objects.filter(withdrawal_id=in_one[0]).get()))
    both = _seconds(lambda: _by_two(in_two))
    singly = _seconds(lambda: _assess(single))
    return [
        Figure(
            "G15",
            f"{count:,} lines assessed, explained and stored, {LOTS:,} a withdrawal, one process",
            count / seconds,
            "lines/s",
            Measure("a bare loop of decimals, nothing explained or stored", count / decimals),
            [Measure("one withdrawal of one lot after the other", SINGLES / singly)],
            [
                Measure(f"{name} µs a line", seconds * 1e6 / count)
                for name, seconds in [("Python", seconds - spent.total()), *spent.most_common(3)]
            ],
        ),
        Figure(
            "G15",
            "the same by two processes",
            count / both,
            "lines/s",
            Measure("a bare loop of decimals, one process", count / decimals),
        ),
    ]


def _withdrawals(lot_ids: Sequence[int], *, lots: int) -> list[UUID]:
    """Write withdrawals of so many lots each, as they are when somebody has asked for them."""
    _, buyer = companies()
    user, _ = User.objects.get_or_create(username="bench-assessments")
    made = Withdrawal.objects.bulk_create(
        Withdrawal(company=buyer, procedure=Procedure.HOME_USE, requested_by=user, requested_at=AT)
        for _ in range(0, len(lot_ids), lots)
    )
    for first in range(0, len(lot_ids), BATCH):
        WithdrawalLot.objects.bulk_create(
            WithdrawalLot(
                withdrawal=made[n // lots],
                lot=lot,
                pieces=lot.pieces,
                weight_carats=lot.weight_carats,
                value_minor=lot.value_minor,
                currency=lot.currency,
            )
            for n, lot in enumerate(Lot.objects.filter(pk__in=lot_ids[first : first + BATCH]).order_by("pk"), first)
        )
    return [withdrawal.pk for withdrawal in made]


def _assess(withdrawal_ids: Sequence[UUID]) -> None:
    for withdrawal_id in withdrawal_ids:
        assess_withdrawal(withdrawal_id=withdrawal_id, actor=SYSTEM, at=AT)


def _by_two(withdrawal_ids: Sequence[UUID]) -> None:
    connection.close()
    half = len(withdrawal_ids) // 2
    with get_context("fork").Pool(2) as pool:
        pool.map(_assess, [withdrawal_ids[:half], withdrawal_ids[half:]])


def _seconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _bare_decimals(withdrawal_ids: Sequence[UUID]) -> tuple[float, tuple[int, int]]:
    """Work out value and VAT of the diamonds, 13 % of what they are in yuan, with everything at hand already."""
    (rate,) = rates_for({"USD"}, on=business_day(AT))
    cents = list(WithdrawalLot.objects.filter(withdrawal_id__in=withdrawal_ids).values_list("value_minor", flat=True))
    factor, share, fen = rate.rate / 100, Decimal("0.13"), Decimal("0.01")
    values = taxes = Decimal()
    begun = time.perf_counter()
    for one in cents:
        value = (one * factor).quantize(fen, ROUND_HALF_UP)
        values += value
        taxes += (value * share).quantize(fen, ROUND_HALF_UP)
    return time.perf_counter() - begun, (int(values * 100), int(taxes * 100))


def _stored_sums(withdrawal_ids: Sequence[UUID]) -> tuple[int, int]:
    stored = Assessment.objects.filter(withdrawal_id__in=withdrawal_ids)
    return sum(one.customs_value_minor for one in stored), sum(one.total_minor for one in stored)
