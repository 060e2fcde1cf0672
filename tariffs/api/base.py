"""What the doors of tariffs share: the day that is asked about, and how charges are told."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from bonded.api.base import Request
from bonded.rules.errors import InputInvalid
from tariffs.rules.charges import Charges
from tariffs.rules.working_days import business_day

ON = OpenApiParameter("on", OpenApiTypes.DATE, description="The day whose rates are asked for; today when left out.")


class DayInvalid(InputInvalid):
    """The text is not a day."""

    code = "day_invalid"


class ChargesAnswer(serializers.Serializer[Any]):
    """Amounts as decimal strings; `total` is duty, consumption tax, VAT and fees."""

    customs_value = serializers.CharField()
    duty = serializers.CharField()
    consumption_tax = serializers.CharField()
    vat = serializers.CharField()
    fees = serializers.CharField()
    total = serializers.CharField()


def asked_day(request: Request, name: str = "on") -> date:
    """Give the day of `?on=`, or of another name, or today in Shanghai; raises DayInvalid."""
    text = request.GET.get(name)
    if text is None:
        return business_day(request.at)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayInvalid("Write a day as 2026-11-23.", **{name: text[:20]}) from None


def charges_json(charges: Charges) -> dict[str, str]:
    """Give charges as the API tells them."""
    return {name: str(getattr(charges, name)) for name in ChargesAnswer().get_fields()}
