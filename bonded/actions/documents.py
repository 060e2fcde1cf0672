"""Recording papers that travel with goods."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_consignment
from bonded.models.documents import KimberleyCertificate
from bonded.rules.consignments import ConsignmentNotOpen, ConsignmentState
from bonded.rules.documents import require_certificate_number
from bonded.rules.money import AmountInvalid, CurrenciesDiffer, Money
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.validity import Validity


@transaction.atomic
def record_kimberley_certificate(
    *,
    consignment_id: int,
    number: str,
    issuing_country: str,
    validity: Validity,
    weight_carats: Decimal,
    value: Money,
    is_made_up: bool,
    actor: Actor,
    at: datetime,
) -> KimberleyCertificate:
    """Add the certificate of a consignment's rough diamonds, while its lines may still change.

    Carats to 0.001, the value in USD, as the certificate states them. Raises ConsignmentNotOpen,
    CertificateNumberInvalid; a number already used is refused by the database.
    """
    require(actor, Act.RECORD_CERTIFICATE)
    consignment = lock_consignment(consignment_id, actor=actor)
    if consignment.state != ConsignmentState.ANNOUNCED:
        raise ConsignmentNotOpen("The consignment is declared; its papers are fixed.", state=consignment.state)
    if value.currency != "USD":
        raise CurrenciesDiffer("A Kimberley certificate states its value in USD.", left=value.currency, right="USD")
    if value.minor <= 0:
        raise AmountInvalid("A certificate states a value of more than nothing.", value=str(value))
    assert validity.until_on is not None
    certificate = KimberleyCertificate.objects.create(
        number=require_certificate_number(number),
        consignment=consignment,
        issuing_country=issuing_country,
        issued_on=validity.from_on,
        expires_on=validity.until_on,
        weight_carats=weight_carats,
        value_usd_minor=value.minor,
        is_made_up=is_made_up,
    )
    record_activity(
        Act.RECORD_CERTIFICATE, consignment, actor=actor, at=at, number=number, weight_carats=str(weight_carats)
    )
    return certificate
