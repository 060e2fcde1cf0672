"""Which measures one sort of goods is charged, picked out of a schedule once for all lines of that sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from tariffs.rules.rates import Rate
from tariffs.rules.schedule import Choice, Measure, MeasureKind, applicable_duty, choose, covering, most_specific
from tariffs.rules.shipments import GoodsLine


class Choices:
    """The choices among the measures that are about one code, origin and regime on a day, with some documents.

    A line that states its own measures is charged by these, and `is_stated`: no gap of the schedule is its fault.
    """

    def __init__(self, measures: tuple[Measure, ...], line: GoodsLine) -> None:
        self.measures, self.origin, self.documents = measures, line.origin, line.documents
        self.is_stated = line.measures is not None
        # What an agreement's rate is lower than depends on the goods; all else holds for the whole sort.
        self._is_duty_by_amount = any(measure.kind is MeasureKind.DUTY_AGREEMENT for measure in measures)
        self._chosen: dict[MeasureKind, Choice | None] = {}

    def of(self, kind: MeasureKind) -> Choice | None:
        """Choose the most specific measure of a kind that is no duty."""
        if kind not in self._chosen:
            self._chosen[kind] = choose(self.measures, self.documents, lambda those: most_specific(those, kind))
        return self._chosen[kind]

    def duty(self, amount: Callable[[Rate], Fraction]) -> Choice | None:
        """Choose the duty; `amount` says what a rate comes to on the goods at hand."""
        kind = MeasureKind.DUTY_MFN
        if self._is_duty_by_amount or kind not in self._chosen:
            self._chosen[kind] = choose(
                self.measures, self.documents, lambda those: applicable_duty(those, origin=self.origin, amount=amount)
            )
        return self._chosen[kind]


class ChoicesOfSchedule:
    """A schedule that is asked about many lines."""

    def __init__(self, schedule: Sequence[Measure]) -> None:
        self._schedule = schedule
        self._sorts: dict[tuple[str, str, str, frozenset[str], date], Choices] = {}

    def about(self, line: GoodsLine, *, on: date) -> Choices:
        """Give the choices for a line on a day."""
        if line.measures is not None:
            return Choices(line.measures, line)
        sort = (line.hs_code, line.origin, line.regime, line.documents, on)
        if sort not in self._sorts:
            measures = covering(self._schedule, hs_code=line.hs_code, origin=line.origin, regime=line.regime, on=on)
            self._sorts[sort] = Choices(measures, line)
        return self._sorts[sort]
