"""Third step of the job: stones are looked at, while they still lie under bond."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from config.demo.callers import Caller
from config.demo.people import StepFailed


def book(lots: list[dict[str, Any]], buyer: Caller) -> dict[str, Any]:
    """Book the first free slot of the demonstration's desks for the lots."""
    slots = [
        (slot["starts_at"], desk["code"])
        for desk in buyer.get("/viewing-desks")["results"]
        for slot in buyer.get(f"/viewing-desks/{desk['code']}/free-slots", days="2")["results"][:1]
    ]
    if not slots:
        raise StepFailed("No desk has a free slot today or tomorrow.")
    starts_at, desk_code = min(slots, key=lambda slot: (datetime.fromisoformat(slot[0]), slot[1]))
    booking: dict[str, Any] = buyer.post(
        "/bookings",
        {
            "desk": desk_code,
            "starts_at": starts_at,
            "stock_numbers": [lot["stock_number"] for lot in lots],
            "visitors": ["Alice Alder"],
        },
    )
    return booking


def visit(booking: dict[str, Any], *, buyer: Caller, keeper: Caller, witness: str) -> dict[str, Any]:
    """Check in, weigh out, find, weigh in, reseal and close; gives the booking as it is then."""
    path = f"/bookings/{booking['id']}"
    lots = [keeper.get(f"/lots/{number}") for number in booking["stock_numbers"]]
    keeper.post(f"{path}/check-in", {"identity_note": "identity card seen"})
    keeper.post(f"{path}/open", {"witness": witness, "lots": [_weighing(lot, lot["seal_number"]) for lot in lots]})
    for lot in lots:
        buyer.post(f"{path}/findings", {"stock_number": lot["stock_number"], "intent": "buy", "remarks": "as graded"})
    back = [_weighing(lot, f"V{booking['id'][:8]}-{number}".upper()) for number, lot in enumerate(lots, 1)]
    keeper.post(f"{path}/weigh-in", {"witness": witness, "lots": back})
    closed: dict[str, Any] = keeper.post(f"{path}/close")
    return closed


def _weighing(lot: dict[str, Any], seal_number: str) -> dict[str, Any]:
    return {
        "stock_number": lot["stock_number"],
        "weight_carats": lot["weight_carats"],
        "pieces": lot["pieces"],
        "seal_number": seal_number,
    }
