"""What the bank's files of plain text share: how their bytes are read, and how a fault is told by its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from bonded.rules.errors import RuleViolation
from tariffs.rules.statements import StatementUnreadable

MOST_LINES = 50_000
LONGEST_WORD = 35
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def plain_text(content: bytes) -> str:
    r"""Read UTF-8, with or without its mark, and give every end of line as `\n`.

    Another character set is refused rather than guessed: a wrong guess keeps wrong names without a sign of it.
    Raises StatementUnreadable with the line, as for control characters and for more than 50,000 lines.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StatementUnreadable("This is not UTF-8; save the file as UTF-8.", line=line) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise StatementUnreadable("A control character is in the text.", line=line, found=f"{ord(control[0]):#04x}")
    if text.count("\n") > MOST_LINES:
        raise StatementUnreadable(f"A file has at most {MOST_LINES} lines; send it in parts.", line=MOST_LINES + 1)
    return text


@contextmanager
def at_line(line: int) -> Iterator[None]:
    """Tell whatever is refused inside with its line, counted from 1."""
    try:
        yield
    except RuleViolation as refusal:
        refusal.facts = {**refusal.facts, "line": line}
        raise


def word(text: str, what: str) -> str:
    """Give an identifier without the spaces around it; raises StatementUnreadable beyond 35 characters."""
    text = text.strip()
    if len(text) > LONGEST_WORD:
        raise StatementUnreadable(f"The {what} is longer than {LONGEST_WORD} characters.", found=text[:20])
    return text


def needed_word(text: str, what: str) -> str:
    """Give an identifier that must be there; raises StatementUnreadable."""
    if not (text := word(text, what)):
        raise StatementUnreadable(f"The {what} is missing.", missing=what)
    return text
