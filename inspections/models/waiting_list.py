"""The waiting list: who waits for which lots, and what has come free."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from inspections.rules.waiting_list import HIGHEST_PRIORITY, LARGEST_PARTY, OPEN_STATES, WaitState

_OPEN = sorted(OPEN_STATES)


class WaitingEntryQuerySet(TableQuerySet["WaitingEntry"]):
    """Waits."""

    def visible_to(self, actor: Actor) -> WaitingEntryQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()

    def in_turn(self) -> WaitingEntryQuerySet:
        """Order by whose turn it is: priority, then age."""
        return self.order_by("-priority", "entered_at", "pk")


class WaitingEntry(Table):
    """One row is one company's wait for a visit to a set of lots; its id says nothing about how many there are.

    `lot_ids` are sorted. `during` is the window, `[from, until)`, in which the visit may begin and end. `booking` is
    the one that holds, or held, the place offered. Of the secret link only a digest is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    lot_ids = ArrayField(models.BigIntegerField())
    during = DateTimeRangeField()
    party_size = models.SmallIntegerField()
    priority = models.SmallIntegerField(default=0)
    priority_reason = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=8, choices=enum_choices(WaitState), default=WaitState.WAITING)
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    booking = models.OneToOneField("inspections.Booking", on_delete=models.PROTECT, null=True, related_name="wait")
    passed_over_for = models.CharField(
        max_length=500, blank=True, default="", help_text="Why the last place that was free could not be offered."
    )
    link_digest = models.BinaryField(null=True, unique=True)

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", WaitState, "a_wait_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["company", "lot_ids"],
                condition=Q(state__in=_OPEN),
                name="a_company_waits_once_for_a_set_of_lots",
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="a_wait_is_for_some_time"),
            models.CheckConstraint(condition=Q(lot_ids__len__gte=1), name="a_wait_names_a_lot"),
            models.CheckConstraint(
                condition=Q(party_size__gte=1, party_size__lte=LARGEST_PARTY), name="somebody_waits_but_no_crowd"
            ),
            models.CheckConstraint(
                condition=Q(priority=0) | (Q(priority__gte=1, priority__lte=HIGHEST_PRIORITY) & ~Q(priority_reason="")),
                name="a_raised_priority_carries_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=WaitState.WAITING, booking__isnull=True)
                | Q(state__in=[WaitState.OFFERED, WaitState.ACCEPTED, WaitState.DECLINED], booking__isnull=False)
                | Q(state__in=[WaitState.LAPSED, WaitState.LEFT]),
                name="an_offer_has_its_booking_and_a_wait_has_none",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at__isnull=True) | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False)),
                name="a_wait_has_ended_when_nothing_is_offered_to_it",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "entered_at", "id"],
                condition=Q(state=WaitState.WAITING),
                name="waits_in_turn",
            ),
            models.Index(fields=["company", "-entered_at", "-id"], name="waits_of_a_company"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class FreedPlace(Table):
    """One row is a visit that gave back what it had: that may be offered, and was at `looked_at`."""

    booking = models.OneToOneField("inspections.Booking", on_delete=models.PROTECT, related_name="+")
    freed_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)

    objects = TableQuerySet["FreedPlace"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(looked_at__isnull=True), name="places_to_offer")]

    def __str__(self) -> str:
        return str(self.booking_id)
