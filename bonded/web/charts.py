"""Charts drawn on the server as SVG, each with its table: no script, readable in the dark and by a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT = 640, 200
# Left of it stand the figures, below it the days.
LEFT, BOTTOM, TOP = 8, 24, 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a whole: its name, its amount in the chart's unit, and the amount as people read it."""

    label: str
    amount: Decimal
    shown: str


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart over days: one amount for each label, in the chart's unit, and each as people read it."""

    name: str
    amounts: Sequence[Decimal]
    shown: Sequence[str]


def stacked_bar(bars: Sequence[Bar]) -> dict[str, Any]:
    """Give where the parts of a bar begin and how wide they are, in per mille of the whole, rounded to a tenth."""
    whole = sum((bar.amount for bar in bars), Decimal(0))
    parts, left = [], Decimal(0)
    for place, bar in enumerate(bars):
        width = bar.amount * 1000 / whole if whole else Decimal(0)
        parts.append({"bar": bar, "x": f"{left:.1f}", "width": f"{width:.1f}", "tone": place % 6})
        left += width
    return {"parts": parts}


def step_lines(labels: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """Give the paths of lines that keep their height until the next label, in a box of 640 by 200.

    The lowest amount drawn is 0 or less, so that a height can be compared with the ground.
    """
    amounts = [amount for one in series for amount in one.amounts]
    top, ground = max([*amounts, Decimal(0)]), min([*amounts, Decimal(0)])
    span = (top - ground) or Decimal(1)
    step = Decimal(WIDTH - LEFT) / max(len(labels), 1)

    def y(amount: Decimal) -> str:
        return f"{TOP + (HEIGHT - TOP - BOTTOM) * (top - amount) / span:.1f}"

    def path(one: Series) -> str:
        words = [f"M{LEFT},{y(one.amounts[0])}"] if one.amounts else []
        for place, amount in enumerate(one.amounts):
            words += [f"V{y(amount)}", f"H{LEFT + step * (place + 1):.1f}"]
        return " ".join(words)

    every = max(1, len(labels) // 6)
    ticks = [
        {"x": f"{LEFT + step * place:.1f}", "label": label} for place, label in enumerate(labels) if place % every == 0
    ]
    rows = [[label, *(one.shown[place] for one in series)] for place, label in enumerate(labels)]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "ground": y(Decimal(0)),
        "left": LEFT,
        "tick_y": HEIGHT - 6,
        "lines": [{"name": one.name, "path": path(one), "tone": place % 6} for place, one in enumerate(series)],
        "ticks": ticks,
        "names": [one.name for one in series],
        "rows": rows,
    }
