"""The papers of a consignment, and those that lots travel with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from bonded.models.declarations import Declaration
from bonded.models.documents import KimberleyCertificate
from bonded.models.lots import Lot
from bonded.rules.documents import Certificate, PaperKind
from bonded.rules.lots import LotKind
from bonded.rules.validity import Validity


def certificates_of(consignment_id: int) -> list[Certificate]:
    """Give the Kimberley certificates of a consignment, by number."""
    rows = KimberleyCertificate.objects.filter(consignment_id=consignment_id).order_by("number")
    return [Certificate(row.number, Validity(row.issued_on, row.expires_on), row.weight_carats) for row in rows]


def certificates_on_record(consignment_id: int) -> list[KimberleyCertificate]:
    """Give the Kimberley certificates of a consignment as they were recorded, by number."""
    return list(KimberleyCertificate.objects.filter(consignment_id=consignment_id).order_by("number"))


def rough_carats_by_certificate(consignment_id: int) -> dict[str, Decimal]:
    """Give, for each certificate number that rough lots of a consignment name, their declared carats."""
    rough = Lot.objects.filter(consignment_id=consignment_id, kind=LotKind.ROUGH_DIAMOND)
    sums = rough.values("kimberley_number").annotate(carats=Sum("declared_carats"))
    return {row["kimberley_number"]: row["carats"] for row in sums}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that lots travel with: whose it is, its number, and how it stands.

    `state` is a declaration's; `expires_on` a certificate's. One that a lot names and nobody recorded `is_missing`.
    """

    kind: PaperKind
    issuer: str
    number: str
    stock_numbers: Sequence[str]
    state: str = ""
    expires_on: date | None = None
    is_missing: bool = False


def papers_of_lots(lots: Collection[Lot]) -> list[Paper]:
    """Give the papers that lots travel with: entries into bond, Kimberley certificates, reports of laboratories.

    Each paper once, with the stock numbers of its lots; two SQL statements.
    """
    entries = Declaration.objects.filter(consignment__in={lot.consignment_id for lot in lots}).order_by("pk")
    papers = [
        Paper(
            PaperKind.ENTRY_DECLARATION,
            one.office,
            one.number,
            [lot.stock_number for lot in lots if lot.consignment_id == one.consignment_id],
            state=one.state,
        )
        for one in entries
    ]
    numbers = sorted({lot.kimberley_number for lot in lots if lot.kimberley_number})
    recorded = {one.number: one for one in KimberleyCertificate.objects.filter(number__in=numbers)}
    for number in numbers:
        one = recorded.get(number)
        named = [lot.stock_number for lot in lots if lot.kimberley_number == number]
        issuer, expires_on = (one.issuing_country, one.expires_on) if one else ("", None)
        papers.append(
            Paper(PaperKind.KIMBERLEY_CERTIFICATE, issuer, number, named, expires_on=expires_on, is_missing=one is None)
        )
    reports = [lot for lot in lots if lot.report_number]
    return papers + [Paper(PaperKind.LAB_REPORT, lot.lab, lot.report_number, [lot.stock_number]) for lot in reports]
