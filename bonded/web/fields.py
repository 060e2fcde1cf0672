"""What a form's fields say, read and refused with a sentence that names the field."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bonded.rules.errors import InputInvalid
from bonded.web.doors import PageRequest
from bonded.web.times import day_from_text

Choice = TypeVar("Choice", bound=StrEnum)
LARGEST_WHOLE = 2**63 - 1


class FileMissing(InputInvalid):
    """No file was chosen, or it is larger than it may be."""

    code = "file_missing"


def text_of(request: PageRequest, name: str, *, most: int = 200, pattern: str = "", is_needed: bool = True) -> str:
    """Give what was typed without the space around it; `pattern` is what all of it must match.

    Raises InputInvalid for nothing where something is needed, and for what is longer or of another form.
    """
    text = request.POST.get(name, "").strip()
    if not text and not is_needed:
        return ""
    if not text or len(text) > most or "\0" in text or (pattern and not re.fullmatch(pattern, text)):
        label = name.replace("_", " ")
        raise InputInvalid(f"Write the {label}, in at most {most} characters.", field=name, text=text[:40])
    return text


def whole_of(request: PageRequest, name: str) -> int:
    """Give a whole number from 1 on; raises InputInvalid."""
    text = request.POST.get(name, "").strip()
    if not re.fullmatch(r"[0-9]{1,19}", text) or not 1 <= int(text) <= LARGEST_WHOLE:
        raise InputInvalid(f"Write the {name.replace('_', ' ')} as a whole number.", field=name, text=text[:40])
    return int(text)


def day_of(request: PageRequest, name: str) -> date:
    """Give a day that must be there; raises InputInvalid."""
    day = day_from_text(request.POST.get(name, "").strip())
    if day is None:
        raise InputInvalid(f"Write the day of {name.replace('_', ' ')}.", field=name)
    return day


def choice_of(request: PageRequest, name: str, choices: type[Choice]) -> Choice:
    """Give what was chosen; raises InputInvalid for what is not offered."""
    try:
        return choices(request.POST.get(name, ""))
    except ValueError:
        raise InputInvalid(f"Choose the {name.replace('_', ' ')} from the list.", field=name) from None


def file_of(request: PageRequest, name: str, *, most_bytes: int) -> tuple[str, bytes]:
    """Give the name and the bytes of a file that was sent; raises FileMissing."""
    file = request.FILES.get(name)
    if file is None or not file.size:
        raise FileMissing("Choose a file that has something in it.", field=name)
    if file.size > most_bytes:
        raise FileMissing(f"A file may have {most_bytes // 1024 // 1024} MB.", limit_bytes=most_bytes)
    return (file.name or name).replace("\0", "")[-200:], file.read()
