"""Pages of a list by key: the next page costs what the first did, at any depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from bonded.rules.cursors import Key, decode_cursor, encode_cursor
from bonded.rules.errors import InputInvalid

Row = TypeVar("Row")
LARGEST_PAGE = 200


class PageSizeInvalid(InputInvalid):
    """The page asked for is empty or too large."""

    code = "page_size_invalid"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursor of the page after, if there is one."""

    rows: Sequence[Row]
    next_cursor: str | None


def page_size_from_text(text: str | None) -> int:
    """Read the `limit` of a list: 1 to 200, 50 when none is given."""
    if text is None:
        return 50
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        raise PageSizeInvalid(f"A page has 1 to {LARGEST_PAGE} rows.", limit=text[:20])
    return int(text)


def _to_key(value: Any) -> Key:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, Decimal | UUID | bool) else value


def _column_value(row: Any, column: str) -> Any:
    return row[column] if isinstance(row, dict) else getattr(row, column)


def page_by(queryset: QuerySet[Any, Any], *, columns: Sequence[str], cursor: str | None, limit: int) -> Page[Any]:
    """Give the rows after the cursor, in the order of the columns, of which the last must be unique.

    A column that begins with `-` runs downwards; all columns run the same way. Runs one SQL statement.
    Raises CursorInvalid for a word that is no cursor of this list.
    """
    names = [column.removeprefix("-") for column in columns]
    queryset = queryset.order_by(*columns)
    if cursor:
        queryset = queryset.filter(_after(queryset.model, columns, names, cursor))
    rows = list(queryset[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    rows = rows[:limit]
    return Page(rows, encode_cursor([_to_key(_column_value(rows[-1], name)) for name in names]))


def _after(model: type[Model], columns: Sequence[str], names: Sequence[str], cursor: str) -> Q:
    """Give `(a, b) > (x, y)` spelled so that an index on (a, b) serves it."""
    from django.core.exceptions import ValidationError

    from bonded.rules.cursors import CursorInvalid

    fields = [model._meta.get_field(name) for name in names]
    whole = ("AutoField", "BigAutoField", "BigIntegerField", "IntegerField")
    types = [int if field.get_internal_type() in whole else str for field in fields]
    try:
        keys = [field.to_python(key) for field, key in zip(fields, decode_cursor(cursor, types), strict=True)]  # type: ignore[union-attr]
    except ValidationError:
        raise CursorInvalid("This is no cursor of this list; take `next_cursor` from the page before.") from None
    operator = "lt" if columns[0].startswith("-") else "gt"
    later = Q()
    for i in range(len(names)):
        same = Q(**{names[j]: keys[j] for j in range(i)})
        later |= same & Q(**{f"{names[i]}__{operator}": keys[i]})
    return Q(**{f"{names[0]}__{operator}e": keys[0]}) & later
