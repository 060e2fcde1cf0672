"""Rough diamonds need certificates that cover them; nothing else does."""

from datetime import date
from decimal import Decimal

import pytest

from bonded.rules.documents import (
    Certificate,
    CertificateNumberInvalid,
    KimberleyCertificatesDoNotCover,
    require_certificate_number,
    require_certificates_cover,
)
from bonded.rules.validity import Validity

ON = date(2026, 11, 23)
VALID = Validity(date(2026, 10, 1), date(2026, 12, 1))


def test_require_certificates_cover__lets_covered_goods_and_no_rough_pass() -> None:
    certificates = [Certificate("BW-12345", VALID, Decimal("3.000"))]

    require_certificates_cover({"BW-12345": Decimal("3.000")}, certificates, ON)
    require_certificates_cover({}, [], ON)

    # Nothing else lets them pass: the same goods without the certificate are refused.
    with pytest.raises(KimberleyCertificatesDoNotCover) as refused:
        require_certificates_cover({"BW-12345": Decimal("3.000")}, [], ON)
    assert [problem.code for problem in refused.value.problems] == ["certificate_unknown"]


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (Certificate("ZA-1", VALID, Decimal("3.000")), "certificate_unknown"),
        (Certificate("BW-12345", Validity(date(2026, 10, 1), ON), Decimal("3.000")), "certificate_not_valid"),
        (Certificate("BW-12345", VALID, Decimal("3.001")), "certificate_weight_differs"),
    ],
)
def test_require_certificates_cover__names_what_is_wrong(certificate: Certificate, code: str) -> None:
    with pytest.raises(KimberleyCertificatesDoNotCover) as refused:
        require_certificates_cover({"BW-12345": Decimal("3.000")}, [certificate], ON)

    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("number", ["", "bw-12345", "B-12345", "BW", "BW-1 2345", "BW-12345\n"])
def test_require_certificate_number__refuses_what_is_none(number: str) -> None:
    with pytest.raises(CertificateNumberInvalid):
        require_certificate_number(number)
