"""Exchange rates for the administrator: those of a day, how one moved, and a new one for a second person to approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bonded.rules.errors import RuleViolation
from bonded.rules.money import CURRENCY_DECIMALS
from bonded.rules.permissions import Role
from bonded.web.base import PageRequest, Series, acts, console, day_from_text, done, page, step_lines
from tariffs.actions.schedule_drafts import draft_schedule
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.queries.calendars import public_holidays
from tariffs.queries.exchange_rates import rates_between
from tariffs.queries.schedule_drafts import drafts_for
from tariffs.rules.exchange_rates import ExchangeRate as Rate
from tariffs.rules.exchange_rates import Quoting, publication_day
from tariffs.rules.schedule_drafts import WAITING
from tariffs.rules.working_days import business_day
from tariffs.web.schedule import READERS

COLUMNS = ("local_currency", "currency", "rate", "quoted", "valid_from", "valid_until", "mark", "source")
BOOKS_CURRENCY = "CNY"
MONTHS_SHOWN = 13
HUNDREDTH = Decimal("0.01")
# As the table writes them, with what China and the United Kingdom publish.
QUOTING_EXAMPLES = {Quoting.LOCAL_PER_UNIT: "7.1 CNY / 1 USD", Quoting.UNITS_PER_LOCAL: "1.27 USD / 1 GBP"}
MARK_WORDS = {
    "S": gettext_lazy("sourced"),
    "G": gettext_lazy("general knowledge"),
    "D": gettext_lazy("derived"),
    "M": gettext_lazy("made up"),
}


def month_after(month: date) -> date:
    """Give the first day of the month after the one that a day is in."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_until(last: date) -> list[date]:
    """Give the first days of thirteen months, the last one the month of a day."""
    months = [last.replace(day=1)]
    while len(months) < MONTHS_SHOWN:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def rate_chart(rates: Sequence[Rate], currency: str, months: Sequence[date]) -> dict[str, Any] | None:
    """Draw how a currency moved against the yuan since the first month, in percent to a hundredth; None without rates.

    Drawn by its amount a rate would be a flat line. A month counts by the rate of its first day.
    """
    of_month = {month: next((one for one in rates if one.validity.covers(month)), None) for month in months}
    told = {month: rate.local(Fraction(1)) for month, rate in of_month.items() if rate}
    if not told:
        return None
    first = next(iter(told.values()))
    changes = [_percent(amount / first - 1) for amount in told.values()]
    shown = [f"{_plain(amount)} ({change:+} %)" for amount, change in zip(told.values(), changes, strict=True)]
    return step_lines([f"{month:%Y-%m}" for month in told], [Series(currency, changes, shown)])


def _percent(change: Fraction) -> Decimal:
    return (Decimal(change.numerator * 100) / Decimal(change.denominator)).quantize(HUNDREDTH)


def _plain(amount: Fraction) -> str:
    """Write a rate with at most eight decimals, and no zeros at its end."""
    return f"{(Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal('1e-8')).normalize():f}"


def _unit(rate: ExchangeRate) -> str:
    """Write of which currency the rate counts how much for one of which."""
    is_local = rate.quoted == Quoting.LOCAL_PER_UNIT
    counted, one = (rate.local_currency, rate.currency) if is_local else (rate.currency, rate.local_currency)
    return f"{counted} / 1 {one}"


# Drafts that wait are few; the schedule's own page lists them all.
MOST_WAITING = 20


@console(*READERS)
def exchange_rates(request: PageRequest) -> HttpResponse:
    """Show the rates of a day, how one moved in a year, the drafts that wait, and a form for a new one."""
    today = business_day(request.at)
    coming = month_after(today)
    context: dict[str, Any] = {"day": today}
    try:
        context["day"] = day_from_text(request.GET.get("on", "")) or today
    except RuleViolation as refusal:
        context["not_understood"] = refusal
    found = ExchangeRate.objects.known().in_force(context["day"]).order_by("local_currency", "currency", "pk")
    rates: list[dict[str, Any]] = [{"one": one, "rate": one.rate.normalize(), "of": _unit(one)} for one in found]
    currencies = [row["one"].currency for row in rates if row["one"].local_currency == BOOKS_CURRENCY]
    asked = request.GET.get("currency", "USD")
    currency = asked if asked in currencies else next(iter(currencies), "")
    months = months_until(coming)
    context |= {
        "rates": rates,
        "currencies": currencies,
        "currency": currency,
        "chart": rate_chart(rates_between([currency], first=months[0], last=months[-1]), currency, months),
        "since": months[0],
        "waiting": drafts_for(request.actor)
        .filter(state__in=WAITING)
        .exclude(exchange_rates=[])
        .defer("measures")
        .order_by("drafted_at")[:MOST_WAITING],
        "coming": coming,
        "after_coming": month_after(coming),
        "published_on": publication_day(coming, is_holiday=lambda day: day in public_holidays(day, day)),
        "all_currencies": sorted(CURRENCY_DECIMALS),
        "quotings": QUOTING_EXAMPLES.items(),
        "marks": MARK_WORDS.items(),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "tariffs/administrator/exchange_rates.html", context)


@acts(Role.ADMINISTRATOR, shows=exchange_rates)
def draft_rate(request: PageRequest) -> HttpResponse:
    """Draft one rate, for a second person to approve."""
    cells = {name: request.POST.get(name, "").strip() for name in COLUMNS}
    title = f"{cells['currency']} {cells['rate']} {cells['valid_from']}"[:200]
    draft = draft_schedule(title=title, measures=[], exchange_rates=[cells], actor=request.actor, at=request.at)
    return done(request, _("Drafted. A second person looks at it next."), "schedule_draft", draft_id=draft.pk)
