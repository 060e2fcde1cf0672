"""Whatever is reserved, used, freed, resized and settled in whatever order, no account is overdrawn or loses a fen."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import Money
from tariffs.rules.guarantee_claims import Reservation
from tariffs.rules.guarantees import (
    Headroom,
    HeadroomMissing,
    NotResizable,
    ReservationState,
    UseExceedsReservation,
)

NOTHING = Money(0, "CNY")
fen = st.integers(min_value=1, max_value=1000).map(lambda minor: Money(minor, "CNY"))
which = st.integers(0, 100)
ended = st.sampled_from([ReservationState.FREED, ReservationState.EXPIRED])


class GuaranteeMachine(RuleBasedStateMachine):
    """One account beside its claims, moved as the acts move it: by the difference that a claim makes."""

    def __init__(self) -> None:
        super().__init__()
        self.account = Headroom(NOTHING, NOTHING, NOTHING)
        self.claims: list[Reservation] = []
        self.uncovered_by_ends = NOTHING

    @initialize(limit=st.integers(0, 3000))
    def open(self, limit: int) -> None:
        self.account = Headroom(Money(limit, "CNY"), NOTHING, NOTHING)

    def _become(self, number: int, after: Reservation) -> None:
        before = self.claims[number]
        self.account = self.account.moved(reserved=after.rest - before.rest, used=after.owed - before.owed)
        self.claims[number] = after

    @rule(amount=fen)
    def reserve(self, amount: Money) -> None:
        left = self.account.available
        try:
            self.account = self.account.reserving(amount)
        except HeadroomMissing:
            assert left < amount
            return
        self.claims.append(Reservation(ReservationState.RESERVED, amount, NOTHING, NOTHING))

    @precondition(lambda self: self.claims)
    @rule(number=which, amount=fen, is_last=st.booleans())
    def use(self, number: int, amount: Money, is_last: bool) -> None:
        number %= len(self.claims)
        before = self.claims[number]
        try:
            self._become(number, before.using(amount, is_last=is_last))
        except UseExceedsReservation:
            assert before.rest < amount
        except StepNotAllowed:
            assert before.rest == NOTHING

    @precondition(lambda self: self.claims)
    @rule(number=which, ending=ended)
    def end(self, number: int, ending: ReservationState) -> None:
        number %= len(self.claims)
        once = self.claims[number].ending(ending)
        self._become(number, once)
        assert once.ending(ending) == once

    @precondition(lambda self: self.claims)
    @rule(number=which, amount=fen)
    def resize(self, number: int, amount: Money) -> None:
        number %= len(self.claims)
        before = self.claims[number]
        try:
            after = before.resizing(amount)
            if before.amount < amount:
                self.account.reserving(amount - before.amount)
        except (NotResizable, HeadroomMissing):
            return
        self._become(number, after)

    @precondition(lambda self: any(claim.owed.minor for claim in self.claims))
    @rule(number=which, amount=fen)
    def settle(self, number: int, amount: Money) -> None:
        owing = [place for place, claim in enumerate(self.claims) if claim.owed.minor]
        place = owing[number % len(owing)]
        self._become(place, self.claims[place].settling(min(amount, self.claims[place].owed)))

    @rule(limit=st.integers(0, 3000))
    def an_instrument_begins_or_ends(self, limit: int) -> None:
        self.account = Headroom(Money(limit, "CNY"), self.account.reserved, self.account.used)
        self.uncovered_by_ends = self.account.uncovered

    @invariant()
    def nothing_grows_over_the_limit(self) -> None:
        assert self.account.uncovered <= self.uncovered_by_ends

    @invariant()
    def the_sums_are_those_of_the_claims(self) -> None:
        assert self.account.reserved == sum((claim.rest for claim in self.claims), NOTHING)
        assert self.account.used == sum((claim.owed for claim in self.claims), NOTHING)
        assert all(claim.settled <= claim.used <= claim.amount for claim in self.claims)


TestGuarantee = GuaranteeMachine.TestCase
