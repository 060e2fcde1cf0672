"""Why something was refused, in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext

from bonded.rules.errors import Problem, RuleViolation


def refusal_sentence(refusal: RuleViolation | Problem) -> str:
    """Give the sentence of a refusal: in English its own, with its figures; else the one translated for its code.

    A code without a translation is told in English rather than not at all.
    """
    if (get_language() or "en").startswith("en"):
        return refusal.message
    translated = pgettext("refusal", refusal.code)
    return refusal.message if translated == refusal.code else translated
