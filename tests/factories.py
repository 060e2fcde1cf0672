"""Plain rows for tests; whatever has a life of its own is brought there by situations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from factory.declarations import SelfAttribute, Sequence
from factory.django import DjangoModelFactory

from bonded.models import Consignment, Location, Lot
from bonded.rules.locations import LocationKind
from bonded.rules.lots import LotKind


class _LocationFactory(DjangoModelFactory[Location]):
    """A tray of the vault."""

    class Meta:
        model = Location

    code = Sequence(lambda n: f"V1-T{n:04d}")
    kind = LocationKind.TRAY


class _ConsignmentFactory(DjangoModelFactory[Consignment]):
    """A consignment that a supplier has announced."""

    class Meta:
        model = Consignment

    reference = Sequence(lambda n: f"FAC-{n:05d}")
    origin = "BW"
    currency = "USD"
    announced_at = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


class LotFactory(DjangoModelFactory[Lot]):
    """An expected polished diamond of 1.000 ct at USD 5,000.00."""

    class Meta:
        model = Lot

    stock_number = Sequence(lambda n: f"D-{n:06d}")
    kind = LotKind.POLISHED_DIAMOND
    hs_code = "71023900"
    origin = "BW"
    pieces = 1
    weight_carats = Decimal("1.000")
    declared_pieces = SelfAttribute("pieces")
    declared_carats = SelfAttribute("weight_carats")
    value_minor = 500_000
    currency = "USD"
    shape = "round"
    colour = "E"
    clarity = "VS1"
    cut = "Ideal"


# factory-boy's metaclass gives back a row, which its types don't say.
LocationFactory = cast("Callable[..., Location]", _LocationFactory)
ConsignmentFactory = cast("Callable[..., Consignment]", _ConsignmentFactory)


def make_lot(consignment: Consignment, **columns: Any) -> Lot:
    """Write one expected lot of a consignment."""
    return cast("Lot", LotFactory(consignment=consignment, supplier=consignment.supplier, **columns))
