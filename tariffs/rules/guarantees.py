"""Guarantee accounts: how much a company may owe before it pays, and who has claimed which part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money


class HeadroomMissing(RuleViolation):
    """The guarantee does not have that much left."""

    code = "headroom_missing"


class UseExceedsReservation(RuleViolation):
    """More was to be used than had been reserved."""

    code = "use_exceeds_reservation"


class GuaranteeMissing(RuleViolation):
    """The company has no guarantee account, so nothing can be secured."""

    code = "guarantee_missing"


class LimitBelowClaims(RuleViolation):
    """The limit can't be less than what is reserved and used already."""

    code = "limit_below_claims"


class ReservationRepeated(RuleViolation):
    """Headroom is reserved once for a thing: it had another amount, or its claim is over."""

    code = "reservation_repeated"


class UseRepeated(RuleViolation):
    """A use has one amount: this one was made before, of another."""

    code = "use_repeated"


class NotResizable(RuleViolation):
    """Only a claim of which nothing was used can be of another amount."""

    code = "not_resizable"


class ReservationPurpose(StrEnum):
    """What headroom is reserved for; with the reference it names a reservation once and for all."""

    VIEWING = "viewing"  # A booking of `inspections`.
    WITHDRAWAL = "withdrawal"  # An assessment that is secured.


class ReservationState(StrEnum):
    """How far a reservation has come."""

    RESERVED = "reserved"  # Claimed; counts against the limit.
    PARTLY_USED = "partly_used"  # A part is owed and the rest may be used still; both count.
    USED = "used"  # The duty is owed; counts against the limit until it is paid. No more is used of it.
    SETTLED = "settled"  # The duty is paid; the headroom is back.
    FREED = "freed"  # Given up before it was used.
    EXPIRED = "expired"  # Lapsed before it was used.


STEPS: dict[ReservationState, frozenset[ReservationState]] = {
    ReservationState.RESERVED: frozenset(
        {ReservationState.PARTLY_USED, ReservationState.USED, ReservationState.FREED, ReservationState.EXPIRED}
    ),
    ReservationState.PARTLY_USED: frozenset(
        {ReservationState.PARTLY_USED, ReservationState.USED, ReservationState.SETTLED}
    ),
    ReservationState.USED: frozenset({ReservationState.SETTLED}),
    ReservationState.SETTLED: frozenset(),
    ReservationState.FREED: frozenset(),
    ReservationState.EXPIRED: frozenset(),
}


# Of these a part may still be used, freed or left to lapse.
OPEN_STATES = frozenset({ReservationState.RESERVED, ReservationState.PARTLY_USED})
LIVE_STATES = OPEN_STATES | {ReservationState.USED}


@dataclass(frozen=True, slots=True)
class Headroom:
    """The three figures of an account, all of one currency.

    What is reserved and used together never grows beyond the limit. It may stand above it when an
    instrument has ended: what is owed is owed, and nothing new is reserved until it is covered again.
    """

    limit: Money
    reserved: Money
    used: Money

    @property
    def claimed(self) -> Money:
        """Give what counts against the limit."""
        return self.reserved + self.used

    @property
    def available(self) -> Money:
        """Give what may still be reserved; never less than 0."""
        return max(self.limit - self.claimed, Money(0, self.limit.currency))

    @property
    def uncovered(self) -> Money:
        """Give what is claimed beyond the limit; never less than 0."""
        return max(self.claimed - self.limit, Money(0, self.limit.currency))

    @property
    def percent_used(self) -> int | None:
        """Give how much of the limit is claimed, in whole percent rounded up; None when the limit is 0."""
        return -(-self.claimed.minor * 100 // self.limit.minor) if self.limit.minor else None

    def reserving(self, amount: Money, *, could_be_freed: Sequence[str] = (), due_next: str | None = None) -> Headroom:
        """Claim an amount; raises HeadroomMissing with the exact shortfall and what would help.

        `could_be_freed` names reservations with their amounts, `due_next` the debt whose payment gives
        headroom back first; both are told and change nothing.
        """
        if self.available < amount:
            raise HeadroomMissing(
                f"{amount} {amount.currency} is needed and {self.available} is left: "
                f"{amount - self.available} is missing. Pay what is due, free a reservation, "
                "pay this duty at once, or raise the guarantee.",
                needed=str(amount),
                available=str(self.available),
                shortfall=str(amount - self.available),
                currency=amount.currency,
                ways_out=["pay_what_is_due", "free_a_reservation", "pay_at_once", "raise_the_guarantee"],
                could_be_freed=list(could_be_freed),
                due_next=due_next,
            )
        return replace(self, reserved=self.reserved + amount)

    def moved(self, *, reserved: Money, used: Money) -> Headroom:
        """Give the account after a claim of it changed: by so much, either way."""
        return replace(self, reserved=self.reserved + reserved, used=self.used + used)
