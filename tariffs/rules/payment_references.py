"""The reference that a payer quotes, so that money finds its debt: a creditor reference of ISO 11649."""

from __future__ import annotations

import re
from uuid import UUID

_REFERENCE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
# Of a random UUID these hold 76 random bits, and fit the 21 characters that the standard leaves.
BODY_LENGTH = 20


def payment_reference(debt_id: UUID) -> str:
    """Give the creditor reference of a debt: `RF`, two check digits, twenty letters and digits."""
    body = debt_id.hex[:BODY_LENGTH].upper()
    return f"RF{98 - _remainder(f'{body}RF00'):02d}{body}"


def is_payment_reference(text: str) -> bool:
    """Say whether a text without spaces is a creditor reference whose check digits are right."""
    return bool(_REFERENCE.fullmatch(text)) and _remainder(text[4:] + text[:4]) == 1


def references_in(text: str) -> list[str]:
    """Find every valid creditor reference in what a payer wrote, in order; people put spaces into them."""
    squeezed = re.sub(r"[\s.\-/]+", "", text.upper())
    length = len("RF00") + BODY_LENGTH
    starts = [match.start() for match in re.finditer("RF", squeezed)]
    found = (squeezed[start : start + length] for start in starts)
    return [reference for reference in found if is_payment_reference(reference)]


def _remainder(text: str) -> int:
    """Give the remainder by 97 of a text whose letters count as 10 to 35 (ISO 7064, mod 97-10)."""
    return int("".join(str(int(character, 36)) for character in text)) % 97
