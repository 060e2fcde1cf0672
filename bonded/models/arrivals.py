"""Readings at the door: what was weighed of a consignment that is not received yet."""

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet


class ArrivalReading(Table):
    """One row is what a keeper read of one lot at the door, carats to 0.001; it is gone once the lot is received.

    Until then nothing of it is in the books: the lot is still expected.
    """

    lot = models.OneToOneField("bonded.Lot", on_delete=models.PROTECT, related_name="arrival_reading")
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    pieces = models.IntegerField()
    seal_number = models.CharField(max_length=32)
    location = models.ForeignKey("bonded.Location", on_delete=models.PROTECT, related_name="+")
    read_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    objects = TableQuerySet["ArrivalReading"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pieces__gt=0, weight_carats__gt=0), name="a_reading_has_pieces_and_weight"
            ),
            models.UniqueConstraint(fields=["seal_number"], name="no_seal_waits_for_two_packets"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.weight_carats} ct"
