"""Reading account statements in SWIFT MT940, as banks send them, with or without the envelope of SWIFT.

Source: SWIFT Standards MT, Category 9, MT 940 Customer Statement. Read strictly (decision 0017): a file that
breaks off, or a field that can't be read, is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bonded.rules.money import Money
from tariffs.gateways.bank_mt940_details import details_of
from tariffs.gateways.bank_mt940_fields import Field, messages_of
from tariffs.gateways.bank_texts import at_line, needed_word, plain_text, word
from tariffs.rules.statements import Statement, StatementLine, StatementUnreadable

_BALANCE = re.compile(r"(?P<side>[CD])(?P<day>[0-9]{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9]+,[0-9]*)")
_LINE = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<side>R?[CD])[A-Z]?(?P<amount>[0-9]+,[0-9]*)[A-Z][A-Z0-9]{3}"
    r"(?P<reference>.*?)(?://(?P<bank>.*))?"
)
# Fields that we do not use: related reference, floor limits, available balances, totals, the bank's own.
_PASSED_BY = frozenset({"13D", "21", "34F", "64", "65", "86", "90C", "90D"})
# Money came in, or money that had gone out came back.
_IN = frozenset({"C", "RD"})
_FARTHEST_FROM_VALUE = timedelta(days=183)


def read_mt940(content: bytes) -> list[Statement]:
    """Read every statement of a file: a message, or the pages that lead from an opening to a closing balance.

    Money comes back in minor units, positive when it came in; a day of booking without its year is taken nearest to
    the day of value. Raises StatementUnreadable, AmountInvalid and CurrencyUnknown, with the line.
    """
    statements: list[Statement] = []
    pages: list[list[Field]] = []
    for fields in messages_of(plain_text(content)):
        _require_follows(pages, fields)
        pages.append(fields)
        if _closing(fields).tag == "62F":
            statements.append(_statement(pages))
            pages = []
    if pages:
        raise StatementUnreadable("The file ends before the last page of a statement.", line=_closing(pages[-1]).line)
    return statements


def _require_follows(pages: list[list[Field]], page: list[Field]) -> None:
    """Refuse a page that does not go on from the one before, which told a balance in between (:62M:)."""
    opening = _opening(page)
    if not pages and opening.tag == "60M":
        raise StatementUnreadable("The page before this one is not in the file.", line=opening.line)
    if not pages:
        return
    if _name_of(pages[-1]) != _name_of(page):
        raise StatementUnreadable("The statement before goes on, and this is another one.", line=page[0].line)
    if opening.tag == "60F" or _balance(opening) != _balance(_closing(pages[-1])):
        raise StatementUnreadable("A page begins with the balance that ended the one before.", line=opening.line)


def _name_of(page: list[Field]) -> tuple[str, str]:
    """Give what the pages of a statement share: the account, and the number without that of the page."""
    return _the(page, "25", "25P").texts[0], _the(page, "28C", "28").texts[0].partition("/")[0]


def _opening(page: list[Field]) -> Field:
    return _the(page, "60F", "60M")


def _closing(page: list[Field]) -> Field:
    return _the(page, "62F", "62M")


def _statement(pages: list[list[Field]]) -> Statement:
    for page in pages:
        if _balance(_opening(page))[0].currency != _balance(_closing(page))[0].currency:
            raise StatementUnreadable("The balances are in two currencies.", line=_closing(page).line)
    first, (closing, closed_on) = pages[0], _balance(_closing(pages[-1]))
    account, number = _the(first, "25", "25P"), _the(first, "28C", "28")
    with at_line(account.line):
        # Before a slash stands the bank; some add the currency to the account's number.
        name = needed_word(account.texts[0].rpartition("/")[2].strip().removesuffix(closing.currency), "account")
    with at_line(number.line):
        # Banks begin to count anew each year, so the day belongs to the name.
        identification = needed_word(f"{closed_on} {needed_word(number.texts[0], 'statement number')}", "name")
    lines = tuple(_lines([one for page in pages for one in page], closing.currency))
    return Statement(identification, name, closing.currency, _balance(_opening(first))[0], closing, lines)


def _the(fields: list[Field], *tags: str) -> Field:
    """Give the field that a message has exactly once."""
    found = [one for one in fields if one.tag in tags]
    if len(found) != 1:
        raise StatementUnreadable(
            f"A message has one :{tags[0]}:, and this one has {len(found)}.", line=fields[-1].line, missing=tags[0]
        )
    return found[0]


def _balance(of: Field) -> tuple[Money, date]:
    with at_line(of.line):
        found = _BALANCE.fullmatch(of.texts[0].strip())
        if found is None:
            raise StatementUnreadable("This is not a balance, such as C261207CNY1234,50.", found=of.texts[0][:20])
        amount = Money.from_text(found["amount"].replace(",", "."), found["currency"])
        return (amount if found["side"] == "C" else -amount), _day(found["day"])


def _lines(fields: list[Field], currency: str) -> Iterator[StatementLine]:
    known = _PASSED_BY | {"20", "25", "25P", "28", "28C", "60F", "60M", "61", "62F", "62M"}
    told: list[tuple[Field, list[str]]] = []
    is_of_line = False
    for one in fields:
        if one.tag not in known:
            raise StatementUnreadable(f":{one.tag}: is no field of MT940.", line=one.line)
        # Behind the closing balance, :86: is about the statement.
        is_of_line = one.tag == "61" or (one.tag == "86" and is_of_line)
        if one.tag == "61":
            told.append((one, []))
        elif is_of_line:
            told[-1][1].extend(one.texts)
    for position, (one, information) in enumerate(told, 1):
        with at_line(one.line):
            yield _line(position, one, information, currency)


def _line(position: int, one: Field, information: list[str], currency: str) -> StatementLine:
    found = _LINE.fullmatch(one.texts[0].strip())
    if found is None:
        raise StatementUnreadable("This is not a line, such as 2612071207C12,50NTRFRF18.", found=one.texts[0][:20])
    amount = Money.from_text(found["amount"].replace(",", "."), currency)
    value_on = _day(found["value"])
    details = details_of(information)
    reference = word(found["reference"], "reference")
    supplement = " ".join(" ".join(one.texts[1:]).split())
    return StatementLine(
        position=position,
        amount=amount if found["side"] in _IN else -amount,
        booked_on=_nearest(found["entry"], value_on) if found["entry"] else value_on,
        value_on=value_on,
        counterparty=details["counterparty"][:200],
        counterparty_account=details["account"],
        remittance=" ".join(filter(None, [details["remittance"], supplement])),
        end_to_end_id=details["end_to_end"] or ("" if reference == "NONREF" else reference),
        bank_reference=word(found["bank"] or "", "bank's reference"),
        is_reversal=found["side"].startswith("R"),
    )


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise StatementUnreadable("This is not a day, year, month and day by two digits.", found=text) from None


def _nearest(month_and_day: str, value_on: date) -> date:
    """Give the day of booking in the year that brings it nearest to the day of value.

    Only 29 February can be more than half a year from it, and would be another year's.
    """
    days = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            days.append(date(year, int(month_and_day[:2]), int(month_and_day[2:])))
        except ValueError:
            continue
    nearest = min(days, key=lambda day: abs(day - value_on), default=None)
    if nearest is None or abs(nearest - value_on) > _FARTHEST_FROM_VALUE:
        raise StatementUnreadable("This is not a day near the day of value, by two digits each.", found=month_and_day)
    return nearest
