"""How a file of lines is read, told before any of it is stored as a lot: its columns, first rows and first verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db import connection

from bonded.actions.staged_lines import copy_to_stage, forget_stage, judge_stage, lines_of, make_stage, stage_of
from bonded.rules.consignment_lines import LONGEST_VALUE, FileUnreadable

# So many lines are judged within a page's patience; the worker judges all.
LINES_JUDGED = 200
LINES_SHOWN = 10


def lines_below_header(content: bytes) -> int:
    """Count the lines of a file below its header, by its line ends; quoted line ends are counted too."""
    return max(0, content.count(b"\n") - (1 if content.endswith(b"\n") else 0))


def preview_of(content: bytes, *, defaults: Mapping[str, object], prefix: str) -> dict[str, Any]:
    """Give what a file's first 200 lines come to, as its row keeps it; the caller's transaction is left as it was.

    `columns` pairs each word of the header with the column that it stands for; `rows` are the first ten lines as they
    came, each with its row number and the codes of its faults; `faults` counts the lines of each code. Raises
    FileUnreadable.
    """
    lines = lines_of(content)
    header = next(lines, [])
    stage = stage_of(header, defaults=defaults, prefix=prefix)
    first = list(islice(lines, LINES_JUDGED))
    if not first:
        raise FileUnreadable("The file has a header but no lines.")
    make_stage()
    copy_to_stage(stage.rows(iter(first), row_number=2))
    judge_stage()
    faults = _faults_by_row()
    forget_stage()
    return {
        "columns": [{"word": _shown(word), "column": name} for word, name in zip(header, stage.names, strict=True)],
        "rows": [
            {"row_number": row, "values_read": [_shown(value) for value in line], "faults": faults.get(row, [])}
            for row, line in enumerate(first[:LINES_SHOWN], 2)
        ],
        "lines_judged": len(first),
        "lines_good": len(first) - len(faults),
        "faults": dict(Counter(code for codes in faults.values() for code in codes).most_common()),
    }


def _faults_by_row() -> dict[int, list[str]]:
    """Give the codes of each faulty line of the stage, each code once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_number, array_agg(DISTINCT code) FROM line_fault GROUP BY row_number")
        return dict(cursor.fetchall())


def _shown(value: str) -> str:
    return value.replace("\0", "\ufffd")[:LONGEST_VALUE]
