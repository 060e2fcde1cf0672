"""Stored assessments: the one in force, and running one again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Procedure
from tariffs.models.assessments import Assessment, AssessmentLine
from tariffs.queries.exchange_rates import rates_by_version
from tariffs.queries.schedule import measures_by_version
from tariffs.rules.assessments import LineAssessment, assess
from tariffs.rules.charges import Charges
from tariffs.rules.jurisdictions import rules_by_version
from tariffs.rules.rates import quantities_of
from tariffs.rules.shipments import GoodsLine, Shipment
from tariffs.rules.steps import Figure, formula_of, name_of

_SENTENCES = ("name", "formula", "why")
CHARGES = ("customs_value", "duty", "consumption_tax", "fees", "vat_levied", "vat_refunded")


def assessment_in_force(withdrawal_id: UUID, *, actor: Actor | None = None) -> Assessment | None:
    """Give the latest assessment of a withdrawal, or None; with an actor, only what that actor may see."""
    rows = Assessment.objects.visible_to(actor) if actor else Assessment.objects.all()
    return rows.filter(withdrawal_id=withdrawal_id).order_by("-position").first()


def goods_as_assessed(assessment: Assessment) -> list[GoodsFacts]:
    """Give the goods of an assessment as it took them, in the order of their ids."""
    return [
        GoodsFacts(
            lot_id=line.lot_id,
            stock_number=line.lot.stock_number,
            kind=LotKind(line.lot.kind),
            hs_code=line.hs_code,
            origin=line.origin,
            pieces=line.pieces,
            weight_carats=line.weight_carats,
            value=Money(line.value_minor, line.currency),
        )
        for line in assessment.lines.select_related("lot").order_by("lot_id")
    ]


def evidence_of(line: AssessmentLine) -> str:
    """Name what the value of a stored line stands on; empty when nothing was recorded."""
    named: str = line.steps[0]["inputs"].get("evidence", "")
    return named


def stored_steps(line: LineAssessment) -> list[dict[str, Any]]:
    """Write the working of a line as it is stored: texts only, and nothing that the name of the figure says already."""
    return [
        {
            "figure": step.figure.value,
            "inputs": dict(step.inputs),
            "exact": step.exact,
            "result": step.result,
            "rounding": step.rounding,
            "version": step.version,
            "why": {"en": step.why.en, "zh": step.why.zh} if step.why else None,
        }
        for step in line.steps
    ]


def shown_steps(stored: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give a stored working as it is shown: every figure with its name and formula in both languages."""
    return [{**step, **_names_of(Figure(step["figure"]))} for step in stored]


@cache
def _names_of(figure: Figure) -> dict[str, dict[str, str]]:
    name, formula = name_of(figure), formula_of(figure)
    return {"name": {"en": name.en, "zh": name.zh}, "formula": {"en": formula.en, "zh": formula.zh}}


def stored_charges(line: AssessmentLine, currency: str) -> Charges:
    """Give the charges of a stored line."""
    return Charges(**{name: Money(getattr(line, f"{name}_minor"), currency) for name in CHARGES})


def differences_when_run_again(assessment: Assessment) -> Iterator[str]:
    """Assess again from what was stored, by the versions that were used, and name every line that differs.

    Nothing may ever come of it: a difference means that the calculator or the history changed.
    """
    stored = list(assessment.lines.order_by("lot_id"))
    lines = tuple(_line_of(line) for line in stored)
    again = assess(
        Shipment(assessment.assessed_on, Procedure(assessment.procedure), lines),
        rules=rules_by_version(assessment.rules_version),
        schedule=measures_by_version({version for line in stored for version in line.measure_versions}),
        rates=rates_by_version({version for line in stored for version in line.rate_versions}),
    )
    for line, computed in zip(stored, again.lines, strict=True):
        again_steps = _digits_of(stored_steps(computed))
        if stored_charges(line, assessment.currency) != computed.charges or _digits_of(line.steps) != again_steps:
            yield f"{assessment.pk} lot {line.lot_id}"


def _digits_of(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Keep of a working what must come out the same for ever: all but the sentences, whose wording may be mended."""
    return [{name: value for name, value in step.items() if name not in _SENTENCES} for step in steps]


def _line_of(line: AssessmentLine) -> GoodsLine:
    return GoodsLine(
        reference=str(line.lot_id),
        hs_code=line.hs_code,
        origin=line.origin,
        regime=line.regime,
        value=Money(line.value_minor, line.currency),
        quantities=quantities_of(pieces=line.pieces, weight_carats=line.weight_carats),
        evidence=evidence_of(line),
    )
