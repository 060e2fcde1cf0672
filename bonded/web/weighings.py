"""The fields of a weighing, typed by a person, a scale or a scanner."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from bonded.rules.errors import InputInvalid
from bonded.rules.scales import reading_from_text
from bonded.web.doors import PageRequest
from bonded.web.figures import decimal

MOST_PIECES = 10_000_000


def weight_of(request: PageRequest, name: str) -> Decimal:
    """Give a weight in carats to 0.001; that a scale's line was rounded is said once it is kept.

    Raises WeightInvalid, ScaleNotSettled, ReadingTooCoarse.
    """
    reading = reading_from_text(request.POST.get(name, ""))
    if reading.is_rounded:
        read, kept = decimal(reading.exact_carats), decimal(reading.weight_carats)
        told = _("The scale said %(read)s ct; %(kept)s ct is kept.") % {"read": read, "kept": kept}
        request.to_tell = [*getattr(request, "to_tell", ()), told]
    return reading.weight_carats


def pieces_of(request: PageRequest, name: str) -> int:
    """Give a count of pieces, from 1 on; raises InputInvalid."""
    text = request.POST.get(name, "").strip()
    if not (re.fullmatch(r"[0-9]{1,8}", text) and 0 < int(text) <= MOST_PIECES):
        raise InputInvalid("Count the pieces.", pieces=text[:20])
    return int(text)
