"""A sentence in the two languages that the platform speaks, kept side by side so that neither is forgotten."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The same words in English and in simplified Chinese."""

    en: str
    zh: str

    def filled(self, **values: str) -> Wording:
        """Put values into the `{names}` of both languages."""
        return Wording(self.en.format(**values), self.zh.format(**values))

    def then(self, other: Wording) -> Wording:
        """Let another sentence follow in both languages."""
        return Wording(f"{self.en} {other.en}", self.zh + other.zh)
