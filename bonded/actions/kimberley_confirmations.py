"""Confirming to the authorities that rough diamonds came as their Kimberley certificates say."""

from __future__ import annotations

from datetime import datetime

from bonded.actions.outbox import queue_for_office
from bonded.models.consignments import Consignment
from bonded.models.declarations import Declaration
from bonded.models.documents import KimberleyCertificate
from bonded.models.lots import Lot
from bonded.rules.customs_messages import OutgoingKind


def confirm_certificates(consignment: Consignment, *, at: datetime) -> None:
    """Queue a confirmation for each certificate of a consignment that was just received.

    Each names the certificate, parcels and weighed carats (to 0.001), importer and country, as the
    Kimberley Process asks of the country that imports (KPCS, section III). Runs in the caller's
    transaction; a consignment without certificates queues nothing.
    """
    certificates = list(KimberleyCertificate.objects.filter(consignment=consignment).order_by("number"))
    if not certificates:
        return
    declaration = Declaration.objects.filter(consignment=consignment).live().get()
    for certificate in certificates:
        lots = list(Lot.objects.filter(consignment=consignment, kimberley_number=certificate.number))
        queue_for_office(
            declaration,
            OutgoingKind.KIMBERLEY_CONFIRMATION,
            {
                "certificate": certificate.number,
                "issuing_country": certificate.issuing_country,
                "certified_carats": str(certificate.weight_carats),
                "received_carats": str(sum(lot.weight_carats for lot in lots)),
                "parcels": len(lots),
                "importer": consignment.supplier.name,
                "received_at": at.isoformat(),
            },
            at=at,
        )
