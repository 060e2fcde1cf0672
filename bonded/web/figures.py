"""Amounts, weights, moments and days as people read them, by the reader's language and clock."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from bonded.rules.money import Money

# The place of the building's clock is translated; others go by their own names.
BUILDING = gettext_noop("Shanghai")
LOCALES = {"zh-hans": "zh_Hans_CN", "en": "en"}


def _locale() -> str:
    return LOCALES.get(get_language() or "en", "en")


def money(amount: Money | None) -> str:
    """Write an amount with its currency, to the minor unit; nothing for None."""
    if amount is None:
        return ""
    return format_currency(Decimal(str(amount)), amount.currency, locale=_locale())


def amount_alone(amount: Money) -> str:
    """Write an amount to the minor unit without its currency, for where the currency is said beside it."""
    return format_currency(Decimal(str(amount)), amount.currency, "#,##0.00", locale=_locale())


def decimal(number: Decimal | int | str | None) -> str:
    """Write a number with the separators of the reader's language, all its decimals kept."""
    return "" if number is None else format_decimal(number, locale=_locale(), decimal_quantization=False)


def carats(weight: Decimal | str | None) -> str:
    """Write a weight to a thousandth of a carat."""
    if weight is None:
        return ""
    return f"{format_decimal(Decimal(weight), format='#,##0.000', locale=_locale())} {_('ct')}"


def moment(at: datetime | None, form: str = "d MMM y, HH:mm") -> SafeString | str:
    """Write a moment by the clock of the page, with the zone said."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    zone = timezone.get_current_timezone_name().rpartition("/")[2].replace("_", " ")
    if _locale() != "en":
        form = form.replace("d MMM y", "y年M月d日").replace("d MMM", "M月d日")
    words = format_datetime(local, form, tzinfo=local.tzinfo, locale=_locale())
    return format_html('<time datetime="{}">{} <small>{}</small></time>', local.isoformat(), words, _(zone))


def day(on: date | None) -> SafeString | str:
    """Write a day."""
    if on is None:
        return ""
    form = "d MMM y" if _locale() == "en" else "y年M月d日"
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), format_date(on, form, locale=_locale()))
