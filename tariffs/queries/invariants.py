"""Must-be-empty questions about what is owed: whatever these find should never have been possible."""

from __future__ import annotations

from bonded.queries.invariants import Question, rows_of
from tariffs.models.assessments import Assessment
from tariffs.queries.assessments import differences_when_run_again

# Enough to catch a change of the calculator the night after; older ones are run again from the command line.
LATEST_ASSESSMENTS = 200


def _accounts_whose_balance_differs_from_their_postings() -> list[str]:
    return rows_of("""
        SELECT a.id, a.code, a.balance_minor, coalesce(sum(p.amount_minor), 0)
          FROM tariffs_ledgeraccount a LEFT JOIN tariffs_posting p ON p.account_id = a.id
         GROUP BY a.id HAVING a.balance_minor <> coalesce(sum(p.amount_minor), 0)
    """)


def _entries_out_of_balance() -> list[str]:
    return rows_of("""
        SELECT e.id, e.event, p.currency, sum(p.amount_minor)
          FROM tariffs_journalentry e LEFT JOIN tariffs_posting p ON p.entry_id = e.id
         GROUP BY e.id, p.currency HAVING coalesce(sum(p.amount_minor), 1) <> 0
    """)


def _guarantees_whose_claims_differ() -> list[str]:
    return rows_of("""
        SELECT a.id, a.reserved_minor, a.used_minor
          FROM tariffs_guaranteeaccount a LEFT JOIN tariffs_guaranteereservation r ON r.account_id = a.id
         GROUP BY a.id
        HAVING a.reserved_minor <> coalesce(sum(r.amount_minor - r.used_minor)
                                            FILTER (WHERE r.state IN ('reserved', 'partly_used')), 0)
            OR a.used_minor <> coalesce(sum(r.used_minor - r.settled_minor), 0)
    """)


def _claims_whose_uses_differ() -> list[str]:
    return rows_of("""
        SELECT r.id, r.state, r.used_minor, r.settled_minor
          FROM tariffs_guaranteereservation r LEFT JOIN tariffs_guaranteeuse u ON u.reservation_id = r.id
         GROUP BY r.id
        HAVING r.used_minor <> coalesce(sum(u.amount_minor), 0)
            OR r.settled_minor <> coalesce(sum(u.amount_minor) FILTER (WHERE u.settled_at IS NOT NULL), 0)
    """)


def _authorities_whose_claims_differ() -> list[str]:
    return rows_of("""
        SELECT a.id, a.claimed_minor
          FROM tariffs_guaranteeauthority a LEFT JOIN tariffs_guaranteereservation r ON r.authority_id = a.id
         GROUP BY a.id
        HAVING a.claimed_minor <> coalesce(sum(
               CASE WHEN r.state IN ('reserved', 'partly_used') THEN r.amount_minor ELSE r.used_minor END
               - r.settled_minor) FILTER (WHERE r.state NOT IN ('freed', 'expired')), 0)
    """)


def _limits_above_all_instruments() -> list[str]:
    """Ask for limits that no day's instruments explain; which day an account was last looked at is not known."""
    return rows_of("""
        SELECT a.id, a.limit_minor, sum(i.amount_minor)
          FROM tariffs_guaranteeaccount a
          LEFT JOIN tariffs_guaranteeinstrument i ON i.account_id = a.id AND i.state = 'in_force'
         GROUP BY a.id HAVING a.limit_minor > coalesce(sum(i.amount_minor), 0)
    """)


def _receivables_that_differ_from_their_debts() -> list[str]:
    return rows_of("""
        SELECT company_id, currency, sum(owed), sum(booked) FROM (
            SELECT company_id, currency, total_minor - paid_minor AS owed, 0 AS booked
              FROM tariffs_dutydebt WHERE state = 'open'
            UNION ALL
            SELECT company_id, currency, 0, balance_minor FROM tariffs_ledgeraccount WHERE code = '1100'
        ) AS sides GROUP BY company_id, currency HAVING sum(owed) <> sum(booked)
    """)


def _secured_debts_without_their_claim() -> list[str]:
    return rows_of("""
        SELECT d.id, d.state, r.state FROM tariffs_dutydebt d
          JOIN tariffs_guaranteereservation r ON r.id = d.reservation_id
         WHERE (d.state = 'open') <> (r.state = 'used')
    """)


def _assessments_that_come_out_otherwise() -> list[str]:
    latest = Assessment.objects.order_by("-assessed_at", "pk")[:LATEST_ASSESSMENTS]
    return [difference for assessment in latest for difference in differences_when_run_again(assessment)]


INVARIANTS: dict[str, Question] = {
    "The balance of an account is the sum of its postings.": _accounts_whose_balance_differs_from_their_postings,
    "Every journal entry balances in every currency.": _entries_out_of_balance,
    "A guarantee's reserved and used amounts are the sums of its claims.": _guarantees_whose_claims_differ,
    "What was used and settled of a claim is the sum of its parts.": _claims_whose_uses_differ,
    "An authority's claimed amount is the sum of its agent's claims.": _authorities_whose_claims_differ,
    "A guarantee's limit is no more than its instruments are good for.": _limits_above_all_instruments,
    "What a company owes in the books is what its open debts say.": _receivables_that_differ_from_their_debts,
    "A guarantee stands for a debt exactly until it is paid.": _secured_debts_without_their_claim,
    "A stored assessment comes out the same when it is run again.": _assessments_that_come_out_otherwise,
}
