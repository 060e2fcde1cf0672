"""How a file of MT940 falls into messages, and a message into fields with the lines that continue them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tariffs.rules.statements import StatementUnreadable

_FIELD = re.compile(r":([0-9]{2}[A-Z]?):(.*)")
# A message ends with `-`, or with `-}` and more of SWIFT's envelope.
_END = re.compile(r"-(\}(\{.*)?)?\s*")
# A further line of any other field is text that stands nowhere.
_GOES_ON = frozenset({"25", "25P", "61", "86"})


@dataclass(slots=True)
class Field:
    """One field: its tag, the line of the file that it begins on, and its text, line by line."""

    tag: str
    line: int
    texts: list[str] = field(default_factory=list)


def messages_of(text: str) -> list[list[Field]]:
    """Give the fields of each message, from its :20: on; around messages stands SWIFT's envelope, or nothing.

    Raises StatementUnreadable with the line, for text that belongs to no field and for a field outside a message.
    """
    messages: list[list[Field]] = []
    is_open = False
    for number, line in enumerate(text.split("\n"), 1):
        if found := _FIELD.match(line):
            if found[1] == "20":
                messages.append([])
                is_open = True
            if not is_open:
                raise StatementUnreadable("An MT940 message begins with :20:.", line=number)
            messages[-1].append(Field(found[1], number, [found[2]]))
        elif _END.fullmatch(line):
            is_open = False
        elif is_open and messages[-1][-1].tag in _GOES_ON:
            messages[-1][-1].texts.append(line)
        elif line.strip() and (is_open or not line.startswith("{")):
            raise StatementUnreadable("This line belongs to no field of MT940.", line=number, found=line[:20])
    if not messages:
        raise StatementUnreadable("This is not an MT940 file: it holds no :20:.", line=1)
    return messages
