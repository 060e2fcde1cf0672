"""Guarantee accounts: how much a company may owe before it pays, and who has claimed which part of it."""

from __future__ import annotations

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


class ReservationPurpose(StrEnum):
    """What headroom is reserved for; with the reference it names a reservation once and for all."""

    VIEWING = "viewing"  # A booking of `inspections`.
    WITHDRAWAL = "withdrawal"  # An assessment that is secured.


class ReservationState(StrEnum):
    """How far a reservation has come."""

    RESERVED = "reserved"  # Claimed; counts against the limit.
    USED = "used"  # The duty is owed; counts against the limit until it is paid.
    SETTLED = "settled"  # The duty is paid; the headroom is back.
    FREED = "freed"  # Given up before it was used.
    EXPIRED = "expired"  # Lapsed before it was used.


STEPS: dict[ReservationState, frozenset[ReservationState]] = {
    # Reserved again: of another amount.
    ReservationState.RESERVED: frozenset(
        {ReservationState.RESERVED, ReservationState.USED, ReservationState.FREED, ReservationState.EXPIRED}
    ),
    ReservationState.USED: frozenset({ReservationState.SETTLED}),
    ReservationState.SETTLED: frozenset(),
    ReservationState.FREED: frozenset(),
    ReservationState.EXPIRED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Headroom:
    """The three figures of an account, all of one currency: reserved and used never exceed the limit together."""

    limit: Money
    reserved: Money
    used: Money

    @property
    def available(self) -> Money:
        """Give what may still be reserved."""
        return self.limit - self.reserved - self.used

    def reserving(self, amount: Money) -> Headroom:
        """Claim an amount; raises HeadroomMissing with the exact shortfall and what would help."""
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
            )
        return replace(self, reserved=self.reserved + amount)

    def freeing(self, amount: Money) -> Headroom:
        """Give up a reserved amount."""
        return replace(self, reserved=self.reserved - amount)

    def resizing(self, amount: Money, *, of_reserved: Money) -> Headroom:
        """Let a reservation be of another amount; raises HeadroomMissing with the shortfall when it grows too much."""
        return self.freeing(of_reserved).reserving(amount)

    def using(self, amount: Money, *, of_reserved: Money) -> Headroom:
        """Turn a reservation into debt; what of it is not used is free again. Raises UseExceedsReservation."""
        if of_reserved < amount:
            raise UseExceedsReservation(
                f"{amount} was to be used, and {of_reserved} is reserved.",
                needed=str(amount),
                reserved=str(of_reserved),
                currency=amount.currency,
            )
        return replace(self, reserved=self.reserved - of_reserved, used=self.used + amount)

    def settling(self, amount: Money) -> Headroom:
        """Take back what was used, because the duty is paid: the guarantee revolves."""
        return replace(self, used=self.used - amount)
