"""Passes by which the visitors of a booking come in."""

from __future__ import annotations

from django.db import models

from bonded.models.base import Table, TableQuerySet
from inspections.models.bookings import Booking


class BookingPass(Table):
    """One row is the single-use pass of a booking; only its SHA-256 is kept, and a new pass takes the old one's row.

    It has no state of its own: it is good while its booking is booked.
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="admission")
    digest = models.BinaryField(unique=True)
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = TableQuerySet["BookingPass"].as_manager()

    class Meta:
        verbose_name_plural = "booking passes"

    def __str__(self) -> str:
        return f"pass of {self.booking_id}"
