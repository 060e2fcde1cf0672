"""States, kinds and roles as people read them."""

from __future__ import annotations

from django.utils.translation import pgettext


def shape_of(shape: str) -> str:
    """Give the word of a shape, which may be a gem's name too; one that is not known stands as it was written."""
    translated = pgettext("shape", shape)
    return shape if translated == shape else translated


def word_of(state: str) -> str:
    """Give the word of a state in the reader's language; one that nobody translated is told without underscores."""
    translated = pgettext("state", state)
    return state.replace("_", " ").replace(".", " ").capitalize() if translated == state else translated
