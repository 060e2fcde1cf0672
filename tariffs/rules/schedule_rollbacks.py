"""Going back to what was believed of the schedule at a moment: by new versions, for nothing is ever taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from bonded.rules.errors import InputInvalid
from bonded.rules.validity import Validity
from tariffs.rules.schedule import ENDED
from tariffs.rules.schedule_rows import MeasureRow


class NothingKnownThen(InputInvalid):
    """The moment is yet to come, or lies before the first version of the schedule."""

    code = "nothing_known_then"


def rows_back(then: Iterable[MeasureRow], now: Iterable[MeasureRow], *, from_on: date, reason: str) -> list[MeasureRow]:
    """Give the rows whose publication makes what is believed, from a day on, what was believed then.

    `then` and `now` hold rates and no ends, for each key one a day. Where there was no rate, the row ends the
    measure, with `reason` as its source. What is the same is left out; in the order of keys and days.
    """
    by_key: dict[tuple[str, ...], tuple[list[MeasureRow], list[MeasureRow]]] = {}
    for which, rows in enumerate((then, now)):
        for row in rows:
            by_key.setdefault(row.key, ([], []))[which].append(row)
    return [row for _, both in sorted(by_key.items()) for row in _back(*both, from_on=from_on, reason=reason)]


def _back(then: Sequence[MeasureRow], now: Sequence[MeasureRow], *, from_on: date, reason: str) -> list[MeasureRow]:
    found: list[MeasureRow] = []
    for days in _spans([row.validity for row in (*then, *now)], from_on=from_on):
        was, is_now = _on(then, days), _on(now, days)
        if was == is_now:
            continue
        row = was or replace((*then, *now)[0], rate=ENDED, mark="D", source=reason, validity=days)
        if found and found[-1].validity.until_on == days.from_on and replace(found[-1], validity=days) == row:
            row = replace(row, validity=Validity(found.pop().validity.from_on, days.until_on))
        found.append(row)
    return found


def _spans(validities: Sequence[Validity], *, from_on: date) -> Iterable[Validity]:
    """Cut the time from a day on wherever one of the validities begins or ends."""
    bounds = {day for one in validities for day in (one.from_on, one.until_on) if day is not None and day > from_on}
    days = [from_on, *sorted(bounds)]
    return map(Validity, days, [*days[1:], None])


def _on(rows: Sequence[MeasureRow], days: Validity) -> MeasureRow | None:
    """Give what the rows say of a span within which none of them begins or ends."""
    return next((replace(row, validity=days) for row in rows if row.validity.covers(days.from_on)), None)
