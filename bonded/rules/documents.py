"""Papers that goods need: the Kimberley certificate of rough diamonds.

Source: 31 CFR 592.307 for the certificate's content; HS 7102.10, 7102.21 and 7102.31 are rough
diamonds and no others, so a polished stone is never asked for one.
"""

import re

from bonded.rules.errors import InputInvalid, RuleViolation

ROUGH_DIAMOND_HEADINGS = ("710210", "710221", "710231")
CERTIFICATE_NUMBER = re.compile(r"[A-Z]{2}[A-Z0-9-]{3,30}")


class KimberleyCertificateMissing(RuleViolation):
    """Rough diamonds came without a valid certificate."""

    code = "kimberley_certificate_missing"
    kind = InputInvalid.kind


def needs_kimberley_certificate(hs_code: str) -> bool:
    """Say whether goods of this HS code, with or without dots, need a Kimberley certificate."""
    return hs_code.replace(".", "").startswith(ROUGH_DIAMOND_HEADINGS)
