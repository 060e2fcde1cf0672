"""What a lot is, and its three separate lives: as goods, before customs, in trade."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bonded.rules.money import Money


class LotKind(StrEnum):
    """What sort of stone a lot holds."""

    POLISHED_DIAMOND = "polished_diamond"  # HS 7102.39
    ROUGH_DIAMOND = "rough_diamond"  # HS 7102.10, 7102.21, 7102.31: needs a Kimberley certificate.
    COLOURED_GEM = "coloured_gem"  # HS 7103


class GoodsState(StrEnum):
    """Where the goods are in the vault's eyes."""

    EXPECTED = "expected"  # Announced, not yet here.
    RECEIVED = "received"  # Taken in at the vault's door.
    IN_VAULT = "in_vault"  # Sealed, at its place.
    AT_DESK = "at_desk"  # Weighed out for a viewing.
    OUT = "out"  # Left the vault for good.


class CustomsState(StrEnum):
    """Where the goods are in customs' eyes."""

    UNDECLARED = "undeclared"  # Not yet accepted into bond.
    BONDED = "bonded"  # Under bond: duty is neither paid nor owed.
    RELEASED = "released"  # Customs lets it go; it may leave by its token.
    WRITTEN_OFF = "written_off"  # It left, and its bond entry is closed.


class TradeState(StrEnum):
    """Where the lot is in the market's eyes."""

    FREE = "free"  # Anybody may look, book and offer.
    HELD = "held"  # Kept for one company.
    SOLD = "sold"  # It is that company's.


GOODS_STEPS: dict[GoodsState, frozenset[GoodsState]] = {
    GoodsState.EXPECTED: frozenset({GoodsState.RECEIVED}),
    GoodsState.RECEIVED: frozenset({GoodsState.IN_VAULT}),
    GoodsState.IN_VAULT: frozenset({GoodsState.IN_VAULT, GoodsState.AT_DESK, GoodsState.OUT}),
    GoodsState.AT_DESK: frozenset({GoodsState.IN_VAULT}),
    GoodsState.OUT: frozenset(),
}
CUSTOMS_STEPS: dict[CustomsState, frozenset[CustomsState]] = {
    CustomsState.UNDECLARED: frozenset({CustomsState.BONDED}),
    CustomsState.BONDED: frozenset({CustomsState.RELEASED}),
    CustomsState.RELEASED: frozenset({CustomsState.BONDED, CustomsState.WRITTEN_OFF}),
    CustomsState.WRITTEN_OFF: frozenset(),
}
TRADE_STEPS: dict[TradeState, frozenset[TradeState]] = {
    TradeState.FREE: frozenset({TradeState.HELD}),
    TradeState.HELD: frozenset({TradeState.FREE, TradeState.SOLD}),
    TradeState.SOLD: frozenset(),
}


@dataclass(frozen=True, slots=True)
class GoodsFacts:
    """What duty and viewing need to know of a lot: weight in carats to 0.001, value in its invoice currency."""

    lot_id: int
    stock_number: str
    kind: LotKind
    hs_code: str
    origin: str
    pieces: int
    weight_carats: Decimal
    value: Money
