"""The life of one claim on a guarantee: reserved, used part by part, given up or lapsed, and paid."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from tariffs.rules.guarantees import (
    OPEN_STATES,
    STEPS,
    NotResizable,
    ReservationState,
    UseExceedsReservation,
)


@dataclass(frozen=True, slots=True)
class Reservation:
    """One claim, all of one currency: of `amount` so much was used so far, and so much of that was paid."""

    state: ReservationState
    amount: Money
    used: Money
    settled: Money

    @property
    def rest(self) -> Money:
        """Give what may still be used, and counts as reserved; nothing when no more may be."""
        return self.amount - self.used if self.state in OPEN_STATES else Money(0, self.amount.currency)

    @property
    def owed(self) -> Money:
        """Give what is used and not paid, and counts as used."""
        return self.used - self.settled

    def using(self, amount: Money, *, is_last: bool) -> Reservation:
        """Use a part; the last one frees the rest. Raises StepNotAllowed, UseExceedsReservation."""
        target = ReservationState.USED if is_last else ReservationState.PARTLY_USED
        require_step(STEPS, self.state, target)
        if self.rest < amount:
            raise UseExceedsReservation(
                f"{amount} was to be used, and {self.rest} is reserved.",
                needed=str(amount),
                reserved=str(self.rest),
                currency=amount.currency,
            )
        return replace(self, state=target, used=self.used + amount)

    def settling(self, amount: Money) -> Reservation:
        """Take note that a part that was used is paid; the last part settles a used claim. Raises StepNotAllowed."""
        if self.state != ReservationState.PARTLY_USED:
            require_step(STEPS, self.state, ReservationState.SETTLED)
        assert amount <= self.owed
        paid = replace(self, settled=self.settled + amount)
        is_over = self.state == ReservationState.USED and not paid.owed.minor
        return replace(paid, state=ReservationState.SETTLED) if is_over else paid

    def ending(self, target: ReservationState) -> Reservation:
        """Give up what is left, as FREED or EXPIRED; what was used before stays, so the claim is then used or settled.

        What is over stays as it is: ending twice changes nothing.
        """
        assert target in (ReservationState.FREED, ReservationState.EXPIRED)
        if self.state not in OPEN_STATES:
            return self
        if self.state == ReservationState.PARTLY_USED:
            target = ReservationState.USED if self.owed.minor else ReservationState.SETTLED
        require_step(STEPS, self.state, target)
        return replace(self, state=target)

    def resizing(self, amount: Money) -> Reservation:
        """Ask for another amount, while nothing was used. Raises NotResizable."""
        if self.state != ReservationState.RESERVED:
            raise NotResizable("Only a claim of which nothing was used can be of another amount.", state=self.state)
        return replace(self, amount=amount)
