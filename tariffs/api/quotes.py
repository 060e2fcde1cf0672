"""What goods would owe: a what-if over JSON that stores nothing, open to whoever is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.rules.errors import Problem
from bonded.rules.withdrawals import Procedure
from tariffs.api.assessments import ChosenMeasureAnswer, StepAnswer, measures_json
from tariffs.api.base import ChargesAnswer, charges_json
from tariffs.queries.assessments import shown_steps, stored_steps
from tariffs.queries.quotes import Answer, answer
from tariffs.rules.exchange_rates import Quoting
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.permissions import Act, require
from tariffs.rules.quote_lines import GivenKind
from tariffs.rules.quote_requests import QuoteInvalid, at_change, read_alternatives, read_quote, said_of
from tariffs.rules.regimes import Regime
from tariffs.rules.schedule import Document

# The serializers below describe; the rules read, because they name every fault with its place.


class StatedCost(serializers.Serializer[Any]):
    """A cost with what it is called."""

    name = serializers.CharField(max_length=60)
    amount = serializers.CharField()
    currency = serializers.CharField()


class GivenRate(serializers.Serializer[Any]):
    """A customs exchange rate that is used instead of ours: local units for one of the currency, or the other way."""

    currency = serializers.CharField()
    rate = serializers.CharField()
    quoted = serializers.ChoiceField([(one.value, one.value) for one in Quoting])


class GivenMeasure(serializers.Serializer[Any]):
    """A measure that is charged instead of the schedule's, as `4% + 2/ct`."""

    kind = serializers.ChoiceField([(one.value, one.value) for one in GivenKind])
    rate = serializers.CharField(max_length=200)


class QuoteLine(serializers.Serializer[Any]):
    """Goods of one code and origin; their measures, when given, replace the schedule's."""

    hs_code = serializers.CharField(help_text="2 to 10 digits, dots allowed.")
    origin = serializers.CharField(required=False, help_text="ISO 3166-1; left out or empty: unknown.")
    regime = serializers.ChoiceField(
        [(one.value, one.value) for one in Regime], required=False, help_text="Left out: the one usual for the code."
    )
    goods_value = serializers.CharField()
    currency = serializers.CharField(required=False)
    pieces = serializers.CharField(required=False)
    weight_carats = serializers.CharField(required=False, help_text="At most three decimals.")
    quantities = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Further units: kg, g, or names such as jewel."
    )
    measures = GivenMeasure(many=True, required=False)
    documents = serializers.ListField(
        child=serializers.ChoiceField([(one.value, one.value) for one in Document]),
        required=False,
        help_text="What the goods have of the documents that unlock a rate.",
    )


class QuoteChange(serializers.Serializer[Any]):
    """What is other in an alternative; origin and regime change every line."""

    on = serializers.DateField(required=False)
    procedure = serializers.ChoiceField([(one.value, one.value) for one in Procedure], required=False)
    origin = serializers.CharField(required=False)
    regime = serializers.ChoiceField([(one.value, one.value) for one in Regime], required=False)


class QuoteRequest(serializers.Serializer[Any]):
    """A question: goods, costs that they share, a day. Numbers are decimal texts."""

    on = serializers.DateField()
    jurisdiction = serializers.ChoiceField([(one.value, one.value) for one in Jurisdiction])
    procedure = serializers.ChoiceField([(one.value, one.value) for one in Procedure])
    currency = serializers.CharField(required=False, help_text="Of `goods_value`, unless a line says otherwise.")
    exchange_rates = GivenRate(many=True, required=False)
    freight = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="`amount` and `currency`, or `rate_of_goods` (10%)."
    )
    insurance = serializers.JSONField(
        required=False, help_text="`amount` and `currency`, `rate_of_cif` (3%), or the word `unknown`: 3 per mille."
    )
    additions = StatedCost(many=True, required=False)
    deductions = StatedCost(many=True, required=False)
    lines = QuoteLine(many=True)
    alternatives = QuoteChange(many=True, required=False)


class QuotedLine(ChargesAnswer):
    """What one line owes, by which measures and why, with the working of every figure."""

    measures = ChosenMeasureAnswer(many=True)
    steps = StepAnswer(many=True)


class UsedRate(serializers.Serializer[Any]):
    """An exchange rate that was used; its version is `given` when the question gave it."""

    currency = serializers.CharField()
    rate = serializers.CharField()
    quoted = serializers.CharField()
    version = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    is_verified = serializers.BooleanField()


class QuotedAlternative(serializers.Serializer[Any]):
    """What a question comes to, in the jurisdiction's currency."""

    currency = serializers.CharField()
    lines = QuotedLine(many=True)
    totals = ChargesAnswer()
    rules_version = serializers.CharField()
    schedule_version = serializers.DateTimeField(
        allow_null=True, help_text="When the schedule was last published; null when no line asked it."
    )
    exchange_rates = UsedRate(many=True)


class QuoteAnswer(QuotedAlternative):
    """The answer, and beside it one for every alternative, in their order."""

    alternatives = QuotedAlternative(many=True)


class QuotesView(ApiView):
    """What goods would owe."""

    @extend_schema(operation_id="quote_duties", request=QuoteRequest, responses=QuoteAnswer)
    def post(self, request: Request) -> HttpResponse:
        """Work out what goods would owe on a day, line by line; nothing is stored."""
        require(request.actor, Act.READ_SCHEDULE)
        body: Any = request.data
        question = _answer_json(answer(read_quote(body)))
        problems: list[Problem] = []
        others = []
        for number, changed in enumerate(read_alternatives(body)):
            try:
                others.append(_answer_json(answer(changed)))
            except QuoteInvalid as error:
                problems += at_change(number, error.problems)
        if problems:
            raise QuoteInvalid(said_of(problems), problems)
        return json_response({**question, "alternatives": others})


def _answer_json(found: Answer) -> dict[str, Any]:
    return {
        "currency": found.currency,
        "lines": [
            {**charges_json(line.charges), "measures": measures_json(line), "steps": shown_steps(stored_steps(line))}
            for line in found.assessment.lines
        ],
        "totals": charges_json(found.assessment.totals),
        "rules_version": found.assessment.rules_version,
        "schedule_version": found.schedule_version,
        "exchange_rates": [
            {
                "currency": rate.currency,
                "rate": f"{rate.rate:f}",
                "quoted": rate.quoted.value,
                "version": rate.version,
                "source": rate.source,
                "is_verified": rate.is_verified,
            }
            for rate in found.rates
        ],
    }
