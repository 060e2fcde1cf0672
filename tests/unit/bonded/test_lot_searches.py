"""Searches are read whole or refused with everything that is wrong in them."""

from decimal import Decimal

import pytest

from bonded.rules.errors import ErrorKind
from bonded.rules.lot_searches import (
    MOST_WORDS,
    LotOrder,
    LotSearch,
    LotSearchInvalid,
    grades_asked_for,
    lot_search_from_parameters,
)


def refusal_of(**parameters: str | list[str]) -> list[tuple[str, str]]:
    given = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
    with pytest.raises(LotSearchInvalid) as refusal:
        lot_search_from_parameters(given)
    assert refusal.value.kind is ErrorKind.INVALID
    return [(problem.code, problem.message) for problem in refusal.value.problems]


def test_lot_search_from_parameters__of_nothing_asks_about_nothing():
    assert lot_search_from_parameters({}) == LotSearch()


def test_lot_search_from_parameters__reads_every_parameter():
    search = lot_search_from_parameters(
        {
            "kind": ["polished_diamond"],
            "shape": ["Round,oval", "round"],
            "colour": ["D,E", "pigeon blood red"],
            "clarity": ["VS1"],
            "cut": ["Very Good"],
            "origin": ["BW, CA"],
            "variety": ["Ruby"],
            "treatment": ["H,F"],
            "lab": ["GIA"],
            "carats_from": ["0.5"],
            "carats_to": ["1.999"],
            "value_from": ["100"],
            "value_to": ["2500.50"],
            "currency": ["EUR"],
            "stock_number": ["D-0"],
            "report_number": ["12"],
            "order": ["-carats"],
        }
    )

    assert search == LotSearch(
        words={
            "kind": ("polished_diamond",),
            "shape": ("round", "oval"),
            "colour": ("D", "E", "pigeon blood red"),
            "clarity": ("VS1",),
            "cut": ("Very Good",),
            "origin": ("BW", "CA"),
            "variety": ("ruby",),
            "treatment": ("H", "F"),
            "lab": ("GIA",),
        },
        carats_from=Decimal("0.500"),
        carats_to=Decimal("1.999"),
        value_from_minor=10_000,
        value_to_minor=250_050,
        currency="EUR",
        beginnings={"stock_number": "D-0", "report_number": "12"},
        order=LotOrder.HEAVIEST,
    )


def test_lot_search_from_parameters__takes_dollars_for_values_only():
    assert lot_search_from_parameters({"value_to": ["5"]}).currency == "USD"
    assert lot_search_from_parameters({"carats_to": ["5"]}).currency is None
    assert lot_search_from_parameters({"value_to": ["5"], "currency": ["JPY"]}).value_to_minor == 5


@pytest.mark.parametrize(
    ("name", "value", "code", "message"),
    [
        ("colur", "D", "parameter_unknown", "'colur' is no parameter of this search."),
        ("kind", "pearl", "word_unknown", "'pearl' is no kind."),
        ("shape", "r0und", "word_unknown", "'r0und' is no shape."),
        ("shape", "", "word_unknown", "'' is no shape."),
        ("colour", "C", "word_unknown", "'C' is no colour."),
        ("clarity", "vs1", "word_unknown", "'vs1' is no clarity."),
        ("cut", "Splendid", "word_unknown", "'Splendid' is no cut."),
        ("origin", "Botswana", "word_unknown", "'Botswana' is no origin."),
        ("variety", "ruby\0", "word_unknown", "'ruby\\x00' is no variety."),
        ("treatment", "X", "word_unknown", "'X' is no treatment."),
        ("lab", "G I A", "word_unknown", "'G I A' is no lab."),
        ("carats_from", "0", "number_invalid", "carats_from: A weight in carats is more than 0 and less than 1000000."),
        ("carats_from", "1.0005", "number_invalid", "carats_from: A weight in carats has at most three decimals."),
        ("carats_to", "1e3", "number_invalid", "carats_to: Write a weight in carats such as 1.768."),
        ("value_from", "NaN", "number_invalid", "value_from: Write a plain decimal number such as 12.50."),
        ("value_from", "-1", "number_invalid", "value_from: A value is not negative."),
        (
            "value_to",
            "1.005",
            "number_invalid",
            "value_to: An amount in USD has at most 2 decimals and 15 digits in all.",
        ),
        ("currency", "XAU", "word_unknown", "'XAU' is no currency."),
        ("stock_number", "%", "word_unknown", "No stock_number begins with '%'."),
        ("stock_number", "", "word_unknown", "No stock_number begins with ''."),
        ("report_number", "a_b", "word_unknown", "No report_number begins with 'a_b'."),
        ("order", "colour", "word_unknown", "'colour' is no order; known are price, -price, carats, -carats."),
    ],
)
def test_lot_search_from_parameters__refuses(name: str, value: str, code: str, message: str):
    assert refusal_of(**{name: value}) == [(code, message)]


@pytest.mark.parametrize(
    "name", ["carats_from", "carats_to", "value_from", "value_to", "currency", "stock_number", "report_number", "order"]
)
def test_lot_search_from_parameters__refuses_a_single_parameter_given_twice(name: str):
    assert refusal_of(**{name: ["1", "1"]}) == [("parameter_repeated", f"{name} may be given once.")]


def test_lot_search_from_parameters__refuses_bounds_that_cross():
    assert refusal_of(carats_from="2", carats_to="1.999", value_from="3", value_to="2.99") == [
        ("bounds_crossed", "carats_from is more than carats_to."),
        ("bounds_crossed", "value_from is more than value_to."),
    ]
    assert lot_search_from_parameters({"carats_from": ["2"], "carats_to": ["2.000"]}).carats_to == Decimal(2)


def test_lot_search_from_parameters__refuses_too_many_words():
    words = [f"lab{n}" for n in range(MOST_WORDS + 1)]
    assert refusal_of(lab=words) == [("too_many_words", "lab takes at most 50 words.")]
    assert len(lot_search_from_parameters({"lab": words[:-1]}).words["lab"]) == MOST_WORDS


def test_lot_search_from_parameters__names_all_faults_at_once():
    found = refusal_of(size="1", shape="round,?,x9", carats_to="heavy", currency="GOLD", order=["price", "carats"])

    assert [code for code, _ in found] == [
        "parameter_unknown",
        "word_unknown",
        "word_unknown",
        "word_unknown",
        "number_invalid",
        "parameter_repeated",
    ]


@pytest.mark.parametrize(
    ("carats_from", "carats_to", "sizes"),
    [
        (None, None, None),
        (None, "0.299", range(1)),
        (None, "0.3", range(2)),
        ("0.3", "0.399", range(1, 2)),
        ("0.95", "1.5", range(5, 9)),
        ("10", None, range(12, 13)),
        ("9.999", None, range(11, 13)),
    ],
)
def test_sizes__are_those_that_the_bounds_touch(carats_from: str | None, carats_to: str | None, sizes: range | None):
    search = LotSearch(
        carats_from=None if carats_from is None else Decimal(carats_from),
        carats_to=None if carats_to is None else Decimal(carats_to),
    )
    assert search.sizes == sizes


def test_grades_asked_for__multiplies_the_words_and_what_is_usual_for_none():
    assert grades_asked_for(LotSearch()) == 560
    assert grades_asked_for(LotSearch(words={"shape": ("round",), "colour": ("D", "E")})) == 16
