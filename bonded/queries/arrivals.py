"""Consignments on their way into the vault, and what is weighed of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Max, QuerySet

from bonded.models.arrivals import ArrivalReading
from bonded.models.consignments import Consignment
from bonded.models.lots import Lot
from bonded.rules.consignments import ConsignmentState
from bonded.rules.declarations import DeclarationState
from bonded.rules.permissions import Actor


def consignments_at_the_door(actor: Actor) -> QuerySet[Consignment]:
    """Give the consignments that customs lets in."""
    return Consignment.objects.visible_to(actor).filter(state=ConsignmentState.ACCEPTED).select_related("supplier")


def lots_at_the_door(consignment_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Count the lots of some consignments and those weighed, by consignment; what has no lot is left out."""
    lots = Lot.objects.filter(consignment__in=list(consignment_ids)).values("consignment")
    counted = lots.annotate(in_all=Count("pk"), weighed=Count("arrival_reading"))
    return {one["consignment"]: (one["in_all"], one["weighed"]) for one in counted}


def consignments_to_come(actor: Actor) -> QuerySet[Consignment]:
    """Give the consignments that are announced or before customs."""
    to_come = (ConsignmentState.ANNOUNCED, ConsignmentState.DECLARED)
    return Consignment.objects.visible_to(actor).filter(state__in=to_come).select_related("supplier")


def lots_of_arrival(consignment_id: int) -> QuerySet[Lot]:
    """Give the lots of a consignment, each with its reading, if there is one, and the reading's place."""
    return Lot.objects.filter(consignment=consignment_id).select_related("location", "arrival_reading__location")


def lot_to_weigh(consignment_id: int, stock_number: str) -> Lot | None:
    """Give the lot of that number, else the first that is not weighed; None when every lot is."""
    lots = lots_of_arrival(consignment_id).order_by("pk")
    named = lots.filter(stock_number=stock_number).first() if stock_number and "\0" not in stock_number else None
    return named or lots.filter(arrival_reading__isnull=True).first()


def arrival_of_lot(actor: Actor, stock_number: str) -> str | None:
    """Give the reference of the consignment at the door that has a lot of that number."""
    lots = Lot.objects.visible_to(actor).filter(stock_number=stock_number, consignment__state=ConsignmentState.ACCEPTED)
    return lots.values_list("consignment__reference", flat=True).first()


def is_on_its_way(actor: Actor, reference: str) -> bool:
    """Say whether a consignment of that reference is expected or at the door."""
    on_its_way = (ConsignmentState.ANNOUNCED, ConsignmentState.DECLARED, ConsignmentState.ACCEPTED)
    return Consignment.objects.visible_to(actor).filter(reference=reference, state__in=on_its_way).exists()


def readings_of_arrival(consignment_id: int) -> tuple[int, int]:
    """Give how many lots of a consignment are weighed, and the newest reading's number, 0 for none.

    A lot that is weighed again has a reading of a new number: the two together tell whether any was changed.
    """
    readings = ArrivalReading.objects.filter(lot__consignment=consignment_id)
    found = readings.aggregate(lots=Count("pk"), newest=Max("pk"))
    return found["lots"], found["newest"] or 0


def last_place(consignment_id: int) -> str:
    """Give the code of the place where the lot that was weighed last lies, "" for none."""
    readings = ArrivalReading.objects.filter(lot__consignment=consignment_id).order_by("-read_at", "-pk")
    return readings.values_list("location__code", flat=True).first() or ""


def is_inspection_open(consignment: Consignment) -> bool:
    """Say whether customs wants to see the goods of a consignment first."""
    return consignment.declarations.filter(state=DeclarationState.INSPECTION_ORDERED).exists()
