"""The vault of the demonstration: its places, and where each lot goes, the same each time."""

from __future__ import annotations

from bonded.models import Location
from bonded.rules.locations import LocationKind

SAFES, DRAWERS, TRAYS = 6, 30, 30


def tray_code(number: int) -> str:
    """Give the tray of the n-th lot: tray by tray, drawer by drawer, round again when all are used."""
    safe_drawer, tray = divmod(number % (SAFES * DRAWERS * TRAYS), TRAYS)
    safe, drawer = divmod(safe_drawer, DRAWERS)
    return f"V1-S{safe + 1}-D{drawer + 1:02d}-T{tray + 1:02d}"


def make_vault() -> None:
    """Write the vault's places where they are missing: safes, drawers, trays, and the gate."""
    for kind, codes in _places():
        known = dict(Location.objects.values_list("code", "pk"))
        Location.objects.bulk_create(
            [
                Location(code=code, kind=kind, parent_id=known.get(code.rpartition("-")[0]))
                for code in codes
                if code not in known
            ]
        )


def _places() -> list[tuple[LocationKind, list[str]]]:
    trays = [tray_code(number) for number in range(SAFES * DRAWERS * TRAYS)]
    drawers = sorted({code.rpartition("-")[0] for code in trays})
    safes = sorted({code.rpartition("-")[0] for code in drawers})
    return [
        (LocationKind.VAULT, ["V1"]),
        (LocationKind.SAFE, safes),
        (LocationKind.DRAWER, drawers),
        (LocationKind.TRAY, trays),
        (LocationKind.GATE, ["GATE-1"]),
    ]
