"""When goods leave bond cheapest: what they would cost landed on the days whose rates are published already.

Bonded goods sold at home pay by the rates of the day of the tax formalities (Tariff Law of 2024, Art. 21),
so waiting for a published change can save money, or cost it. A day whose rates are not published is never priced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bonded.rules.errors import Problem, RuleViolation
from bonded.rules.money import Money
from tariffs.rules.charges import Charges
from tariffs.rules.exchange_rates import ExchangeRate, ExchangeRateMissing
from tariffs.rules.jurisdictions import RulesMissing
from tariffs.rules.schedule import MeasureMissing

FURTHEST = timedelta(days=60)
# What says that a day's rates are not published.
NOT_PUBLISHED = (ExchangeRateMissing, MeasureMissing, RulesMissing)


class Bound(StrEnum):
    """Why no later day is looked at."""

    SIXTY_DAYS = "sixty_days"  # Further ahead nothing is foretold.
    STORAGE_LIMIT = "storage_limit"  # The last day in bond of one of the lots.
    NOT_PUBLISHED = "not_published"  # What is owed on the next day is not published yet.


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which the goods cost the same, both ends included; what each day saves against today, if not negative."""

    from_on: date
    until_on: date
    charges: Charges
    saves: Money

    @property
    def landed(self) -> Money:
        """Give the customs value and everything owed."""
        return self.charges.landed


@dataclass(frozen=True, slots=True)
class WithdrawalDates:
    """The days from today to the last one that can be said, in spans, and what ends them; `gap` is what is missing."""

    spans: tuple[Span, ...]
    bound: Bound
    gap: RuleViolation | None

    @property
    def cheapest(self) -> Span:
        """Give the earliest span with the least landed cost."""
        return min(self.spans, key=lambda span: (span.landed.minor, span.from_on))

    @property
    def last_on(self) -> date:
        """Give the last day that was looked at."""
        return self.spans[-1].until_on


def last_day(today: date, storage_limits: Iterable[date]) -> tuple[date, Bound]:
    """Give the last day to look at, and why: sixty days ahead, or the first storage limit; today at the least."""
    furthest = today + FURTHEST
    limit = min(storage_limits, default=furthest)
    return (max(limit, today), Bound.STORAGE_LIMIT) if limit < furthest else (furthest, Bound.SIXTY_DAYS)


def withdrawal_dates(
    changes: Iterable[date], *, today: date, last_on: date, bound: Bound, charges_on: Callable[[date], Charges]
) -> WithdrawalDates:
    """Price today and each day of change up to the last day, and join days that cost the same.

    `charges_on` raises MeasureMissing, ExchangeRateMissing or RulesMissing on a day whose rates are not
    published: the days end before it. Raises the same when it is today's that are missing. With duty at
    4 % from today, at 1 % from the 1st and at 6 % from the 20th, and an exchange rate published to the
    31st, the goods cost least from the 1st to the 19th, and the days end on the 31st.
    """
    priced, gap = [(today, charges_on(today))], None
    for day in sorted({day for day in changes if today < day <= last_on}):
        try:
            charges = charges_on(day)
        except NOT_PUBLISHED as missing:
            gap, last_on, bound = missing, day - timedelta(days=1), Bound.NOT_PUBLISHED
            break
        if charges != priced[-1][1]:
            priced.append((day, charges))
    return WithdrawalDates(_spans(priced, last_on), bound, gap)


def _spans(priced: Sequence[tuple[date, Charges]], last_on: date) -> tuple[Span, ...]:
    now = priced[0][1].landed
    ends = [day - timedelta(days=1) for day, _ in priced[1:]] + [last_on]
    return tuple(
        Span(day, until, charges, now - charges.landed) for (day, charges), until in zip(priced, ends, strict=True)
    )


def not_known(
    dates: WithdrawalDates,
    *,
    rates: Iterable[ExchangeRate],
    storage_limits: Mapping[str, date],
    stock_numbers: Collection[str],
) -> list[Problem]:
    """Say what the answer can't know: what is not published, what may still be replaced, whose limit is not kept."""
    problems = []
    if dates.gap is not None:
        day = dates.last_on + timedelta(days=1)
        problems.append(Problem(dates.gap.code, f"From {day.isoformat()} on nothing is said: {dates.gap}"))
    endless = {
        rate.currency for rate in rates if rate.validity.until_on is None and rate.validity.from_on <= dates.last_on
    }
    if endless:
        names = ", ".join(sorted(endless))
        problems.append(
            Problem(
                "rate_may_be_replaced", f"The exchange rate of {names} is published without an end; another may follow."
            )
        )
    unlimited = sorted(set(stock_numbers) - storage_limits.keys())
    if unlimited:
        names = ", ".join(unlimited)
        problems.append(Problem("storage_limit_not_known", f"No bond entry says how long these may stay: {names}."))
    return problems
