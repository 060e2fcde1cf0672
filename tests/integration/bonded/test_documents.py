"""Kimberley certificates: recorded by the supplier, looked at when the consignment is declared."""

from datetime import date
from decimal import Decimal

import pytest

from bonded.actions.declarations import declare_consignment
from bonded.actions.documents import record_kimberley_certificate
from bonded.models import Declaration, KimberleyCertificate
from bonded.rules.consignments import ConsignmentNotOpen
from bonded.rules.documents import KimberleyCertificatesDoNotCover
from bonded.rules.errors import NotPermitted
from bonded.rules.money import CurrenciesDiffer, Money
from bonded.rules.validity import Validity
from tests.situations.bonded import an_announced_consignment

ROUGH = {"kind": "rough_diamond", "hs_code": "71023100", "kimberley_number": "BW-12345"}


def record(cast, at, consignment, *, value=Money(90_000, "USD"), actor=None):  # noqa: B008
    return record_kimberley_certificate(
        consignment_id=consignment.pk,
        number="BW-12345",
        issuing_country="BW",
        validity=Validity(date(2026, 11, 1), date(2026, 12, 31)),
        weight_carats=Decimal("1.000"),
        value=value,
        is_made_up=True,
        actor=actor or cast.sven,
        at=at,
    )


def test_declare_consignment__needs_the_certificates_of_rough_diamonds(cast, at):
    consignment = an_announced_consignment(cast, at, lots=[ROUGH])

    with pytest.raises(KimberleyCertificatesDoNotCover) as refused:
        declare_consignment(consignment_id=consignment.pk, actor=cast.sven, at=at)
    assert refused.value.problems[0].code == "certificate_unknown"
    assert Declaration.objects.count() == 0
    record(cast, at, consignment)
    declare_consignment(consignment_id=consignment.pk, actor=cast.sven, at=at)

    assert Declaration.objects.get().consignment_id == consignment.pk


def test_record_kimberley_certificate__refuses_others_another_currency_and_a_declared_consignment(cast, at):
    consignment = an_announced_consignment(cast, at)

    with pytest.raises(NotPermitted):
        record(cast, at, consignment, actor=cast.victor)
    with pytest.raises(CurrenciesDiffer):
        record(cast, at, consignment, value=Money(90_000, "EUR"))
    declare_consignment(consignment_id=consignment.pk, actor=cast.sven, at=at)
    with pytest.raises(ConsignmentNotOpen):
        record(cast, at, consignment)

    assert KimberleyCertificate.objects.count() == 0
