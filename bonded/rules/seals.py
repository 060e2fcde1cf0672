"""Seals: a numbered, tamper-evident closure that is on or broken, never on again."""

import re

from bonded.rules.errors import InputInvalid, RuleViolation

SEAL_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")


class SealNumberInvalid(InputInvalid):
    """The text is not a seal number."""

    code = "seal_number_invalid"


class SealDiffers(RuleViolation):
    """The seal in hand is not the one on record: stop and call a second keeper."""

    code = "seal_differs"


class LotIsSealed(RuleViolation):
    """The packet is closed, and must be opened before witnesses first."""

    code = "lot_is_sealed"


class LotIsNotSealed(RuleViolation):
    """The packet is open, and must be sealed first."""

    code = "lot_is_not_sealed"


def require_seal_number(seal_number: str) -> str:
    """Give the number back when it is one: 4 to 32 capitals, digits and hyphens; raises SealNumberInvalid."""
    if not SEAL_NUMBER.fullmatch(seal_number):
        raise SealNumberInvalid(
            "A seal number has 4 to 32 capital letters, digits or hyphens.", seal_number=seal_number[:40]
        )
    return seal_number
