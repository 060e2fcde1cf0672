"""Plain rows for tests; whatever has a life of its own is brought there by situations."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory

from bonded.models import Consignment, Location, Lot
from bonded.rules.locations import LocationKind
from bonded.rules.lots import LotKind


class LocationFactory(factory.django.DjangoModelFactory[Location]):
    """A tray of the vault."""

    class Meta:
        model = Location

    code = factory.Sequence(lambda n: f"V1-T{n:04d}")
    kind = LocationKind.TRAY


class ConsignmentFactory(factory.django.DjangoModelFactory[Consignment]):
    """A consignment that a supplier has announced."""

    class Meta:
        model = Consignment

    reference = factory.Sequence(lambda n: f"CON-{n:05d}")
    origin = "BW"
    currency = "USD"
    announced_at = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


class LotFactory(factory.django.DjangoModelFactory[Lot]):
    """An expected polished diamond of 1.000 ct at USD 5,000.00."""

    class Meta:
        model = Lot

    stock_number = factory.Sequence(lambda n: f"D-{n:06d}")
    kind = LotKind.POLISHED_DIAMOND
    hs_code = "71023900"
    origin = "BW"
    pieces = 1
    weight_carats = Decimal("1.000")
    declared_pieces = factory.SelfAttribute("pieces")
    declared_carats = factory.SelfAttribute("weight_carats")
    value_minor = 500_000
    currency = "USD"
    shape = "round"
    colour = "E"
    clarity = "VS1"
    cut = "Ideal"


def make_lot(consignment: Consignment, **columns: Any) -> Lot:
    """Write one expected lot of a consignment."""
    return LotFactory(consignment=consignment, supplier=consignment.supplier, **columns)
