"""A company's guarantee, and what claims it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.debts import DutyDebt
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantee_authorities import require_within
from tariffs.rules.guarantees import LIVE_STATES, OPEN_STATES, HeadroomMissing, ReservationState
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day

# So many reservations are named to whom headroom is missing, the largest first.
MOST_WAYS_OUT = 5


def guarantee_of(company_id: int, *, actor: Actor, at: datetime) -> GuaranteeAccount:
    """Give a company's guarantee account; raises NotFound when there is none or it is not the actor's to see.

    An agent sees it while its authority is in force and says so.
    """
    require(actor, Act.READ_GUARANTEE)
    seen = GuaranteeAuthority.objects.visible_to(actor).in_force(business_day(at)).filter(sees_balance=True)
    for account in GuaranteeAccount.objects.filter(company_id=company_id, pk__in=seen.values("account_id")):
        return account
    return own_guarantee_of(company_id, actor=actor)


def own_guarantee_of(company_id: int, *, actor: Actor) -> GuaranteeAccount:
    """Give a company's guarantee account to its people and to staff; raises NotFound, to its agents too."""
    require(actor, Act.READ_GUARANTEE)
    for account in GuaranteeAccount.objects.visible_to(actor).filter(company_id=company_id):
        return account
    raise NotFound("There is no guarantee account of this company.", company_id=company_id)


def live_claims(account: GuaranteeAccount, *, actor: Actor) -> Sequence[GuaranteeReservation]:
    """Give the reservations that count against the limit, the oldest first; an agent's own only to an agent."""
    claims = account.reservations.filter(state__in=LIVE_STATES)
    if not actor.is_staff and account.company_id not in actor.company_ids:
        claims = claims.filter(authority__agent_id__in=actor.company_ids)
    return list(claims.order_by("reserved_at", "pk"))


def account_ids() -> list[int]:
    """Give the ids of all guarantee accounts, in order."""
    return list(GuaranteeAccount.objects.order_by("pk").values_list("pk", flat=True))


def accounts_with_lapsed_claims(*, at: datetime) -> list[int]:
    """Give the ids of the accounts that have reservations which have run out, in order."""
    lapsed = GuaranteeReservation.objects.filter(state__in=OPEN_STATES, expires_at__lte=at)
    return list(lapsed.order_by("account_id").values_list("account_id", flat=True).distinct())


def authority_of(account: GuaranteeAccount, *, agent_id: int, on: date) -> GuaranteeAuthority:
    """Give the authority by which an agent uses a guarantee on a day; raises NotFound when there is none."""
    authority = account.authorities.filter(agent_id=agent_id).in_force(on).first()
    if authority is None:
        raise NotFound("There is no authority to use this company's guarantee.", company_id=account.company_id)
    return authority


def require_headroom(
    account: GuaranteeAccount, amount: Money, *, authority: GuaranteeAuthority | None, on: date
) -> None:
    """Refuse what a locked account, or the authority of the agent who asks, has not left on a day.

    An authority that has ended has nothing left, whatever was claimed by it before. Raises AuthorityExceeded,
    and HeadroomMissing with the ways out; an agent that may not see the balance is told that it is too
    little, and no figure but its own.
    """
    if authority is not None:
        sub_limit, claimed = (
            Money(minor, account.currency) for minor in (authority.sub_limit_minor, authority.claimed_minor)
        )
        is_in_force = account.authorities.filter(pk=authority.pk).in_force(on).exists()
        require_within(amount, sub_limit=sub_limit if is_in_force else claimed, claimed=claimed)
    if amount <= account.headroom.available:
        return
    if authority is not None and not authority.sees_balance:
        raise HeadroomMissing(
            f"The principal's guarantee does not have {amount} {amount.currency} left.",
            needed=str(amount),
            currency=amount.currency,
            ways_out=["free_a_reservation", "ask_the_principal"],
        )
    account.headroom.reserving(
        amount, could_be_freed=_could_be_freed(account, authority), due_next=_due_next(account, authority)
    )


def _could_be_freed(account: GuaranteeAccount, authority: GuaranteeAuthority | None) -> list[str]:
    open_ = account.reservations.filter(state=ReservationState.RESERVED).order_by("-amount_minor", "pk")
    ours = open_ if authority is None else open_.filter(authority=authority)
    return [
        f"{one.purpose} {one.reference}: {Money(one.amount_minor, account.currency)}" for one in ours[:MOST_WAYS_OUT]
    ]


def _due_next(account: GuaranteeAccount, authority: GuaranteeAuthority | None) -> str | None:
    debts = DutyDebt.objects.open().filter(reservation__account=account)
    ours = debts if authority is None else debts.filter(reservation__authority=authority)
    debt = ours.order_by("due_on", "pk").first()
    return None if debt is None else f"{debt.reference} on {debt.due_on.isoformat()}: {debt.outstanding}"
