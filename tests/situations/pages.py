"""A platform that people have worked with: something of everything, so that no page is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bonded.models import Lot
from tests.cast import Cast
from tests.situations.inspections import a_booking

Words = Mapping[str, Mapping[str, object]]


def a_lived_in_platform(cast: Cast, at: datetime) -> Words:
    """Reach a state of everything through real acts, and give for each page's name the words of its address."""
    booking = a_booking(cast, at, lots=2)
    lot = Lot.objects.filter(booked_lots__booking=booking).order_by("pk")[0]
    return {"stone": {"stock_number": lot.stock_number}}
