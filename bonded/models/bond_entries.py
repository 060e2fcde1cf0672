"""Bond entries: what came into bond by lot, and what has been written off of it."""

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet


class BondEntry(Table):
    """One row is one lot's line in the bond book: entered, written off, and so what is left.

    Carats to 0.001; value in minor units of the lot's currency. The storage limit is the last day in bond.
    """

    lot = models.OneToOneField("bonded.Lot", on_delete=models.PROTECT, related_name="bond_entry")
    entered_on = models.DateField()
    storage_limit_on = models.DateField()
    entered_pieces = models.IntegerField()
    entered_carats = models.DecimalField(max_digits=12, decimal_places=3)
    entered_value_minor = models.BigIntegerField()
    written_off_pieces = models.IntegerField(default=0)
    written_off_carats = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    written_off_value_minor = models.BigIntegerField(default=0)

    objects = TableQuerySet["BondEntry"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(written_off_pieces__gte=0, written_off_pieces__lte=F("entered_pieces"))
                & Q(written_off_carats__gte=0, written_off_carats__lte=F("entered_carats"))
                & Q(written_off_value_minor__gte=0, written_off_value_minor__lte=F("entered_value_minor")),
                name="no_more_is_written_off_than_was_entered",
            ),
            models.CheckConstraint(
                condition=Q(storage_limit_on__gt=F("entered_on")), name="storage_ends_after_it_begins"
            ),
        ]
        verbose_name_plural = "bond entries"

    def __str__(self) -> str:
        return f"bond entry of {self.lot_id}"
