"""Reads the lines to customs offices."""

from __future__ import annotations

from bonded.models.office_lines import OfficeLine
from bonded.rules.customs_offices import OFFICES


def cursor_of(office: str) -> str:
    """Give the office's word for how far we have fetched; empty at the beginning."""
    return OfficeLine.objects.filter(pk=office).values_list("cursor", flat=True).first() or ""


def office_lines() -> list[OfficeLine]:
    """Give the line to every office, by code; one that was never paused or busy has no row yet, and is open."""
    known = OfficeLine.objects.in_bulk()
    return [known.get(code) or OfficeLine(office=code) for code in sorted(OFFICES)]
