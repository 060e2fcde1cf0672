"""Must-be-empty questions about what is owed: whatever these find should never have been possible."""

from __future__ import annotations

from django.db import connection

from bonded.queries.invariants import Question, rows_of
from bonded.queries.lots import goods_of_lots
from bonded.rules.permissions import SYSTEM
from tariffs.models.assessments import Assessment
from tariffs.models.landed_prices import PriceList, RatesToPrice
from tariffs.queries.assessments import differences_when_run_again
from tariffs.queries.landed_costs import landed_cost_of_goods

# Enough to catch a change of the calculator the night after; older ones are run again from the command line.
LATEST_ASSESSMENTS = 200
# Others with every list, so that in time all are looked at.
PRICED_LOTS = 50


def _accounts_whose_balance_differs_from_their_postings() -> list[str]:
    return rows_of("""
        SELECT a.id, a.code, a.balance_minor, coalesce(sum(p.amount_minor), 0)
          FROM tariffs_ledgeraccount a LEFT JOIN tariffs_posting p ON p.account_id = a.id
         GROUP BY a.id HAVING a.balance_minor <> coalesce(sum(p.amount_minor), 0)
    """)


def _day_totals_that_differ_from_their_postings() -> list[str]:
    return rows_of("""
        SELECT account_id, effective_on, posted_on, sum(moved), sum(total) FROM (
            SELECT p.account_id, e.effective_on, (e.posted_at AT TIME ZONE 'UTC')::date AS posted_on,
                   p.amount_minor AS moved, 0 AS total
              FROM tariffs_posting p JOIN tariffs_journalentry e ON e.id = p.entry_id
            UNION ALL
            SELECT account_id, effective_on, posted_on, 0, moved_minor FROM tariffs_daytotal
        ) AS sides GROUP BY account_id, effective_on, posted_on HAVING sum(moved) <> sum(total)
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
            SELECT company_id, currency, total_minor + surcharge_minor - paid_minor AS owed, 0 AS booked
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


def _debts_whose_surcharge_differs() -> list[str]:
    return rows_of("""
        SELECT d.id, d.surcharge_minor, coalesce(sum(s.amount_minor), 0) FROM tariffs_dutydebt d
          LEFT JOIN tariffs_debtsurcharge s ON s.debt_id = d.id
               AND NOT EXISTS (SELECT FROM tariffs_journalentry r WHERE r.reverses_id = s.entry_id)
         GROUP BY d.id HAVING d.surcharge_minor <> coalesce(sum(s.amount_minor), 0)
    """)


def _debts_paid_otherwise_than_booked() -> list[str]:
    return rows_of("""
        SELECT d.id, d.paid_minor, d.set_apart_minor, d.repaid_minor, coalesce(sum(-p.amount_minor), 0)
          FROM tariffs_dutydebt d
          LEFT JOIN tariffs_paymentmatch m ON m.debt_id = d.id
          LEFT JOIN (tariffs_posting p JOIN tariffs_ledgeraccount a ON a.id = p.account_id AND a.code = '1100')
               ON p.entry_id = m.entry_id
         GROUP BY d.id
        HAVING d.paid_minor + d.set_apart_minor + CASE WHEN d.state = 'withdrawn' THEN 0 ELSE d.repaid_minor END
               <> coalesce(sum(-p.amount_minor), 0) OR (d.state = 'withdrawn' AND d.repaid_minor > d.paid_minor)
    """)


def _debts_repaid_otherwise_than_booked() -> list[str]:
    return rows_of("""
        SELECT d.id, d.repaid_minor, coalesce(sum(-l.amount_minor), 0) FROM tariffs_dutydebt d
          LEFT JOIN tariffs_paymentmatch m ON m.debt_id = d.id AND m.rule = 'repayment'
          LEFT JOIN tariffs_bankstatementline l ON l.id = m.line_id
         GROUP BY d.id HAVING d.repaid_minor <> coalesce(sum(-l.amount_minor), 0)
    """)


def _amended_withdrawals_charged_otherwise_than_assessed() -> list[str]:
    return rows_of("""
        SELECT latest.withdrawal_id, latest.total_minor, coalesce(sum(d.total_minor), 0) FROM (
            SELECT DISTINCT ON (a.withdrawal_id) a.withdrawal_id, a.total_minor FROM tariffs_assessment a
             WHERE a.withdrawal_id IN (SELECT withdrawal_id FROM tariffs_dutyamendment)
             ORDER BY a.withdrawal_id, a.position DESC
        ) AS latest LEFT JOIN tariffs_dutydebt d ON d.withdrawal_id = latest.withdrawal_id AND d.state <> 'withdrawn'
         GROUP BY latest.withdrawal_id, latest.total_minor
        HAVING latest.total_minor <> coalesce(sum(d.total_minor), 0)
    """)


def _payments_booked_and_reversed() -> list[str]:
    return rows_of("""
        SELECT m.id, m.entry_id FROM tariffs_paymentmatch m JOIN tariffs_journalentry r ON r.reverses_id = m.entry_id
         UNION ALL
        SELECT u.id, u.entry_id FROM tariffs_undonematch u
          LEFT JOIN tariffs_journalentry r ON r.reverses_id = u.entry_id
         WHERE u.entry_id IS NOT NULL AND r.id IS NULL
    """)


def _assessments_that_come_out_otherwise() -> list[str]:
    latest = Assessment.objects.order_by("-assessed_at", "pk")[:LATEST_ASSESSMENTS]
    return [difference for assessment in latest for difference in differences_when_run_again(assessment)]


def _landed_prices_that_differ_from_the_calculator() -> list[str]:
    """Look at some lots of the current list, unless it is known to be stale."""
    prices = PriceList.objects.current().first()
    if prices is None or RatesToPrice.objects.exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT price.lot_id, price.landed_minor FROM tariffs_landedprice price"
            " WHERE price.slot = %s AND NOT EXISTS (SELECT FROM tariffs_lottoprice c WHERE c.lot_id = price.lot_id)"
            " ORDER BY hashint8(price.lot_id + %s) LIMIT %s",
            [prices.slot, prices.pk, PRICED_LOTS],
        )
        priced = dict(cursor.fetchall())
    goods = goods_of_lots(priced, actor=SYSTEM) if priced else []
    return [
        f"{facts.stock_number} {priced[facts.lot_id]}"
        for facts in goods
        if landed_cost_of_goods([facts], on=prices.priced_on).landed.minor != priced[facts.lot_id]
    ]


def _lots_on_offer_that_are_neither_priced_nor_waiting() -> list[str]:
    return rows_of("""
        SELECT lot.id, lot.stock_number FROM tariffs_pricelist list
          JOIN bonded_lot lot ON lot.is_on_offer
          LEFT JOIN tariffs_landedprice price ON price.slot = list.slot AND price.lot_id = lot.id
         WHERE list.is_current AND price.is_on_offer IS DISTINCT FROM true
           AND NOT EXISTS (SELECT FROM tariffs_lottoprice c WHERE c.lot_id = lot.id)
           AND NOT EXISTS (SELECT FROM jsonb_to_recordset(list.unpriced)
                                    AS sort (hs_code text, origin text, currency text)
                            WHERE (sort.hs_code, sort.origin, sort.currency)
                                = (lot.hs_code, lot.origin, lot.currency))
    """)


def _feeds_published_with_a_number_left_out() -> list[str]:
    return rows_of("""
        SELECT feed, count(*), max(sequence) FROM tariffs_scheduledraft
         WHERE feed <> '' AND state = 'published' GROUP BY feed HAVING count(*) <> max(sequence)
    """)


INVARIANTS: dict[str, Question] = {
    "The balance of an account is the sum of its postings.": _accounts_whose_balance_differs_from_their_postings,
    "What an account was moved by on a day is the sum of that day's postings.": (
        _day_totals_that_differ_from_their_postings
    ),
    "Every journal entry balances in every currency.": _entries_out_of_balance,
    "A guarantee's reserved and used amounts are the sums of its claims.": _guarantees_whose_claims_differ,
    "What was used and settled of a claim is the sum of its parts.": _claims_whose_uses_differ,
    "An authority's claimed amount is the sum of its agent's claims.": _authorities_whose_claims_differ,
    "A guarantee's limit is no more than its instruments are good for.": _limits_above_all_instruments,
    "What a company owes in the books is what its open debts say.": _receivables_that_differ_from_their_debts,
    "A debt's surcharge is the sum of its charges that stand.": _debts_whose_surcharge_differs,
    "What is paid of a debt is what its matches booked.": _debts_paid_otherwise_than_booked,
    "What is repaid of a debt is what lines of the bank's sent back.": _debts_repaid_otherwise_than_booked,
    "What is charged for an amended withdrawal is what its last assessment says.": (
        _amended_withdrawals_charged_otherwise_than_assessed
    ),
    "A booked match stands in the books, and an undone one no longer does.": _payments_booked_and_reversed,
    "A guarantee stands for a debt exactly until it is paid.": _secured_debts_without_their_claim,
    "A landed price of the catalogue is what the calculator says.": _landed_prices_that_differ_from_the_calculator,
    "A lot on offer has its landed price, or waits for it.": _lots_on_offer_that_are_neither_priced_nor_waiting,
    "Of a feed, every file up to the last one published is published.": _feeds_published_with_a_number_left_out,
    "A stored assessment comes out the same when it is run again.": _assessments_that_come_out_otherwise,
}
