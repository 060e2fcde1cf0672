"""Lists on pages: by cursor, filtered by their address, and as a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from defusedcsv import csv
from django.db.models import QuerySet
from django.http import HttpResponse

from bonded.queries.pages import Page, page_by, page_size_from_text
from bonded.rules.errors import InputInvalid
from bonded.web.doors import PageRequest

# A file is one answer, made in memory: more rows are for the API.
MOST_ROWS_OF_A_FILE = 10_000


class TooManyRowsForAFile(InputInvalid):
    """The list is too long for one file."""

    code = "too_many_rows_for_a_file"


def listed(request: PageRequest, rows: QuerySet[Any, Any], *columns: str, cursor: str = "cursor") -> Page[Any]:
    """Give the page of a list that the address asks for with `cursor` and `limit`, in the order of the columns.

    Of two lists on one page, the second has a `cursor` by another name.
    """
    return page_by(
        rows,
        columns=columns,
        cursor=request.GET.get(cursor) or None,
        limit=page_size_from_text(request.GET.get("limit")),
    )


def csv_of(
    name: str, rows: QuerySet[Any, Any] | Sequence[Any], columns: Mapping[str, Callable[[Any], Any]]
) -> HttpResponse:
    """Answer with a list as a CSV file (RFC 4180, UTF-8 with a mark for spreadsheets), its formulas made harmless.

    `columns` gives each heading and what stands below it. Raises TooManyRowsForAFile.
    """
    taken = list(rows[: MOST_ROWS_OF_A_FILE + 1])
    if len(taken) > MOST_ROWS_OF_A_FILE:
        raise TooManyRowsForAFile(f"A file has at most {MOST_ROWS_OF_A_FILE} rows: narrow the list.")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in taken:
        writer.writerow([cell(row) for cell in columns.values()])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
