"""Why somebody does something, as it is typed into a form."""

from __future__ import annotations

from django.http import QueryDict

from bonded.rules.errors import InputInvalid

LONGEST_REASON = 480


def reason_from(typed: QueryDict, name: str = "reason", *, longest: int = LONGEST_REASON) -> str:
    """Read a reason, blanks at its ends taken off; raises InputInvalid for none, too long a one, or one with NUL."""
    reason = typed.get(name, "").strip()
    if not reason or len(reason) > longest or "\0" in reason:
        raise InputInvalid(f"Say why, in at most {longest} characters.", field=name)
    return reason
