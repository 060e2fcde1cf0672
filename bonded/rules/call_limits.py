"""How often one address may knock at a door that a secret word opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Window:
    """One minute of one door for one address: its name, and the whole seconds that are left of it, 1 to 60."""

    name: str
    seconds_left: int


def window_of(door: str, address: str, *, at: datetime) -> Window:
    """Give the window that a call falls into.

    An IPv6 address counts by its /64, because whoever has one has the others too.
    """
    seconds = int(at.timestamp())
    minute = seconds // WINDOW_SECONDS
    return Window(f"calls:{door}:{_caller(address)}:{minute}", WINDOW_SECONDS - seconds % WINDOW_SECONDS)


def _caller(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False).network_address)
