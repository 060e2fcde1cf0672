"""Claims on a company's guarantee: reserved, used, settled, freed, each at most once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.queries.parties import require_company
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.locks import lock_guarantee, lock_reservation
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import (
    STEPS,
    Headroom,
    LimitBelowClaims,
    ReservationPurpose,
    ReservationRepeated,
    ReservationState,
)
from tariffs.rules.permissions import Act, require


@transaction.atomic
def set_guarantee(*, company_id: int, limit: Money, actor: Actor, at: datetime) -> GuaranteeAccount:
    """Open a company's guarantee account, or change its limit; raises NotFound, LimitBelowClaims."""
    require(actor, Act.SET_GUARANTEE)
    require_company(company_id, actor=actor)
    GuaranteeAccount.objects.get_or_create(
        company_id=company_id, defaults={"limit_minor": 0, "currency": limit.currency}
    )
    account = lock_guarantee(company_id)
    claims = account.headroom.reserved + account.headroom.used
    if limit < claims:
        raise LimitBelowClaims(
            f"{claims} {claims.currency} is claimed, so the limit can't be {limit}.",
            claims=str(claims),
            limit=str(limit),
        )
    account.limit_minor = limit.minor
    account.save(update_fields=["limit_minor"])
    record_activity(Act.SET_GUARANTEE, account, actor=actor, at=at, limit=str(limit), currency=limit.currency)
    return account


@transaction.atomic
def reserve_headroom(
    *,
    company_id: int,
    amount: Money,
    purpose: ReservationPurpose,
    reference: UUID,
    expires_at: datetime | None,
    actor: Actor,
    at: datetime,
) -> GuaranteeReservation:
    """Claim headroom for a thing; doing so again with the same amount, while it is claimed, changes nothing.

    Raises HeadroomMissing with the exact shortfall, ReservationRepeated when the thing had
    another claim or one that is over, NotFound when the company has no guarantee or is not the actor's.
    """
    require(actor, Act.RESERVE_HEADROOM)
    require_company(company_id, actor=actor)
    account = lock_guarantee(company_id)
    before = GuaranteeReservation.objects.filter(purpose=purpose, reference=reference).first()
    if before is not None:
        if (before.account_id, before.amount_minor, before.state) == (
            account.pk,
            amount.minor,
            ReservationState.RESERVED,
        ):
            return before
        raise ReservationRepeated("Headroom was reserved for this before.", reference=str(reference))
    _keep(account, account.headroom.reserving(amount))
    reservation = GuaranteeReservation.objects.create(
        account=account,
        purpose=purpose,
        reference=reference,
        amount_minor=amount.minor,
        reserved_at=at,
        expires_at=expires_at,
    )
    _record(Act.RESERVE_HEADROOM, account, reservation, actor=actor, at=at)
    return reservation


@transaction.atomic
def resize_headroom(
    *, purpose: ReservationPurpose, reference: UUID, amount: Money, actor: Actor, at: datetime
) -> GuaranteeReservation:
    """Let a claim be of another amount, because the duty that it stands for is; the same amount changes nothing.

    Raises NotFound, StepNotAllowed when the claim is over, HeadroomMissing with the exact shortfall,
    which leaves the claim as it was.
    """
    require(actor, Act.RESIZE_HEADROOM)
    account, reservation = _locked(purpose, reference)
    require_step(STEPS, ReservationState(reservation.state), ReservationState.RESERVED)
    before = Money(reservation.amount_minor, account.currency)
    if amount == before:
        return reservation
    _keep(account, account.headroom.resizing(amount, of_reserved=before))
    reservation.amount_minor = amount.minor
    reservation.save(update_fields=["amount_minor"])
    _record(Act.RESIZE_HEADROOM, account, reservation, actor=actor, at=at, before=str(before))
    return reservation


