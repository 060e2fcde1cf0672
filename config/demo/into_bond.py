"""First step of the job: a supplier's consignments come into bond."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.progress import Progress

from config.demo.callers import Caller, wait_for
from config.demo.stones import Shipment
from config.demo.vault import tray_code

# Every so many lots one is found a hundredth lighter than declared, so that there are differences to clear up.
LIGHT_ONE_IN = 9_000


def bring_into_bond(
    shipment: Shipment, *, first_place: int, supplier: Caller, keeper: Caller, witness: str, progress: Progress
) -> dict[str, Any]:
    """Announce, import, declare and receive one consignment; what is done already is not done again.

    Gives what the API says of it at the end, with the lines that were refused.
    """
    path = f"/consignments/{shipment.reference}"
    bar = progress.add_task(shipment.reference, total=len(shipment.lines()), what="announced")
    known = {one["reference"]: one["state"] for one in supplier.get("/consignments", limit="200")["results"]}
    if shipment.reference not in known:
        supplier.post("/consignments", {"reference": shipment.reference, "origin": shipment.origin, "currency": "USD"})
    file = _import(shipment, path, supplier, progress, bar)
    if known.get(shipment.reference, "announced") == "announced":
        _record_certificates(shipment, path, supplier)
        supplier.post(f"{path}/declaration")
    progress.update(bar, what="with customs")
    consignment = wait_for(
        f"customs' acceptance of {shipment.reference}",
        lambda: supplier.get(path),
        is_there=lambda answer: answer["state"] in ("accepted", "received"),
    )
    if consignment["state"] == "accepted":
        progress.update(bar, what="weighing in")
        weighings = _weighings(shipment, file, first_place, keeper)
        consignment = keeper.post(f"{path}/receipt", {"scale": "BAL-1", "witness": witness, "weighings": weighings})
    progress.update(bar, what="in the vault")
    return {**consignment, "lines_refused": file["lines_refused"], "lines": file["lines_read"]}


def _import(shipment: Shipment, path: str, supplier: Caller, progress: Progress, bar: Any) -> dict[str, Any]:
    made_up = {"is_made_up": "true"} if shipment.reference in ("GEM26", "RGH26") else {}
    file = supplier.send_file(
        f"{path}/files",
        shipment.content,
        "text/csv",
        file_name=shipment.file_name,
        **shipment.defaults,
        **made_up,
    )

    def ask() -> Any:
        now = supplier.get(f"/consignment-files/{file['id']}")
        progress.update(bar, completed=now["lines_read"], what="importing")
        return now

    done: dict[str, Any] = wait_for(
        f"the import of {shipment.file_name}", ask, is_there=lambda now: now["state"] in ("done", "refused")
    )
    return done


def _record_certificates(shipment: Shipment, path: str, supplier: Caller) -> None:
    """Record the made-up Kimberley certificates that the lines name, for the carats that they have."""
    carats: dict[str, Decimal] = {}
    value: dict[str, Decimal] = {}
    for line in shipment.lines():
        if number := line.get("kimberley_number"):
            carats[number] = carats.get(number, Decimal(0)) + Decimal(line["weight_carats"])
            value[number] = value.get(number, Decimal(0)) + Decimal(line["value"])
    for number, weight_carats in carats.items():
        supplier.post(
            f"{path}/kimberley-certificates",
            {
                "number": number,
                "issuing_country": number[:2],
                "issued_on": "2026-01-01",
                "expires_on": "2036-01-01",
                "weight_carats": str(weight_carats),
                "value_usd": str(value[number]),
                "is_made_up": True,
            },
        )


def _weighings(shipment: Shipment, file: dict[str, Any], first_place: int, keeper: Caller) -> list[dict[str, Any]]:
    """Give what the vault finds: every accepted lot at its declared weight, but for a few that are lighter."""
    refused = _refused_rows(file, keeper)
    weighings: list[dict[str, Any]] = []
    for row, line in enumerate(shipment.lines(), start=2):
        if row in refused:
            continue
        stock_number = line.get("stock_number") or f"{shipment.reference}-{row - 1:06d}"
        carats = Decimal(line.get("weight_carats") or line["carat"])
        place = first_place + len(weighings)
        if place % LIGHT_ONE_IN == LIGHT_ONE_IN - 1:
            carats -= Decimal("0.010")
        weighings.append(
            {
                "stock_number": stock_number,
                "pieces": int(line.get("pieces") or 1),
                "weight_carats": str(carats),
                "seal_number": f"S-{stock_number}",
                "location": tray_code(place),
            }
        )
    return weighings


def _refused_rows(file: dict[str, Any], keeper: Caller) -> set[int]:
    rows: set[int] = set()
    cursor: str | None = ""
    while cursor is not None:
        parameters = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = keeper.get(f"/consignment-files/{file['id']}/refused-lines", **parameters)
        rows |= {fault["row_number"] for fault in page["results"]}
        cursor = page["next_cursor"]
    return rows
