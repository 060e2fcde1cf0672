"""Creditor references after ISO 11649: right check digits, found again in what people write."""

from __future__ import annotations

from uuid import UUID

import pytest

from tariffs.rules.payment_references import is_payment_reference, payment_reference, references_in

DEBT = UUID("0123456789abcdef0123456789abcdef")
REFERENCE = payment_reference(DEBT)


def test_payment_reference__has_the_check_digits_of_the_standard() -> None:
    assert REFERENCE == "RF550123456789ABCDEF0123"
    assert is_payment_reference(REFERENCE)


@pytest.mark.parametrize("published", ["RF18539007547034", "RF712348231"])
def test_is_payment_reference__accepts_published_examples(published: str) -> None:
    assert is_payment_reference(published)


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18539007547035", "XX18539007547034", "rf18539007547034", "RF185390 0754"]
)
def test_is_payment_reference__refuses_others(text: str) -> None:
    assert not is_payment_reference(text)


@pytest.mark.parametrize(
    "text",
    [REFERENCE, f"duty {REFERENCE} thanks", "rf55 0123 4567 89ab cdef 0123", f"/RFB/{REFERENCE}/x", f"RF{REFERENCE}"],
)
def test_references_in__finds_a_reference_however_it_is_written(text: str) -> None:
    assert references_in(text) == [REFERENCE]


def test_references_in__passes_by_a_mistyped_one() -> None:
    assert references_in(REFERENCE.replace("55", "56")) == []
