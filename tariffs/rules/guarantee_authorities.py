"""Standing authorities: a company lets an agent use its guarantee, for some days and up to an amount."""

from __future__ import annotations

from enum import StrEnum

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.money import Money


class AuthorityExceeded(RuleViolation):
    """The agent's authority does not have that much left."""

    code = "authority_exceeded"


class AuthorityInvalid(InputInvalid):
    """An authority is of an amount above zero, for another company than one's own, and for days to come."""

    code = "authority_invalid"


class AuthorityOverlaps(RuleViolation):
    """The agent has an authority on these days already."""

    code = "authority_overlaps"


class AuthorityState(StrEnum):
    """Whether the authority may be used at all; whether it may be today is said by its validity."""

    GRANTED = "granted"  # May be used on the days of its validity.
    REVOKED = "revoked"  # Ended before its time; what was claimed by it stays claimed.


STEPS: dict[AuthorityState, frozenset[AuthorityState]] = {
    AuthorityState.GRANTED: frozenset({AuthorityState.REVOKED}),
    AuthorityState.REVOKED: frozenset(),
}


def principal_of(company_id: int, guarantee_company_id: int | None) -> int | None:
    """Give the principal whose guarantee a company asks for; None when it is the company's own."""
    return None if guarantee_company_id == company_id else guarantee_company_id


def require_within(amount: Money, *, sub_limit: Money, claimed: Money) -> None:
    """Refuse a draw beyond an authority's sub-limit; these figures are the agent's own to know."""
    left = sub_limit - claimed
    if left < amount:
        raise AuthorityExceeded(
            f"{amount} {amount.currency} is needed and {left} is left of the authority: {amount - left} is missing.",
            needed=str(amount),
            available=str(left),
            shortfall=str(amount - left),
            currency=amount.currency,
            ways_out=["free_a_reservation", "ask_the_principal"],
        )
