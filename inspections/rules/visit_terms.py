"""How long a visit takes and what it needs beside desk, escort and scale, by the desk and the kinds of its lots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from inspections.rules.slots import SlotTerms


class InstrumentKind(StrEnum):
    """What stones are looked at with."""

    LOUPE = "loupe"  # 10x.
    MICROSCOPE = "microscope"
    UV_LAMP = "uv_lamp"
    DAYLIGHT_LAMP = "daylight_lamp"


@dataclass(frozen=True, slots=True)
class KindTerms:
    """What lots of one kind ask for, at one desk or (None) at all that have no terms of their own for them."""

    lot_kind: str
    desk_id: int | None
    slots: SlotTerms
    needs_officer: bool
    instruments: frozenset[InstrumentKind]


@dataclass(frozen=True, slots=True)
class VisitTerms:
    """What one visit asks for."""

    slots: SlotTerms
    needs_officer: bool = False
    instruments: frozenset[InstrumentKind] = frozenset()


def terms_of_visit(desk_id: int, desk: SlotTerms, kinds: Iterable[str], terms: Iterable[KindTerms]) -> VisitTerms:
    """Give what a visit to lots of some kinds asks for at a desk: the longest times of all, and everything needed.

    A kind without terms asks for what the desk says. Terms of the desk itself go before those of all desks.
    """
    wanted = set(kinds)
    general = {one.lot_kind: one for one in terms if one.desk_id is None}
    own = {one.lot_kind: one for one in terms if one.desk_id == desk_id}
    found = [one for kind, one in (general | own).items() if kind in wanted]
    return VisitTerms(
        SlotTerms(
            slot=max([desk.slot, *(one.slots.slot for one in found)]),
            changeover=max([desk.changeover, *(one.slots.changeover for one in found)]),
        ),
        needs_officer=any(one.needs_officer for one in found),
        instruments=frozenset().union(*(one.instruments for one in found)),
    )
