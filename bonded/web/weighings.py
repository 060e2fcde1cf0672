"""The fields of a weighing, typed by a person, a scale or a scanner."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.utils.translation import gettext as _

from bonded.rules.errors import InputInvalid
from bonded.rules.scales import reading_from_text
from bonded.web.doors import PageRequest
from bonded.web.figures import decimal

MOST_PIECES = 10_000_000


def weight_of(request: PageRequest, name: str) -> Decimal:
    """Give a weight in carats to 0.001; that a scale's line was rounded is said on the page that comes next.

    Raises WeightInvalid, ScaleNotSettled, ReadingTooCoarse.
    """
    reading = reading_from_text(request.POST.get(name, ""))
    if reading.is_rounded:
        read, kept = decimal(reading.exact_carats), decimal(reading.weight_carats)
        messages.info(request, _("The scale said %(read)s ct; %(kept)s ct is kept.") % {"read": read, "kept": kept})
    return reading.weight_carats


def pieces_of(request: PageRequest, name: str) -> int:
    """Give a count of pieces, from 1 on; raises InputInvalid."""
    text = request.POST.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_PIECES):
        raise InputInvalid("Count the pieces.", pieces=text[:20])
    return int(text[:9])
