"""Bookings and their lots."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from inspections.rules.bookings import LIVE_STATES, BookingState

_LIVE = sorted(LIVE_STATES)


class BookingQuerySet(TableQuerySet["Booking"]):
    """Bookings."""

    def visible_to(self, actor: Actor) -> BookingQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()

    def missed(self) -> BookingQuerySet:
        """Keep those that nobody came to, or that were given up or moved too late."""
        return self.filter(Q(state=BookingState.NO_SHOW) | Q(was_late=True))

    def live(self) -> BookingQuerySet:
        """Keep those that hold desk, escort, scale and lots."""
        return self.filter(state__in=LIVE_STATES)


class Booking(Table):
    """One row is one visit of one company; its id says nothing about how many there are.

    `during` is the visit itself, `[from, until)`; what it claims is claimed for the changeover too.
    `duty_minor` is what was reserved on the guarantee: the duty that would be owed on the lots. A moved booking is
    followed by the one whose `moved_from` it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="bookings")
    requested_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    during = DateTimeRangeField()
    desk = models.ForeignKey("inspections.Desk", on_delete=models.PROTECT, related_name="bookings")
    escort = models.ForeignKey("inspections.Escort", on_delete=models.PROTECT, related_name="bookings")
    scale = models.ForeignKey("inspections.Scale", on_delete=models.PROTECT, related_name="bookings")
    officer = models.ForeignKey(
        "inspections.AttendingOfficer", on_delete=models.PROTECT, null=True, related_name="bookings"
    )
    instruments = models.ManyToManyField("inspections.Instrument", related_name="bookings")
    visitors = ArrayField(models.CharField(max_length=100))
    remote_visitors = ArrayField(models.CharField(max_length=100), default=list, help_text="Who looks on by video.")
    duty_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rates_seen = models.BigIntegerField(default=0, help_text="How many changes of the rates its duty takes note of.")
    shortfall_minor = models.BigIntegerField(default=0, help_text="What the guarantee lacks of the duty by new rates.")
    state = models.CharField(max_length=10, choices=enum_choices(BookingState), default=BookingState.BOOKED)
    held_until = models.DateTimeField(null=True, help_text="When a held booking lapses.")
    justification = models.CharField(
        max_length=500, blank=True, default="", help_text="Why what stands against it should be overridden."
    )
    moved_from = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="moved_to")
    pushes = models.SmallIntegerField(default=0, help_text="How often it begins later, because a visit went on.")
    was_late = models.BooleanField(default=False, help_text="It was given up or moved too late before it began.")
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
                condition=~Q(state__in=[BookingState.CANCELLED, BookingState.REFUSED]) | ~Q(cancellation_reason=""),
                name="a_cancelled_booking_gives_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.HELD) | Q(held_until__isnull=False), name="a_hold_ends_by_itself"
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.REQUESTED) | ~Q(justification=""), name="a_request_says_why"
            ),
            models.CheckConstraint(
                condition=Q(was_late=False) | Q(state__in=[BookingState.CANCELLED, BookingState.MOVED]),
                name="only_what_was_given_up_or_moved_was_late",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-booked_at", "-id"], name="bookings_of_a_company"),
            models.Index(
                fields=["rates_seen", "id"], condition=Q(state=BookingState.BOOKED), name="visits_to_come_by_rates_seen"
            ),
            models.Index(fields=["held_until"], condition=Q(state=BookingState.HELD), name="holds_by_their_end"),
            models.Index(
                Func(F("during"), function="upper"),
                name="visits_to_come_by_their_end",
                condition=Q(state__in=[BookingState.BOOKED, BookingState.REQUESTED]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class BookedLot(Table):
    """One row is one lot of a booking: its turn in the order of viewing and its place on the tray, counted from 1."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="booked_lots")
    turn = models.SmallIntegerField()
    tray = models.SmallIntegerField()

    objects = TableQuerySet["BookedLot"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "lot"], name="a_booking_names_a_lot_once"),
            models.UniqueConstraint(fields=["booking", "turn"], name="lots_are_viewed_one_after_the_other"),
            models.UniqueConstraint(fields=["booking", "tray"], name="a_tray_place_holds_one_lot_of_a_visit"),
            models.CheckConstraint(condition=Q(tray__gte=1), name="tray_places_are_counted_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} in {self.booking_id}"


class BookingException(Table):
    """One row is one thing that stands against a booking and was asked to be overridden, and what was decided.

    `decided_by` and `reason` are there as soon as somebody whose role is among `overridable_by` has overridden it.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="exceptions")
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=300)
    overridable_by = ArrayField(models.CharField(max_length=20))
    decided_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    objects = TableQuerySet["BookingException"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "code"], name="a_booking_asks_for_an_override_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, reason="")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason="")),
                name="an_override_carries_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.booking_id}"
