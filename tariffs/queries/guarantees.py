"""A company's guarantee, and what claims it."""

from __future__ import annotations

from collections.abc import Sequence

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import ReservationState
from tariffs.rules.permissions import Act, require


def guarantee_of(company_id: int, *, actor: Actor) -> GuaranteeAccount:
    """Give a company's guarantee account; raises NotFound when there is none or it is not the actor's to see."""
    require(actor, Act.READ_GUARANTEE)
    account = GuaranteeAccount.objects.visible_to(actor).filter(company_id=company_id).first()
    if account is None:
        raise NotFound("There is no guarantee account of this company.", company_id=company_id)
    return account


def live_claims(account: GuaranteeAccount) -> Sequence[GuaranteeReservation]:
    """Give the reservations that count against the limit, the oldest first."""
    live = [ReservationState.RESERVED, ReservationState.USED]
    return list(account.reservations.filter(state__in=live).order_by("reserved_at", "pk"))
