"""Where a page of a list ended, in an opaque word that a client gives back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence

from bonded.rules.errors import InputInvalid

Key = str | int


class CursorInvalid(InputInvalid):
    """The cursor is not one that a page gave out."""

    code = "cursor_invalid"


def encode_cursor(keys: Sequence[Key]) -> str:
    """Write the sort keys of a page's last row as an opaque word that fits in an address."""
    body = json.dumps(list(keys), separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _is_sane(key: Key) -> bool:
    """Say whether a database could compare with it: a whole number of 64 bits, text without NUL and half characters."""
    if isinstance(key, int):
        return abs(key) < 2**63
    return "\0" not in key and not any("\ud800" <= character <= "\udfff" for character in key)


def decode_cursor(cursor: str, types: Sequence[type[str] | type[int]]) -> list[Key]:
    """Read the sort keys back; raises CursorInvalid unless they are as many as `types`, of those types."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        keys = None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(types):
        raise CursorInvalid("This is no cursor of this list; take `next_cursor` from the page before.")
    if not all(map(_is_sane, keys)):
        raise CursorInvalid("This is no cursor of this list; take `next_cursor` from the page before.")
    return keys
