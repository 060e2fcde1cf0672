"""What is used of a claim on a guarantee: it becomes debt part by part, and comes back part by part when it is paid."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.guarantee_claims import keep_claim, record_claim
from tariffs.actions.locks import lock_known_reservation
from tariffs.models.guarantees import GuaranteeReservation, GuaranteeUse
from tariffs.rules.guarantees import STEPS, ReservationPurpose, ReservationState, UseRepeated
from tariffs.rules.permissions import Act, require


@transaction.atomic
def use_headroom(
    *,
    purpose: ReservationPurpose,
    reference: UUID,
    amount: Money,
    key: str = "",
    is_last: bool = True,
    actor: Actor,
    at: datetime,
) -> GuaranteeReservation:
    """Turn a claim into debt, wholly or part by part; with the last part the rest is free again.

    Each part has a key; the same part a second time changes nothing. Raises NotFound, StepNotAllowed
    when the claim is over, UseExceedsReservation, UseRepeated when the part was of another amount.
    """
    require(actor, Act.USE_HEADROOM)
    account, reservation = lock_known_reservation(purpose=purpose, reference=reference)
    before, part = reservation.figures(account.currency), reservation.uses.filter(key=key).first()
    if part is not None:
        return _used_before(reservation, part, amount)
    after = before.using(amount, is_last=is_last)
    reservation.uses.create(key=key, amount_minor=amount.minor, used_at=at)
    keep_claim(account, reservation, before, after)
    record_claim(Act.USE_HEADROOM, account, reservation, actor=actor, at=at)
    return reservation


@transaction.atomic
def settle_headroom(*, purpose: ReservationPurpose, reference: UUID, key: str = "", actor: Actor, at: datetime) -> None:
    """Take a part that was used back, because its duty is paid. Raises NotFound, StepNotAllowed when it was before."""
    require(actor, Act.USE_HEADROOM)
    account, reservation = lock_known_reservation(purpose=purpose, reference=reference)
    part = reservation.uses.filter(key=key, settled_at__isnull=True).first()
    if part is None:
        require_step(STEPS, ReservationState(reservation.state), ReservationState.SETTLED)
        raise NotFound("Nothing was used for this that is not paid.", reference=str(reference), key=key)
    before = reservation.figures(account.currency)
    part.settled_at = at
    part.save(update_fields=["settled_at"])
    keep_claim(account, reservation, before, before.settling(Money(part.amount_minor, account.currency)))
    record_claim(Act.USE_HEADROOM, account, reservation, actor=actor, at=at)


def _used_before(reservation: GuaranteeReservation, part: GuaranteeUse, amount: Money) -> GuaranteeReservation:
    if part.amount_minor != amount.minor:
        require_step(STEPS, ReservationState(reservation.state), ReservationState.USED)
        raise UseRepeated("This part was used before, of another amount.", key=part.key)
    return reservation
