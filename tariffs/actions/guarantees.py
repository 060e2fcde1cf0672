"""Guarantees and the claims on them: reserved, resized, freed and lapsed, each at most once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.actions.activity import record_activity
from bonded.queries.parties import require_company
from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.guarantee_claims import count_claim, keep_claim, keep_limit, record_claim
from tariffs.actions.locks import (
    lock_account,
    lock_guarantee,
    lock_known_reservation,
    lock_lapsed_reservations,
    lock_reservation,
)
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.queries.guarantees import accounts_with_lapsed_claims, authority_of, require_headroom
from tariffs.rules.guarantee_claims import Reservation
from tariffs.rules.guarantee_instruments import InstrumentKind
from tariffs.rules.guarantees import (
    LimitBelowClaims,
    ReservationPurpose,
    ReservationRepeated,
    ReservationState,
)
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day

# An opening limit counts on every day that anybody asks about.
ALWAYS_FROM = date(2000, 1, 1)
# So many claims lapse in one transaction.
LAPSED_AT_ONCE = 500


@transaction.atomic
def set_guarantee(*, company_id: int, limit: Money, actor: Actor, at: datetime) -> GuaranteeAccount:
    """Open a company's guarantee account, or change its opening limit: what it may owe beside its instruments.

    Without other instruments this is the whole limit. Raises NotFound, LimitBelowClaims.
    """
    require(actor, Act.SET_GUARANTEE)
    require_company(company_id, actor=actor)
    GuaranteeAccount.objects.get_or_create(
        company_id=company_id, defaults={"limit_minor": 0, "currency": limit.currency}
    )
    account = lock_guarantee(company_id)
    keep_limit(account, at=at)
    opening = account.instruments.filter(kind=InstrumentKind.OPENING_LIMIT).first()
    others = account.headroom.limit - Money(opening.amount_minor if opening else 0, account.currency)
    claims = account.headroom.claimed
    if others + limit < claims or limit.minor < 0:
        raise LimitBelowClaims(
            f"{claims} {claims.currency} is claimed, so the limit can't be {limit}.",
            claims=str(claims),
            limit=str(limit),
        )
    account.instruments.update_or_create(
        kind=InstrumentKind.OPENING_LIMIT,
        number="opening",
        defaults={"amount_minor": limit.minor},
        create_defaults={"amount_minor": limit.minor, "validity": DateRange(ALWAYS_FROM, None)},
    )
    keep_limit(account, at=at)
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
    principal_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> GuaranteeReservation:
    """Claim headroom for a thing; doing so again with the same amount, while it is claimed, changes nothing.

    With `principal_id` a company claims, as its agent, the guarantee of another that has given it a
    standing authority; the claim counts in the guarantee and in the authority. Raises HeadroomMissing
    with the exact shortfall (without any figure to an agent that may not see the balance),
    AuthorityExceeded, ReservationRepeated when the thing had another claim or one that is over, NotFound
    when the company has no guarantee or authority or is not the actor's.
    """
    require(actor, Act.RESERVE_HEADROOM)
    require_company(company_id, actor=actor)
    account = lock_guarantee(company_id) if principal_id is None else _principals(principal_id, company_id, at=at)
    authority = None if principal_id is None else authority_of(account, agent_id=company_id, on=business_day(at))
    for before in GuaranteeReservation.objects.where("purpose = %s AND reference = %s", [purpose.value, reference]):
        if (before.account_id, before.amount_minor, before.state, before.authority_id) == (
            account.pk,
            amount.minor,
            ReservationState.RESERVED,
            authority and authority.pk,
        ):
            return before
        raise ReservationRepeated("Headroom was reserved for this before.", reference=str(reference))
    keep_limit(account, at=at)
    require_headroom(account, amount, authority=authority, on=business_day(at))
    return _claim(account, amount, purpose, reference, expires_at, authority, actor=actor, at=at)


@transaction.atomic
def resize_headroom(
    *, purpose: ReservationPurpose, reference: UUID, amount: Money, actor: Actor, at: datetime
) -> GuaranteeReservation:
    """Claim another amount for a thing of which nothing was used; the same amount changes nothing.

    Raises NotFound, NotResizable, and HeadroomMissing or AuthorityExceeded: then it stays as it was.
    """
    require(actor, Act.RESIZE_HEADROOM)
    account, reservation = lock_known_reservation(purpose=purpose, reference=reference)
    before = reservation.figures(account.currency)
    after = before.resizing(amount)
    if after != before:
        if before.amount < amount:
            keep_limit(account, at=at)
            more = amount - before.amount
            require_headroom(account, more, authority=reservation.authority, on=business_day(at))
        keep_claim(account, reservation, before, after)
        record_claim(Act.RESIZE_HEADROOM, account, reservation, actor=actor, at=at)
    return reservation


@transaction.atomic
def free_headroom(*, purpose: ReservationPurpose, reference: UUID, actor: Actor, at: datetime) -> None:
    """Give up what is left of a claim; when the actor's company has none, or it is over, nothing changes."""
    require(actor, Act.FREE_HEADROOM)
    found = lock_reservation(purpose=purpose, reference=reference)
    if found is not None and _is_of(found[0], found[1], actor):
        _end(*found, ReservationState.FREED, actor=actor, at=at)


