"""Must-be-empty questions: whatever these find should never have been possible.

They run every six hours, after every database test, and by `manage.py verify`; the
administrator's page shows the last answer. The upper apps keep
their own, and each app's config lists them with `register_invariants`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from bonded.models.base import append_only_tables
from bonded.models.withdrawals import Withdrawal
from bonded.rules.withdrawals import Clearance, Procedure, WithdrawalState, missing_clearances

# What makes the question true, and rows that name what broke it.
Question = Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class BrokenInvariant:
    """One sentence that should hold, and the first few things for which it does not."""

    sentence: str
    examples: tuple[str, ...]


def rows_of(sql: str, *parameters: str) -> list[str]:
    """Run one statement and give the first 20 rows as text."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [" ".join(str(value) for value in row) for row in cursor.fetchmany(20)]


def _lots_that_differ_from_their_movements() -> list[str]:
    return rows_of("""
        SELECT lot.id, lot.stock_number
          FROM bonded_lot lot
          LEFT JOIN LATERAL (SELECT m.* FROM bonded_custodymovement m
                              WHERE m.lot_id = lot.id ORDER BY m.position DESC LIMIT 1) last ON true
         WHERE CASE WHEN last.id IS NULL THEN lot.goods_state <> 'expected'
               ELSE (last.goods_state, last.pieces, last.weight_carats, last.seal_number)
                    IS DISTINCT FROM (lot.goods_state, lot.pieces, lot.weight_carats, lot.seal_number)
                 OR last.location_id IS DISTINCT FROM lot.location_id
                 OR last.holder_id IS DISTINCT FROM lot.holder_id END
    """)


def _lots_whose_hold_flag_differs() -> list[str]:
    return rows_of("""
        SELECT lot.id, lot.stock_number FROM bonded_lot lot
         WHERE lot.is_on_hold <> EXISTS (SELECT 1 FROM bonded_hold h WHERE h.lot_id = lot.id AND h.lifted_at IS NULL)
    """)


def _lots_without_their_bond_entry() -> list[str]:
    return rows_of("""
        SELECT lot.id, lot.stock_number FROM bonded_lot lot LEFT JOIN bonded_bondentry e ON e.lot_id = lot.id
         WHERE (lot.goods_state = 'expected') <> (e.id IS NULL)
            OR (lot.customs_state = 'written_off') <> coalesce(e.written_off_carats = e.entered_carats
                AND e.written_off_pieces = e.entered_pieces, false)
    """)


def _releases_without_clearance() -> list[str]:
    """Look at what was granted at the moment of the release, and again of the hand-over."""
    released = Withdrawal.objects.filter(state__in=[WithdrawalState.RELEASED, WithdrawalState.HANDED_OVER])
    broken = []
    for withdrawal in released.prefetch_related("clearances"):
        moments = [moment for moment in (withdrawal.decided_at, withdrawal.handed_over_at) if moment]
        for moment in moments:
            granted = [
                Clearance(one.clearance)
                for one in withdrawal.clearances.all()
                if one.granted_at <= moment and (one.revoked_at is None or one.revoked_at > moment)
            ]
            if missing := missing_clearances(Procedure(withdrawal.procedure), granted):
                broken.append(f"{withdrawal.pk} {', '.join(missing)}")
    return broken[:20]


def _broken_chains() -> list[str]:
    return [
        f"{model._meta.db_table}: {row}"
        for model in append_only_tables()
        for row in rows_of("SELECT * FROM broken_chain_rows(%s::regclass)", model._meta.db_table)
    ]


def _readings_of_what_is_here() -> list[str]:
    return rows_of("""
        SELECT lot.id, lot.stock_number
          FROM bonded_arrivalreading reading JOIN bonded_lot lot ON lot.id = reading.lot_id
         WHERE lot.goods_state <> 'expected'
    """)


INVARIANTS: dict[str, Question] = {
    "A lot's place, holder, weight and state are what its last movement says.": _lots_that_differ_from_their_movements,
    "A lot is marked on hold exactly while a hold on it is in force.": _lots_whose_hold_flag_differs,
    "A lot has a bond entry once it is received, written off in full once it has left.": _lots_without_their_bond_entry,
    "What was read at the door is of a lot that is still expected.": _readings_of_what_is_here,
    "Nothing is released or handed over without every clearance.": _releases_without_clearance,
    "Every chain of history is whole.": _broken_chains,
}


def register_invariants(questions: Mapping[str, Question]) -> None:
    """Add an upper app's questions; called once, when the app is ready."""
    INVARIANTS.update(questions)


def broken_invariants() -> list[BrokenInvariant]:
    """Ask every question and give the sentences that do not hold, with up to 20 examples each."""
    answers = {sentence: question() for sentence, question in INVARIANTS.items()}
    return [BrokenInvariant(sentence, tuple(rows)) for sentence, rows in answers.items() if rows]
