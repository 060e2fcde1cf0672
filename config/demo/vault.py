"""The vault of the demonstration: its places, where each lot goes, where stones are looked at; the same each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from bonded.models import Location, User
from bonded.rules.locations import LocationKind
from inspections.models import Desk, Escort, RoomHours, Scale, ViewingRoom
from inspections.rules.viewing_rooms import WORKING_WEEKDAYS

USUAL_DESKS = ("DESK-1", "DESK-2", "DESK-3", "DESK-4")
DESKS = (*USUAL_DESKS, "DESK-D1", "DESK-D2")
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
        (LocationKind.DESK, list(DESKS)),
    ]


def make_viewing_rooms(keepers: Iterable[str]) -> None:
    """Write two viewing rooms, their desks, scales and escorts, where they are missing.

    The room of the demonstration is open day and night in short slots, so that the job can be
    played at any hour; the other one keeps the usual terms.
    """
    always, _ = ViewingRoom.objects.get_or_create(name="Room of the demonstration")
    usual, _ = ViewingRoom.objects.get_or_create(name="Room 1")
    for weekday in range(1, 8):
        RoomHours.objects.get_or_create(
            room=always, weekday=weekday, defaults={"opens_at": time(0, 0), "closes_at": time(23, 59)}
        )
    for weekday in WORKING_WEEKDAYS:
        RoomHours.objects.get_or_create(room=usual, weekday=weekday)
    for code in DESKS:
        terms = {"room": usual} if code in USUAL_DESKS else {"room": always, "slot_minutes": 5, "changeover_minutes": 0}
        Desk.objects.get_or_create(location=Location.objects.get(code=code), defaults=terms)
    for username in keepers:
        Escort.objects.get_or_create(keeper=User.objects.get(username=username))
    for number in ("BAL-1", "BAL-2"):
        Scale.objects.get_or_create(number=number, defaults={"calibrated_until": date(2036, 12, 31)})
