"""An offer's life: one price for one lot that is sealed for it, until it is answered or its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bonded.rules.errors import InputInvalid, ProblemsFound, RuleViolation
from bonded.rules.lifecycle import require_step
from bonded.rules.money import LARGEST_MINOR, AmountInvalid, Money
from bonded.rules.permissions import Role


class OfferState(StrEnum):
    """How far an offer has come."""

    OFFERED = "offered"  # The buyer has named a price; the supplier is to answer.
    COUNTERED = "countered"  # The supplier has named another; the buyer is to answer.
    ACCEPTED = "accepted"  # Both agree; the lot's withdrawal is asked for.
    REFUSED = "refused"  # Whose turn it was said no.
    WITHDRAWN = "withdrawn"  # The buyer took it back.
    LAPSED = "lapsed"  # Its time was over, or its buyer asked for the lot without it.


_ANSWERS = frozenset({OfferState.ACCEPTED, OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.LAPSED})
STEPS: dict[OfferState, frozenset[OfferState]] = {
    # A price is countered once: who wants to go on haggling makes a new offer.
    OfferState.OFFERED: _ANSWERS | {OfferState.COUNTERED},
    OfferState.COUNTERED: _ANSWERS,
    OfferState.ACCEPTED: frozenset(),
    OfferState.REFUSED: frozenset(),
    OfferState.WITHDRAWN: frozenset(),
    OfferState.LAPSED: frozenset(),
}
# The lot is under the offer's cachet.
OPEN_STATES = frozenset({OfferState.OFFERED, OfferState.COUNTERED})
# Who answers next.
TURNS = {OfferState.OFFERED: Role.SUPPLIER, OfferState.COUNTERED: Role.BUYER}

# Our own terms: how long a cachet binds was not found in any bourse's rules.
OFFER_TERM = timedelta(hours=48)
LONGEST_OFFER_TERM = timedelta(days=7)


class OfferRefused(ProblemsFound):
    """The lot can't be offered on: it is open, kept, held, or under a cachet, said alike."""

    code = "offer_refused"


class LotNotLookedAt(RuleViolation):
    """The company has not looked at this lot in a visit that is over, or has declined it."""

    code = "lot_not_looked_at"


class OfferTermInvalid(InputInvalid):
    """The offer would end before it begins, or later than in seven days."""

    code = "offer_term_invalid"


class OfferLapsed(RuleViolation):
    """The time of the offer is over."""

    code = "offer_lapsed"


class NotYourTurn(RuleViolation):
    """The other side is to answer."""

    code = "not_your_turn"


class LotUnderCachet(RuleViolation):
    """A lot is sealed for a company's offer, and may not be opened for another."""

    code = "lot_under_cachet"


def offer_end(ends_at: datetime | None, *, at: datetime) -> datetime:
    """Give when an offer or a counter ends: 48 hours from now unless another end is named, at most seven days.

    Raises OfferTermInvalid.
    """
    end = at + OFFER_TERM if ends_at is None else ends_at
    if not at < end <= at + LONGEST_OFFER_TERM:
        raise OfferTermInvalid("An offer ends later than now and within seven days.", ends_at=end.isoformat())
    return end


def offer_total(price: Money, weight_carats: Decimal) -> Money:
    """Give what a lot comes to by its price for one carat: carats to 0.001, half up to the minor unit.

    Raises AmountInvalid when price or total is nothing, or more than an amount may be.
    """
    total = Money.rounded(price.to_decimal() * weight_carats, price.currency)
    if price.minor <= 0 or not 0 < total.minor <= LARGEST_MINOR:
        raise AmountInvalid("The price comes to nothing, or to more than an amount may be.", price_per_carat=str(price))
    return total


def require_open(state: OfferState, target: OfferState, *, ends_at: datetime, at: datetime) -> None:
    """Refuse a step of an offer that is answered or whose time is over; raises StepNotAllowed, OfferLapsed."""
    require_step(STEPS, state, target)
    if ends_at <= at:
        raise OfferLapsed("The time of this offer is over.", ends_at=ends_at.isoformat())


def require_turn(state: OfferState, role: Role) -> None:
    """Refuse an answer by the side that has spoken last; raises NotYourTurn."""
    if TURNS[state] != role:
        raise NotYourTurn("The other side is to answer.", turn=TURNS[state].value)
