"""Whatever is reserved, used, freed and settled in whatever order, an account is never overdrawn and loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.money import Money
from tariffs.rules.guarantees import Headroom, HeadroomMissing

NOTHING = Money(0, "CNY")
fen = st.integers(min_value=1, max_value=1000).map(lambda minor: Money(minor, "CNY"))
steps = st.lists(st.tuples(st.sampled_from(["reserve", "resize", "free", "use", "settle"]), fen, st.integers(0, 100)))


@given(st.integers(min_value=0, max_value=3000), steps)
def test_headroom__is_never_overdrawn_by_any_sequence(limit: int, steps: list[tuple[str, Money, int]]) -> None:
    account = Headroom(Money(limit, "CNY"), NOTHING, NOTHING)
    reserved: list[Money] = []
    used: list[Money] = []
    for act, amount, which in steps:
        if act == "reserve":
            try:
                account = account.reserving(amount)
            except HeadroomMissing:
                assert account.available < amount
                continue
            reserved.append(amount)
        elif act == "resize" and reserved:
            before = reserved[which % len(reserved)]
            try:
                account = account.resizing(amount, of_reserved=before)
            except HeadroomMissing:
                assert account.available + before < amount
                continue
            reserved[which % len(reserved)] = amount
        elif act == "free" and reserved:
            account = account.freeing(reserved.pop(which % len(reserved)))
        elif act == "use" and reserved:
            claim = reserved.pop(which % len(reserved))
            part = min(amount, claim)
            account = account.using(part, of_reserved=claim)
            used.append(part)
        elif act == "settle" and used:
            account = account.settling(used.pop(which % len(used)))
        assert account.available >= NOTHING
        assert account.reserved == sum(reserved, NOTHING)
        assert account.used == sum(used, NOTHING)
