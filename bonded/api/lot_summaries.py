"""A lot as every list of lots tells it, here and in the applications above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from bonded.rules.money import Money
from bonded.rules.quantities import trade_carats


class LotSummary(serializers.Serializer[Any]):
    """A lot in a list. Carats as weighed, to 0.001, and as the trade writes them, to 0.01."""

    stock_number = serializers.CharField()
    kind = serializers.CharField()
    origin = serializers.CharField()
    shape = serializers.CharField(allow_blank=True)
    colour = serializers.CharField(allow_blank=True)
    clarity = serializers.CharField(allow_blank=True)
    cut = serializers.CharField(allow_blank=True)
    variety = serializers.CharField(allow_blank=True)
    treatment = serializers.CharField(allow_blank=True)
    lab = serializers.CharField(allow_blank=True)
    report_number = serializers.CharField(allow_blank=True)
    pieces = serializers.IntegerField()
    weight_carats = serializers.CharField()
    trade_carats = serializers.CharField()
    value = serializers.CharField()
    currency = serializers.CharField()
    is_made_up = serializers.BooleanField()


def lot_summary_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row of a search as the API lists it."""
    told: dict[str, Any] = dict(row)
    del told["id"]
    weight_carats, value_minor = told["weight_carats"], told.pop("value_minor")
    told["weight_carats"] = str(weight_carats)
    told["trade_carats"] = str(trade_carats(weight_carats))
    told["value"] = str(Money(value_minor, told["currency"]))
    return told
