"""Through which door of customs goods enter China's market: the diamond exchange, or any other."""

from __future__ import annotations

from enum import StrEnum


class Regime(StrEnum):
    """By which regime goods are cleared."""

    GENERAL = "general"
    SDE = "sde"  # The Shanghai Diamond Exchange's customs.


# Diamonds under general trade must clear at the exchange; industrial ones do not since 2 March 2018.
_EXCHANGE_CODES = ("710210", "710231", "710239")


def usual_regime(hs_code: str) -> Regime:
    """Give the regime under which goods of a code (digits) clear in general trade.

    Source: customs' supervision measures for the exchange (2006, as amended); GACC notice 21 of 2018.
    """
    return Regime.SDE if hs_code.startswith(_EXCHANGE_CODES) else Regime.GENERAL
