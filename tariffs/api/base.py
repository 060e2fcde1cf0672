"""What the doors of tariffs share: the day that is asked about, and how charges are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from bonded.api.base import Request
from bonded.rules.errors import InputInvalid
from tariffs.rules.charges import Charges
from tariffs.rules.working_days import business_day

ON = OpenApiParameter("on", OpenApiTypes.DATE, description="The day whose rates are asked for; today when left out.")

KNOWN_AT = OpenApiParameter(
    "known_at", OpenApiTypes.DATETIME, description="What was believed at that moment; what is believed now if left out."
)


class MomentInvalid(InputInvalid):
    """The text is not a moment with its offset."""

    code = "moment_invalid"


class DayInvalid(InputInvalid):
    """The text is not a day."""

    code = "day_invalid"


def asked_moment(request: Request, name: str) -> datetime | None:
    """Give the moment of a parameter such as `?known_at=`, None when none is asked for; raises MomentInvalid."""
    text = request.GET.get(name)
    return None if text is None else moment_from_text(text, name)


def moment_from_text(text: str, name: str) -> datetime:
    """Read a moment; raises MomentInvalid with the name of what it stood for."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MomentInvalid("Write a moment as 2026-11-23T10:00:00+08:00.", **{name: text[:40]})
    return moment


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
    return business_day(request.at) if text is None else day_from_text(text, name)


def day_from_text(text: str, name: str = "on") -> date:
    """Read a day; raises DayInvalid with the name of what it stood for."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayInvalid("Write a day as 2026-11-23.", **{name: text[:20]}) from None


def charges_json(charges: Charges) -> dict[str, str]:
    """Give charges as the API tells them."""
    return {name: str(getattr(charges, name)) for name in ChargesAnswer().get_fields()}