def expire_headroom(*, actor: Actor, at: datetime) -> int:
    """Let every claim that has run out lapse, and give their number.

    Each account's lapse in a transaction of their own, at most 500 at once; an account that somebody
    else has locked is left to the next sweep.
    """
    require(actor, Act.USE_HEADROOM)
    lapsed = 0
    for account_id in accounts_with_lapsed_claims(at=at):
        while some := _expire_some(account_id, actor=actor, at=at):
            lapsed += some
    return lapsed


@transaction.atomic
def _expire_some(account_id: int, *, actor: Actor, at: datetime) -> int:
    account = lock_account(account_id)
    if account is None:
        return 0
    lapsed = lock_lapsed_reservations(account, at=at, limit=LAPSED_AT_ONCE)
    for reservation in lapsed:
        _end(account, reservation, ReservationState.EXPIRED, actor=actor, at=at)
    return len(lapsed)


def _principals(principal_id: int, agent_id: int, *, at: datetime) -> GuaranteeAccount:
    """Lock the account of a principal of the agent; whose it is not, does not learn that it is there."""
    on = business_day(at)
    if not GuaranteeAuthority.objects.in_force(on).filter(account__company_id=principal_id, agent_id=agent_id).exists():
        raise NotFound("There is no authority to use this company's guarantee.", company_id=principal_id)
    return lock_guarantee(principal_id)


def _claim(
    account: GuaranteeAccount,
    amount: Money,
    purpose: ReservationPurpose,
    reference: UUID,
    expires_at: datetime | None,
    authority: GuaranteeAuthority | None,
    *,
    actor: Actor,
    at: datetime,
) -> GuaranteeReservation:
    nothing = Money(0, account.currency)
    reservation = GuaranteeReservation(
        pk=uuid4(),
        account=account,
        authority=authority,
        purpose=purpose,
        reference=reference,
        amount_minor=amount.minor,
        reserved_at=at,
        expires_at=expires_at,
    )
    reservation.save(force_insert=True)
    before = Reservation(ReservationState.RESERVED, nothing, nothing, nothing)
    count_claim(account, reservation, before, reservation.figures(account.currency))
    record_claim(Act.RESERVE_HEADROOM, account, reservation, actor=actor, at=at)
    return reservation


def _is_of(account: GuaranteeAccount, reservation: GuaranteeReservation, actor: Actor) -> bool:
    agent_id = reservation.authority.agent_id if reservation.authority else None
    return actor.is_staff or bool({account.company_id, agent_id} & actor.company_ids)


def _end(
    account: GuaranteeAccount,
    reservation: GuaranteeReservation,
    target: ReservationState,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    before = reservation.figures(account.currency)
    after = before.ending(target)
    if after != before:
        keep_claim(account, reservation, before, after)
        record_claim(Act.FREE_HEADROOM, account, reservation, actor=actor, at=at)
