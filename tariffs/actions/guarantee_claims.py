"""How a claim changes: its row, the two sums of its account and its agent's authority, together or not at all."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from bonded.actions.activity import record_activity
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantee_instruments import GuaranteeInstrument
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantee_claims import Reservation
from tariffs.rules.guarantee_instruments import InstrumentState, limit_minor_on
from tariffs.rules.permissions import Act
from tariffs.rules.working_days import business_day


def keep_limit(account: GuaranteeAccount, *, at: datetime) -> None:
    """Set a locked account's limit to the sum of the instruments that are in force on the day in Shanghai.

    Asked before anything new is claimed, so what ended last midnight secures nothing new today.
    """
    in_force = GuaranteeInstrument.objects.where(
        "account_id = %s AND state = %s", [account.pk, InstrumentState.IN_FORCE.value]
    )
    terms = [instrument.terms for instrument in in_force]
    limit_minor = limit_minor_on(terms, on=business_day(at))
    if limit_minor != account.limit_minor:
        account.limit_minor = limit_minor
        account.save(update_fields=["limit_minor"])


def keep_claim(
    account: GuaranteeAccount, reservation: GuaranteeReservation, before: Reservation, after: Reservation
) -> None:
    """Write what became of a claim, on it and on its locked account and authority; both figures of one currency."""
    count_claim(account, reservation, before, after)
    reservation.state, reservation.amount_minor = after.state, after.amount.minor
    reservation.used_minor, reservation.settled_minor = after.used.minor, after.settled.minor
    reservation.save(update_fields=["state", "amount_minor", "used_minor", "settled_minor"])


def count_claim(
    account: GuaranteeAccount, reservation: GuaranteeReservation, before: Reservation, after: Reservation
) -> None:
    """Write what became of a claim on its locked account and authority only: the claim itself says so already."""
    reserved, used = after.rest - before.rest, after.owed - before.owed
    headroom = account.headroom.moved(reserved=reserved, used=used)
    account.reserved_minor, account.used_minor = headroom.reserved.minor, headroom.used.minor
    account.save(update_fields=["reserved_minor", "used_minor"])
    if reservation.authority_id and (reserved + used).minor:
        by_agent = GuaranteeAuthority.objects.filter(pk=reservation.authority_id)
        by_agent.update(claimed_minor=F("claimed_minor") + (reserved + used).minor)


def record_claim(
    act: Act, account: GuaranteeAccount, reservation: GuaranteeReservation, *, actor: Actor, at: datetime
) -> None:
    """Add what became of a claim to the history of its account."""
    record_activity(
        act,
        account,
        actor=actor,
        at=at,
        purpose=reservation.purpose,
        reference=str(reservation.reference),
        state=reservation.state,
        amount=str(Money(reservation.amount_minor, account.currency)),
        currency=account.currency,
    )
