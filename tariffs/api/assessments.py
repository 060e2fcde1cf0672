"""What goods would cost landed, and what withdrawals owe, over JSON: with the working of every figure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.queries.withdrawals import goods_as_agreed
from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from tariffs.api.base import ON, ChargesAnswer, asked_day, charges_json
from tariffs.models.assessments import Assessment
from tariffs.queries.assessments import assessment_in_force, evidence_of, shown_steps, stored_charges, stored_steps
from tariffs.queries.landed_costs import LandedCost, landed_cost_of_goods
from tariffs.rules.assessments import LineAssessment
from tariffs.rules.permissions import Act, require
from tariffs.rules.rate_grammar import rate_text
from tariffs.rules.valuations import AGREED_PRICE


class StepAnswer(serializers.Serializer[Any]):
    """One figure: what went in, what came out exactly, and rounded; names and reasons in both languages."""

    figure = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())
    formula = serializers.DictField(child=serializers.CharField())
    inputs = serializers.DictField(child=serializers.CharField())
    exact = serializers.CharField()
    result = serializers.CharField()
    rounding = serializers.CharField(allow_blank=True)
    version = serializers.CharField(allow_blank=True)
    why = serializers.DictField(child=serializers.CharField(), allow_null=True)


class ChosenMeasureAnswer(serializers.Serializer[Any]):
    """A measure that is charged, and why this one."""

    version = serializers.CharField()
    kind = serializers.CharField()
    rate = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    is_verified = serializers.BooleanField()
    why = serializers.DictField(child=serializers.CharField())


class LandedCostAnswer(ChargesAnswer):
    """What a lot would cost landed on a day: `landed` is the customs value and everything owed."""

    stock_number = serializers.CharField()
    on = serializers.DateField()
    currency = serializers.CharField()
    landed = serializers.CharField()
    rules_version = serializers.CharField()
    is_verified = serializers.BooleanField(help_text="Whether every measure and exchange rate used is verified.")
    measures = ChosenMeasureAnswer(many=True)
    steps = StepAnswer(many=True)


class AssessedLineAnswer(ChargesAnswer):
    """One lot of an assessment."""

    stock_number = serializers.CharField()
    evidence = serializers.CharField(allow_blank=True, help_text="What the value stands on; empty: as entered.")
    measure_versions = serializers.ListField(child=serializers.CharField())
    rate_versions = serializers.ListField(child=serializers.CharField())
    steps = StepAnswer(many=True)


class AssessmentAnswer(ChargesAnswer):
    """What a withdrawal owes by the rates of one day."""

    id = serializers.UUIDField()
    withdrawal_id = serializers.UUIDField()
    assessed_on = serializers.DateField()
    currency = serializers.CharField()
    rules_version = serializers.CharField()
    lines = AssessedLineAnswer(many=True)


class LandedCostView(ApiView):
    """What one lot would cost landed."""

    @extend_schema(operation_id="get_landed_cost", parameters=[ON], responses=LandedCostAnswer)
    def get(self, request: Request, stock_number: str) -> HttpResponse:
        """Work out what a lot would cost landed for home use on a day, line by line.

        One that leaves at a price agreed on costs that, for those who see its withdrawal.
        """
        require(request.actor, Act.READ_SCHEDULE)
        lot_ids = lot_ids_by_stock_numbers([stock_number], actor=request.actor)
        goods, agreed = goods_as_agreed(lot_ids, actor=request.actor)
        evidence = dict.fromkeys(agreed, AGREED_PRICE)
        cost = landed_cost_of_goods(goods, on=asked_day(request), evidence=evidence)
        return json_response({"stock_number": stock_number, **landed_cost_json(cost)})


class AssessmentView(ApiView):
    """What a withdrawal owes."""

    @extend_schema(operation_id="get_assessment", responses=AssessmentAnswer)
    def get(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Give the assessment in force of a withdrawal, with its working."""
        require(request.actor, Act.READ_ASSESSMENT)
        assessment = assessment_in_force(withdrawal_id, actor=request.actor)
        if assessment is None:
            raise NotFound("There is no assessment of such a withdrawal.", withdrawal_id=str(withdrawal_id))
        return json_response(assessment_json(assessment))


def landed_cost_json(cost: LandedCost) -> dict[str, Any]:
    """Give the landed cost of one lot as the API tells it."""
    (line,) = cost.lines
    return {
        "on": cost.on,
        "currency": cost.total.currency,
        **charges_json(cost.charges),
        "landed": str(cost.landed),
        "rules_version": cost.assessment.rules_version,
        "is_verified": all(one.measure.is_verified for one in line.choices) and all(r.is_verified for r in cost.rates),
        "measures": measures_json(line),
        "steps": shown_steps(stored_steps(line)),
    }


def measures_json(line: LineAssessment) -> list[dict[str, Any]]:
    """Give the measures that a line is charged, each with why."""
    return [
        {
            "version": choice.measure.version,
            "kind": choice.measure.kind,
            "rate": rate_text(choice.measure.rate),
            "source": choice.measure.source,
            "is_verified": choice.measure.is_verified,
            "why": {"en": choice.why.en, "zh": choice.why.zh},
        }
        for choice in line.choices
    ]


def assessment_json(assessment: Assessment) -> dict[str, Any]:
    """Give an assessment as the API tells it; runs one SQL statement."""
    amounts = {name: getattr(assessment, f"{name}_minor") for name in ChargesAnswer().get_fields()}
    return {
        "id": assessment.pk,
        "withdrawal_id": assessment.withdrawal_id,
        "assessed_on": assessment.assessed_on,
        "currency": assessment.currency,
        "rules_version": assessment.rules_version,
        **{name: str(Money(minor, assessment.currency)) for name, minor in amounts.items()},
        "lines": [
            {
                "stock_number": line.lot.stock_number,
                "evidence": evidence_of(line),
                **charges_json(stored_charges(line, assessment.currency)),
                "measure_versions": line.measure_versions,
                "rate_versions": line.rate_versions,
                "steps": shown_steps(line.steps),
            }
            for line in assessment.lines.select_related("lot").order_by("lot_id")
        ],
    }
