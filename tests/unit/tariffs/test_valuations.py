"""Which papers stand for which values, and how a working names them."""

from __future__ import annotations

from datetime import date

import pytest

from bonded.rules.money import Money
from tariffs.rules.schedule import MeasureKind
from tariffs.rules.valuations import (
    EvidenceDatedAhead,
    EvidenceDoesNotFit,
    EvidenceKind,
    EvidenceWithoutPrice,
    ValuationMethod,
    evidence_text,
    require_evidence,
)
from tests.unit.tariffs.examples import assess_lines, goods_line

TODAY = date(2026, 11, 23)
FITTING = {
    ("transaction_value", "invoice"),
    ("identical_goods", "invoice"),
    ("identical_goods", "price_list"),
    ("similar_goods", "invoice"),
    ("similar_goods", "price_list"),
    ("deductive", "invoice"),
    ("deductive", "price_list"),
    ("computed", "invoice"),
    ("computed", "appraisal"),
    ("fall_back", "invoice"),
    ("fall_back", "price_list"),
    ("fall_back", "appraisal"),
}


@pytest.mark.parametrize("method", list(ValuationMethod))
@pytest.mark.parametrize("kind", list(EvidenceKind))
def test_require_evidence__is_the_table(method: ValuationMethod, kind: EvidenceKind) -> None:
    if (method, kind) in FITTING:
        require_evidence(method, kind, amount_minor=1, documented_on=TODAY, today=TODAY)
    else:
        with pytest.raises(EvidenceDoesNotFit) as refusal:
            require_evidence(method, kind, amount_minor=1, documented_on=TODAY, today=TODAY)
        assert refusal.value.facts["fitting"] == sorted(paper for of, paper in FITTING if of == method)


def test_require_evidence__needs_a_price_and_a_day_that_has_come() -> None:
    method, kind = ValuationMethod.TRANSACTION_VALUE, EvidenceKind.INVOICE
    with pytest.raises(EvidenceWithoutPrice):
        require_evidence(method, kind, amount_minor=0, documented_on=TODAY, today=TODAY)
    with pytest.raises(EvidenceDatedAhead):
        require_evidence(method, kind, amount_minor=1, documented_on=date(2026, 11, 24), today=TODAY)


def test_assess__names_the_evidence_in_its_first_step_and_only_there() -> None:
    text = evidence_text(
        version="valuation:7", method=ValuationMethod.FALL_BACK, kind=EvidenceKind.APPRAISAL, document="GIA 1",
        on=TODAY,
    )  # fmt: skip
    measures = {MeasureKind.DUTY_MFN: "4%"}
    plain, named = (
        assess_lines(goods_line(Money(1_000_00, "CNY"), measures, evidence=evidence)).lines[0]
        for evidence in ("", text)
    )
    assert dict(named.steps[0].inputs)["evidence"] == "fall_back: appraisal GIA 1 of 2026-11-23 (valuation:7)"
    assert "evidence" not in dict(plain.steps[0].inputs)
    assert (named.charges, named.steps[1:]) == (plain.charges, plain.steps[1:])
