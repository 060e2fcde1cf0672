"""What holds for every rate, whichever way it is quoted: there and back again loses nothing that money can show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.money import CURRENCY_DECIMALS, Money
from bonded.rules.validity import Validity
from tariffs.rules.exchange_rates import ExchangeRate, Quoting
from tariffs.rules.rounding import Rounding, RoundingStep, major_units

MINOR_UNIT = Rounding(RoundingStep.MINOR_UNIT, "stated")
HALF_A_FEN = Fraction(1, 200)
minor = st.integers(min_value=0, max_value=10**14)


@st.composite
def rates(draw: st.DrawFn) -> ExchangeRate:
    rate = draw(
        st.decimals(min_value="0.0001", max_value="9999", places=8).filter(lambda rate: rate >= Decimal("0.0001"))
    )
    currency = draw(st.sampled_from(sorted(CURRENCY_DECIMALS)))
    quoted = draw(st.sampled_from(Quoting))
    return ExchangeRate("stated", currency, "CNY", rate, quoted, Validity(date(2000, 1, 1)), "stated")


@given(rates(), minor)
def test_foreign__and_back_is_the_same_fen(rate: ExchangeRate, fen: int) -> None:
    money = Money(fen, "CNY")
    assert MINOR_UNIT.money(rate.local(rate.foreign(major_units(money))), "CNY") == money


@given(rates(), minor)
def test_local__rounded_to_the_fen_is_back_within_half_a_fen_of_what_it_came_from(
    rate: ExchangeRate, cents: int
) -> None:
    exact = rate.local(major_units(Money(cents, rate.currency)))
    rounded = MINOR_UNIT.money(exact, "CNY")
    back = rate.foreign(major_units(rounded))
    assert abs(rate.local(back) - exact) <= HALF_A_FEN
    assert rate.local(back) == major_units(rounded)
