"""Rates are read once, exactly, and a fault says where it stands."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tariffs.rules.rate_grammar import RateUnreadable, parse_rate, rate_text
from tariffs.rules.rates import Flat, Greatest, Least, Percent, PerUnit, Sum


def test_parse_rate__reads_a_compound_rate() -> None:
    assert parse_rate("4% + 2/ct") == Sum((Percent(Decimal(4)), PerUnit(Decimal(2), "ct")))


def test_parse_rate__reads_one_term_without_a_sum() -> None:
    assert parse_rate("31.67") == Flat(Decimal("31.67"))


def test_parse_rate__reads_counted_units() -> None:
    assert parse_rate("0.45/piece + 7% + 0.025/unit:jewel") == Sum(
        (PerUnit(Decimal("0.45"), "piece"), Percent(Decimal(7)), PerUnit(Decimal("0.025"), "unit:jewel"))
    )


def test_parse_rate__nests_choices() -> None:
    assert parse_rate("min(max(0.3464%, 31.67), 614.35)") == Least(
        (Greatest((Percent(Decimal("0.3464")), Flat(Decimal("31.67")))), Flat(Decimal("614.35")))
    )


@pytest.mark.parametrize(
    "text",
    [
        "0%",
        "4% + 2/ct",
        "5/kg",
        "3/g",
        "1.5/trade_ct",
        "31.67",
        "0.45/piece + 7% + 0.025/unit:jewel",
        "max(0.004/piece + 6.1%, 0.03/piece + 5.4%)",
        "min(max(0.3464%, 31.67), 614.35) + 0.125%",
    ],
)
def test_rate_text__writes_what_was_read(text: str) -> None:
    assert rate_text(parse_rate(text)) == text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("   ", 4),
        ("%", 1),
        ("4%%", 3),
        ("4% +", 5),
        ("4% 2/ct", 4),
        ("-4%", 1),
        ("4% + -2/ct", 6),
        ("1e5", 2),
        ("NaN", 1),
        ("inf", 1),
        (".5%", 1),
        ("5.%", 2),
        ("2/", 3),
        ("2/carat", 3),
        ("2/unit:", 3),
        ("2/unit:Jewel", 3),
        ("4٪", 2),
        ("٤%", 1),
        ("min(4%)", 7),
        ("min(4%, 2/ct", 13),
        ("min 4%", 5),
        ("max()", 5),
        ("mean(1%, 2%)", 1),
        ("(4%)", 1),
        ("1234567890123456%", 1),
        ("4%\n+ 2/ct", 3),
        ("4%\n", 3),
    ],
)
def test_parse_rate__says_where_the_fault_stands(text: str, position: int) -> None:
    with pytest.raises(RateUnreadable) as refusal:
        parse_rate(text)
    assert refusal.value.code == "rate_unreadable"
    assert refusal.value.facts["position"] == position


def test_parse_rate__names_what_it_expected() -> None:
    with pytest.raises(RateUnreadable) as refusal:
        parse_rate("4% + x")
    assert refusal.value.message == "At character 6 of the rate there should be a number, min( or max(, not 'x'."


def test_parse_rate__refuses_more_than_six_levels() -> None:
    assert isinstance(parse_rate("min(1, " * 6 + "2" + ")" * 6), Least)
    with pytest.raises(RateUnreadable) as refusal:
        parse_rate("min(1, " * 7 + "2" + ")" * 7)
    assert refusal.value.facts["position"] == 43


def test_parse_rate__refuses_a_text_beyond_200_characters() -> None:
    with pytest.raises(RateUnreadable) as refusal:
        parse_rate("1%" + " + 1%" * 40)
    assert refusal.value.facts["position"] == 201
