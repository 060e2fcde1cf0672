"""Bookings and their lots."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from inspections.rules.bookings import LIVE_STATES, MOST_VISITORS, BookingState

_LIVE = sorted(LIVE_STATES)


class BookingQuerySet(TableQuerySet["Booking"]):
    """Bookings."""

    def visible_to(self, actor: Actor) -> BookingQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()

    def live(self) -> BookingQuerySet:
        """Keep those that hold desk, escort, scale and lots."""
        return self.filter(state__in=LIVE_STATES)


class Booking(Table):
    """One row is one visit of one company; its id says nothing about how many there are.

    `during` is the visit itself, `[from, until)`; what it claims is claimed for the changeover too.
    `duty_minor` is what was reserved on the guarantee: the duty that would be owed on the lots.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="bookings")
    requested_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    during = DateTimeRangeField()
    desk = models.ForeignKey("inspections.Desk", on_delete=models.PROTECT, related_name="bookings")
    escort = models.ForeignKey("inspections.Escort", on_delete=models.PROTECT, related_name="bookings")
    scale = models.ForeignKey("inspections.Scale", on_delete=models.PROTECT, related_name="bookings")
    visitors = ArrayField(models.CharField(max_length=100), size=MOST_VISITORS)
    duty_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rates_seen = models.BigIntegerField(default=0, help_text="How many changes of the rates its duty takes note of.")
    shortfall_minor = models.BigIntegerField(default=0, help_text="What the guarantee lacks of the duty by new rates.")
    state = models.CharField(max_length=10, choices=enum_choices(BookingState), default=BookingState.BOOKED)
    cancellation_reason = models.CharField(max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", BookingState, "a_booking_is_in_a_known_state"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="a_visit_takes_time"),
            models.CheckConstraint(condition=Q(duty_minor__gte=0), name="the_duty_of_a_booking_is_not_negative"),
            models.CheckConstraint(condition=Q(shortfall_minor__gte=0), name="a_shortfall_is_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=_LIVE, ended_at__isnull=True) | (~Q(state__in=_LIVE) & Q(ended_at__isnull=False)),
                name="a_booking_has_ended_when_it_is_done_or_cancelled",
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.CANCELLED) | ~Q(cancellation_reason=""),
                name="a_cancelled_booking_gives_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-booked_at", "-id"], name="bookings_of_a_company"),
            models.Index(
                fields=["rates_seen", "id"], condition=Q(state=BookingState.BOOKED), name="visits_to_come_by_rates_seen"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class BookedLot(Table):
    """One row is one lot of a booking, at its turn in the order of viewing, counted from 1."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="booked_lots")
    turn = models.SmallIntegerField()

    objects = TableQuerySet["BookedLot"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "lot"], name="a_booking_names_a_lot_once"),
            models.UniqueConstraint(fields=["booking", "turn"], name="lots_are_viewed_one_after_the_other"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} in {self.booking_id}"
