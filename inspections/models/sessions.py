"""Viewing sessions, and the weighings of their lots."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from inspections.rules.sessions import SessionState


class ViewingSession(Table):
    """One row is one visit that came about, with its moments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.OneToOneField("inspections.Booking", on_delete=models.PROTECT, related_name="session")
    state = models.CharField(max_length=10, choices=enum_choices(SessionState), default=SessionState.CHECKED_IN)
    identity_note = models.CharField(max_length=200, help_text="Which papers were seen, never their whole numbers.")
    checked_in_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    checked_in_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    weighed_in_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = TableQuerySet["ViewingSession"].as_manager()

    class Meta:
        constraints = [
            values_check("state", SessionState, "a_session_is_in_a_known_state"),
            models.CheckConstraint(condition=~Q(identity_note=""), name="nobody_comes_in_without_papers"),
            models.CheckConstraint(
                condition=Q(state__in=[SessionState.CHECKED_IN, SessionState.CANCELLED], opened_at__isnull=True)
                | Q(
                    state__in=[SessionState.OPEN, SessionState.WEIGHED_IN, SessionState.CLOSED],
                    opened_at__isnull=False,
                ),
                name="stones_lie_open_only_after_they_were_weighed_out",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SessionState.WEIGHED_IN, SessionState.CLOSED])
                | Q(weighed_in_at__isnull=False, weighed_in_at__gte=F("opened_at")),
                name="a_session_ends_only_after_the_weigh_in",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SessionLot(Table):
    """One row is one lot that was weighed out in a session, and in again: carats to 0.001, pieces, seals.

    A lot that differed at the weigh-out `is_viewable` no more: it lies on hold until it goes back.
    """

    session = models.ForeignKey(ViewingSession, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="session_lots")
    home = models.ForeignKey("bonded.Location", on_delete=models.PROTECT, related_name="+")
    seal_out = models.CharField(max_length=32)
    out_carats = models.DecimalField(max_digits=12, decimal_places=3)
    out_pieces = models.IntegerField()
    is_viewable = models.BooleanField()
    seal_in = models.CharField(max_length=32, blank=True, default="")
    in_carats = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    in_pieces = models.IntegerField(null=True)
    is_within_tolerance = models.BooleanField(null=True, help_text="Of the weigh-in.")
    read_report_number = models.CharField(
        max_length=40, blank=True, default="", help_text="What the keepers read on the stone when it came back."
    )
    is_same_stone = models.BooleanField(null=True, help_text="Whether that is the lot's own; null: not looked for.")

    objects = TableQuerySet["SessionLot"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "lot"], name="a_session_weighs_a_lot_once"),
            models.CheckConstraint(
                condition=Q(seal_in="", in_carats__isnull=True, in_pieces__isnull=True)
                | (~Q(seal_in="") & Q(in_carats__isnull=False, in_pieces__isnull=False)),
                name="a_lot_that_is_back_is_weighed_and_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} in {self.session_id}"
