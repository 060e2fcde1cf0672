"""A scale's line becomes carats: worked examples of each form, then what holds of every line."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.errors import InputInvalid
from bonded.rules.quantities import WeightInvalid
from bonded.rules.scales import ReadingTooCoarse, ScaleNotSettled, reading_from_text


@pytest.mark.parametrize(
    ("line", "kept", "exact"),
    [
        ("1.023", "1.023", "1.023"),
        ("1.2", "1.200", "1.2"),
        ("+   1.0234 ct", "1.023", "1.0234"),
        ("+   1.0235 ct", "1.024", "1.0235"),
        ("N     +    1.023 ct \r\n", "1.023", "1.023"),
        ("ST,GS,+0001.023ct", "1.023", "1.023"),
        ("ST,NT,+0001.023 CT", "1.023", "1.023"),
        ("ST,+00000.2047  g", "1.024", "1.0235"),
        ("S S     1.0234 ct", "1.023", "1.0234"),
        ("0.2047 g", "1.024", "1.0235"),
        ("0.2046 g", "1.023", "1.0230"),
        ("204.6 mg", "1.023", "1.0230"),
        ("621.35000 g", "3106.750", "3106.75000"),
    ],
)
def test_reading_from_text__reads_every_form(line: str, kept: str, exact: str) -> None:
    reading = reading_from_text(line)

    assert (str(reading.weight_carats), reading.exact_carats) == (kept, Decimal(exact))
    assert reading.is_rounded is (Decimal(kept) != Decimal(exact))


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("US,GS,+0001.023ct", ScaleNotSettled),
        ("S D     1.0234 ct", ScaleNotSettled),
        ("+   1.023", ScaleNotSettled),
        ("ST,GS,+0001.023", ScaleNotSettled),
        ("1.02 ct", ReadingTooCoarse),
        ("ST,+000000.205  g", ReadingTooCoarse),
        ("205 mg", ReadingTooCoarse),
        ("OL,+9999999.9  g", WeightInvalid),
        ("QT,+00000012 PC", WeightInvalid),
        ("-   1.023 ct", WeightInvalid),
        ("+ 0.000 ct", WeightInvalid),
        ("0.0004 ct", WeightInvalid),
        ("+ 123.5[6] g", WeightInvalid),
        ("1,023 ct", WeightInvalid),
        ("1.023 lb", WeightInvalid),
        ("1000000.000 ct", WeightInvalid),
        ("1.0234", WeightInvalid),
        ("٣.000 ct", WeightInvalid),
        ("", WeightInvalid),
        ("1.023 ct\0", WeightInvalid),
        ("9" * 1_000_000, WeightInvalid),
    ],
)
def test_reading_from_text__refuses_what_is_no_settled_weight_and_tells_what_was_read(
    line: str, refusal: type[InputInvalid]
) -> None:
    with pytest.raises(refusal) as refused:
        reading_from_text(line)

    assert refused.value.facts == {"read": " ".join(line.split())[:40]}


@given(st.integers(1, 10**9 - 1), st.sampled_from(["{} ct", "+  {}ct", "ST,GS,+{}ct", "S S   {} ct", "{}"]))
def test_reading_from_text__gives_thousandths_back_as_they_are(thousandths: int, form: str) -> None:
    weight_carats = Decimal(thousandths).scaleb(-3)

    reading = reading_from_text(form.format(weight_carats))

    assert (reading.weight_carats, reading.is_rounded) == (weight_carats, False)


@given(st.integers(2, 10**9))
def test_reading_from_text__rounds_grams_by_at_most_half_a_thousandth_of_a_carat(ten_thousandths: int) -> None:
    grams = Decimal(ten_thousandths).scaleb(-4)

    reading = reading_from_text(f"{grams:f} g")

    assert reading.exact_carats * Decimal("0.2") == grams
    assert Decimal(0) <= reading.weight_carats - reading.exact_carats <= Decimal("0.0005")


@given(st.text(max_size=60))
def test_reading_from_text__reads_or_refuses_and_never_breaks(text: str) -> None:
    with suppress(InputInvalid):
        assert reading_from_text(text).weight_carats > 0