@transaction.atomic
def free_headroom(*, purpose: ReservationPurpose, reference: UUID, actor: Actor, at: datetime) -> None:
    """Give a claim up; when the actor's company has none, or it is over, nothing changes."""
    require(actor, Act.FREE_HEADROOM)
    _give_back(purpose, reference, ReservationState.FREED, actor=actor, at=at)


@transaction.atomic
def expire_headroom(*, limit: int, actor: Actor, at: datetime) -> int:
    """Let claims that have run out lapse, at most so many, and give their number."""
    require(actor, Act.USE_HEADROOM)
    due = GuaranteeReservation.objects.filter(state=ReservationState.RESERVED, expires_at__lte=at)
    claims = list(due.order_by("account_id", "pk").values_list("purpose", "reference")[:limit])
    for purpose, reference in claims:
        _give_back(ReservationPurpose(purpose), reference, ReservationState.EXPIRED, actor=actor, at=at)
    return len(claims)


@transaction.atomic
def use_headroom(
    *, purpose: ReservationPurpose, reference: UUID, amount: Money, actor: Actor, at: datetime
) -> GuaranteeReservation:
    """Turn a claim into debt, wholly or in part; the rest is free again.

    Raises NotFound, StepNotAllowed when the claim is over, UseExceedsReservation.
    """
    require(actor, Act.USE_HEADROOM)
    account, reservation = _locked(purpose, reference)
    require_step(STEPS, ReservationState(reservation.state), ReservationState.USED)
    reserved = Money(reservation.amount_minor, account.currency)
    _keep(account, account.headroom.using(amount, of_reserved=reserved))
    reservation.used_minor = amount.minor
    _step(reservation, ReservationState.USED)
    _record(Act.USE_HEADROOM, account, reservation, actor=actor, at=at)
    return reservation


@transaction.atomic
def settle_headroom(*, purpose: ReservationPurpose, reference: UUID, actor: Actor, at: datetime) -> None:
    """Take used headroom back, because the duty is paid. Raises NotFound, StepNotAllowed."""
    require(actor, Act.USE_HEADROOM)
    account, reservation = _locked(purpose, reference)
    require_step(STEPS, ReservationState(reservation.state), ReservationState.SETTLED)
    _keep(account, account.headroom.settling(Money(reservation.used_minor, account.currency)))
    _step(reservation, ReservationState.SETTLED)
    _record(Act.USE_HEADROOM, account, reservation, actor=actor, at=at)


def _is_of(company_id: int, actor: Actor) -> bool:
    return actor.is_staff or company_id in actor.company_ids


def _locked(purpose: ReservationPurpose, reference: UUID) -> tuple[GuaranteeAccount, GuaranteeReservation]:
    found = lock_reservation(purpose=purpose, reference=reference)
    if found is None:
        raise NotFound("Nothing was reserved for this.", purpose=purpose.value, reference=str(reference))
    return found


def _give_back(
    purpose: ReservationPurpose, reference: UUID, target: ReservationState, *, actor: Actor, at: datetime
) -> None:
    found = lock_reservation(purpose=purpose, reference=reference)
    if found is None or not _is_of(found[0].company_id, actor) or found[1].state != ReservationState.RESERVED:
        return
    account, reservation = found
    _keep(account, account.headroom.freeing(Money(reservation.amount_minor, account.currency)))
    _step(reservation, target)
    _record(Act.FREE_HEADROOM, account, reservation, actor=actor, at=at)


def _keep(account: GuaranteeAccount, headroom: Headroom) -> None:
    account.reserved_minor, account.used_minor = headroom.reserved.minor, headroom.used.minor
    account.save(update_fields=["reserved_minor", "used_minor"])


def _step(reservation: GuaranteeReservation, state: ReservationState) -> None:
    reservation.state = state
    reservation.save(update_fields=["state", "used_minor"])


def _record(
    act: Act, account: GuaranteeAccount, reservation: GuaranteeReservation, *, actor: Actor, at: datetime, **facts: str
) -> None:
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
        **facts,
    )
