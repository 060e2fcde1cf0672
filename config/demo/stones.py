"""The goods of the demonstration: the sample as one supplier's consignments, one for each country of origin."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "bonded" / "samples"
# Natural diamonds' main countries of origin; which stone is from which is the demonstration's choice.
ORIGINS = ("BW", "ZA", "CA", "AO", "NA", "LS")
POLISHED = {"kind": "polished_diamond", "hs_code": "71023900", "shape": "round"}


@dataclass(frozen=True, slots=True)
class Shipment:
    """One consignment to be: its reference, its file, and what its lines are unless they say so."""

    reference: str
    origin: str
    file_name: str
    content: bytes
    defaults: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[dict[str, str]]:
        """Give the file's lines by column name, in order; line 2 of the file is the first."""
        return list(csv.DictReader(io.StringIO(self.content.decode())))


def shipments() -> Iterator[Shipment]:
    """Give all consignments of the demonstration: six of polished diamonds, one of gems, one of rough."""
    yield from _polished()
    made_up = SAMPLES / "made_up"
    gems = (made_up / "coloured_gems.csv").read_bytes()
    yield Shipment("GEM26", "LK", "coloured_gems.csv", gems, {"kind": "coloured_gem"})
    rough = (made_up / "rough_diamonds.csv").read_bytes()
    yield Shipment("RGH26", "BW", "rough_diamonds.csv", rough, {"kind": "rough_diamond", "hs_code": "71023100"})


def _polished() -> Iterator[Shipment]:
    """Cut the sample into as many parts as there are origins; equal lines stay in one part."""
    text = gzip.decompress((SAMPLES / "diamonds" / "diamonds.csv.gz").read_bytes()).decode()
    header, *lines = text.splitlines()
    parts: dict[str, list[str]] = {origin: [] for origin in ORIGINS}
    for line in lines:
        # The weight decides, so that a repeated line is found beside the one that it repeats.
        carats = Decimal(line.partition(",")[0])
        parts[ORIGINS[int(carats * 100) % len(ORIGINS)]].append(line)
    for origin, part in parts.items():
        content = "\n".join([header, *part, ""]).encode()
        yield Shipment(f"{origin}26", origin, f"polished_{origin.lower()}.csv", content, POLISHED)
