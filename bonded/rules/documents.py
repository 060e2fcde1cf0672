"""Papers that goods need: the Kimberley certificate of rough diamonds.

Source: 31 CFR 592.307 for the certificate's content; HS 7102.10, 7102.21 and 7102.31 are rough
diamonds and no others, so a polished stone is never asked for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bonded.rules.errors import InputInvalid, Problem, ProblemsFound
from bonded.rules.validity import Validity

CERTIFICATE_NUMBER = re.compile(r"[A-Z]{2}[A-Z0-9-]{3,30}")


class PaperKind(StrEnum):
    """What sort of paper goods travel with."""

    ENTRY_DECLARATION = "entry_declaration"  # By which they came into bond.
    KIMBERLEY_CERTIFICATE = "kimberley_certificate"
    LAB_REPORT = "lab_report"


class CertificateNumberInvalid(InputInvalid):
    """The text is not the number of a Kimberley certificate."""

    code = "certificate_number_invalid"


class KimberleyCertificatesDoNotCover(ProblemsFound):
    """Rough diamonds of a consignment are not covered by its valid certificates."""

    code = "kimberley_certificates_do_not_cover"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A Kimberley certificate: its number, the days on which it is valid, and the carats that it covers."""

    number: str
    validity: Validity
    weight_carats: Decimal


def require_certificate_number(number: str) -> str:
    """Give the number back when it is one: two letters of the country, then 3 to 30 characters."""
    if not CERTIFICATE_NUMBER.fullmatch(number):
        raise CertificateNumberInvalid(
            "A certificate number begins with the two letters of its country, such as BW-12345.", number=number[:40]
        )
    return number


def require_certificates_cover(
    rough_carats: Mapping[str, Decimal], certificates: Iterable[Certificate], on: date
) -> None:
    """Refuse rough diamonds that their certificates do not cover.

    `rough_carats` gives, for each certificate number that lots name, their carats in all. Each
    number must be of a certificate of this consignment, valid on the day, for exactly those carats.
    Raises KimberleyCertificatesDoNotCover with every problem.
    """
    known = {certificate.number: certificate for certificate in certificates}
    problems = []
    for number, carats in sorted(rough_carats.items()):
        certificate = known.get(number)
        if certificate is None:
            problems.append(Problem("certificate_unknown", f"Certificate {number} is not with this consignment."))
        elif not certificate.validity.covers(on):
            problems.append(Problem("certificate_not_valid", f"Certificate {number} is not valid on {on}."))
        elif certificate.weight_carats != carats:
            problems.append(
                Problem(
                    "certificate_weight_differs",
                    f"Certificate {number} is for {certificate.weight_carats} ct, its lots weigh {carats} ct.",
                )
            )
    if problems:
        raise KimberleyCertificatesDoNotCover("The rough diamonds are not covered by their certificates.", problems)
