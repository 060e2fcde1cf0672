"""Every rate that can be written is read again as the same rate, and nothing else ever breaks the reader."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tariffs.rules.rate_grammar import LONGEST_TEXT, RateUnreadable, parse_rate, rate_text
from tariffs.rules.rates import UNITS, Flat, Greatest, Least, Percent, PerUnit, Rate, Sum

numbers = st.decimals(min_value=0, max_value=9999, places=4)
units = st.sampled_from([*UNITS, "unit:jewel"])
simple = st.one_of(numbers.map(Percent), numbers.map(Flat), st.builds(PerUnit, numbers, units))


def composed(inner: st.SearchStrategy[Rate]) -> st.SearchStrategy[Rate]:
    terms = inner.filter(lambda rate: not isinstance(rate, Sum))
    two_or_three = st.lists(inner, min_size=2, max_size=3).map(tuple)
    sums = st.lists(terms, min_size=2, max_size=3).map(lambda found: Sum(tuple(found)))
    return st.one_of(sums, two_or_three.map(Least), two_or_three.map(Greatest))


rates = st.recursive(simple, composed, max_leaves=6)


@given(rates)
def test_parse_rate__reads_what_rate_text_wrote(rate: Rate) -> None:
    text = rate_text(rate)
    if len(text) <= LONGEST_TEXT:
        assert parse_rate(text) == rate


@given(st.text(alphabet="0123456789.%/+,() minaxctgkpe:ujw-", max_size=60) | st.text(max_size=40))
def test_parse_rate__reads_or_refuses_and_nothing_else(text: str) -> None:
    try:
        rate = parse_rate(text)
    except RateUnreadable as refusal:
        position = refusal.facts["position"]
        assert isinstance(position, int)
        assert 1 <= position <= len(text) + 1
    else:
        assert parse_rate(rate_text(rate)) == rate


def test_rate_text__keeps_the_digits_that_were_written() -> None:
    assert rate_text(Percent(Decimal("4.00"))) == "4.00%"
