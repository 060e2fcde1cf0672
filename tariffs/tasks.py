"""What workers do: let claims on guarantees lapse, review guarantees, price the catalogue, make statements."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from bonded.actions.search_alerts import tell_new_lots as tell_new_lots_of_searches
from bonded.rules.permissions import SYSTEM
from tariffs.actions.account_statements import (
    StatementTakenAway,
    claim_account_statement,
    keep_account_statement,
    tell_progress,
)
from tariffs.actions.deadlines import tell_money_deadlines as tell_deadlines_of_money
from tariffs.actions.guarantee_instruments import review_guarantee
from tariffs.actions.guarantees import expire_headroom
from tariffs.actions.landed_prices import price_catalogue, price_changed_lots
from tariffs.gateways.account_statements import statement_csv, statement_pdf
from tariffs.models.account_statements import AccountStatement
from tariffs.queries.account_statements import statement_of
from tariffs.queries.guarantees import account_ids
from tariffs.queries.search_alerts import count_new_lots

PRICED_AT_ONCE = 5000
SEARCHES_AT_ONCE = 50
LONGEST_PRICING_SECONDS = 320


@shared_task
def expire_claims() -> int:
    """Look for claims that have run out; a lost or doubled call does no harm, the next sweep finds the same rows."""
    return expire_headroom(actor=SYSTEM, at=timezone.now())


@shared_task(time_limit=LONGEST_PRICING_SECONDS, soft_time_limit=LONGEST_PRICING_SECONDS - 10)
def price_lots() -> None:
    """Price the catalogue when other rates are in force or were published, then the lots that have changed since."""
    price_catalogue(actor=SYSTEM, at=timezone.now())
    while price_changed_lots(limit=PRICED_AT_ONCE, actor=SYSTEM, at=timezone.now()):
        pass


@shared_task
def make_account_statements() -> int:
    """Make the statements that wait; what a worker left half done is begun again when its claim has run out."""
    made = 0
    while (order := claim_account_statement(actor=SYSTEM, at=timezone.now())) is not None:
        with suppress(StatementTakenAway):
            made += _make(order)
    return made


def _make(order: AccountStatement) -> bool:
    """Make one statement; false, or StatementTakenAway, when it is no longer in this worker's hands."""
    statement = statement_of(order, actor=SYSTEM)

    def tell(done: int) -> None:
        tell_progress(statement=order, done=done, total=len(statement.entries), actor=SYSTEM, at=timezone.now())

    tell(0)
    csv = statement_csv(statement, tell=lambda done: None)
    pdf = statement_pdf(statement, tell=tell)
    return keep_account_statement(
        statement_id=order.pk, attempt=order.attempt, pdf=pdf, csv=csv, actor=SYSTEM, at=timezone.now()
    )


@shared_task
def review_guarantees() -> int:
    """Look at every guarantee, one transaction each: what is in force today, and what its company must hear of.

    Gives the number of new warnings. A lost call does no harm: reserving looks at the day's instruments itself.
    """
    at = timezone.now()
    return sum(review_guarantee(account_id=account_id, actor=SYSTEM, at=at) for account_id in account_ids())


@shared_task
def tell_money_deadlines() -> int:
    """Tell companies of days that come for their money; run twice, it says nothing twice."""
    return tell_deadlines_of_money(actor=SYSTEM, at=timezone.now())


@shared_task
def tell_new_lots() -> int:
    """Tell buyers of new lots in the searches that they keep, and give the number of searches; safe to run twice.

    It is here because a search may go by landed cost.
    """
    told, after = 0, None
    while True:
        searches, after = tell_new_lots_of_searches(
            count_new=count_new_lots, limit=SEARCHES_AT_ONCE, after=after, actor=SYSTEM, at=timezone.now()
        )
        told += searches
        if after is None:
            return told
