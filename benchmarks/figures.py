"""A measured figure, always beside the raw limit and the peers of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with its name, in the unit of its figure."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """What the product reached, the raw limit of the same work, and what peers reach, all in one unit and one run.

    `goal` is the goal's number, or empty; `parts` say where the product's time goes.
    """

    goal: str
    name: str
    value: float
    unit: str
    limit: Measure | None = None
    peers: Sequence[Measure] = ()
    parts: Sequence[Measure] = ()


def number(value: float) -> str:
    """Write a number with three significant digits or whole, in groups of three."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def ratio(value: float, other: float) -> str:
    """Say how many times the other the value is."""
    return f"{value / other:,.2f}×" if other else ""


def table_of(figures: Sequence[Figure]) -> str:
    """Write figures as a Markdown table; ratios are product to limit, and product to each peer."""
    lines = [
        "| goal | figure | product | raw limit | of it | peers in the same run |",
        "|---|---|---|---|---|---|",
    ]
    for one in figures:
        peers = "; ".join(f"{peer.name} {number(peer.value)} ({ratio(one.value, peer.value)})" for peer in one.peers)
        limit = f"{number(one.limit.value)} ({one.limit.name})" if one.limit else ""
        of_limit = ratio(one.value, one.limit.value) if one.limit else ""
        lines.append(f"| {one.goal} | {one.name} | {number(one.value)} {one.unit} | {limit} | {of_limit} | {peers} |")
        if one.parts:
            parts = "; ".join(f"{part.name} {number(part.value)}" for part in one.parts)
            lines.append(f"| | ↳ where the time goes: {parts} | | | | |")
    return "\n".join(lines)
