"""Strict JSON: what hides a mistake or an attack is refused, not guessed."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from rest_framework.parsers import BaseParser, JSONParser

from bonded.rules.errors import InputInvalid

DEEPEST_JSON = 20


class FileTooLarge(InputInvalid):
    """The body is longer than a file may be."""

    code = "file_too_large"


class MalformedJson(InputInvalid):
    """The body is not JSON as this API takes it."""

    code = "malformed_json"


class StrictJSONParser(JSONParser):
    """Takes JSON without duplicate keys, NaN, infinities and deep nests: each of them hides a mistake or an attack."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read the body; raises MalformedJson with what is wrong."""
        try:
            body = json.loads(stream.read().decode(), object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        except RecursionError:
            raise MalformedJson(f"JSON may be nested {DEEPEST_JSON} deep.") from None
        except ValueError as error:
            raise MalformedJson(f"The body is not JSON: {error}.") from None
        _require_depth(body, DEEPEST_JSON)
        try:
            json.dumps(body, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise MalformedJson("The body holds half a character.") from None
        return body


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _require_depth(body: Any, left: int) -> None:
    if left == 0:
        raise MalformedJson(f"JSON may be nested {DEEPEST_JSON} deep.")
    for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        _require_depth(value, left - 1)


class BytesParser(BaseParser):
    """Takes a file as the body itself, and leaves it as bytes: the act stores them as they came."""

    @property
    def limit_bytes(self) -> int:
        """Give the size of the largest file."""
        raise NotImplementedError

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Give the body's bytes; raises FileTooLarge above the limit."""
        limit = self.limit_bytes
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise FileTooLarge(f"A file may have {limit // 1024 // 1024} MB.", limit_bytes=limit)
        return body


class CsvParser(BytesParser):
    """Takes a CSV file as large as the settings allow."""

    media_type = "text/csv"

    @property
    def limit_bytes(self) -> int:
        """Give what the settings name."""
        return int(settings.CONSIGNMENT_FILE_MAX_BYTES)
