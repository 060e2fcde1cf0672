"""Drafts of changes to the schedule and the exchange rates."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from tariffs.rules.schedule_drafts import DraftState


class ScheduleDraft(Table):
    """One row is one batch of rows to be published together; `measures` and `exchange_rates` are as they were sent.

    Of a rollback, which goes back to what was known at `known_at` from the day `from_on` on, `measures` are those
    of its drafting, and once it is published those that it published.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=enum_choices(DraftState), default=DraftState.DRAFTED)
    measures = models.JSONField(default=list)
    exchange_rates = models.JSONField(default=list)
    known_at = models.DateTimeField(null=True, help_text="A rollback's: the moment whose knowledge it brings back.")
    from_on = models.DateField(null=True, help_text="A rollback's: the first day for which it does.")
    drafted_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approval_number = models.IntegerField(null=True, unique=True, help_text="Its place in the order of publication.")
    approved_digest = models.CharField(max_length=64, blank=True, default="", help_text="Of the changes as approved.")
    published_at = models.DateTimeField(null=True)

    objects = TableQuerySet["ScheduleDraft"].as_manager()

    class Meta:
        constraints = [
            values_check("state", DraftState, "a_draft_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(known_at__isnull=True, from_on__isnull=True)
                | Q(known_at__isnull=False, from_on__isnull=False),
                name="a_rollback_says_to_what_and_from_when",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="a_second_person_approves_a_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DraftState.DRAFTED, DraftState.DISCARDED])
                | Q(approved_by__isnull=False, approved_at__isnull=False, approval_number__isnull=False),
                name="a_published_draft_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(state=DraftState.PUBLISHED, published_at__isnull=False)
                | (~Q(state=DraftState.PUBLISHED) & Q(published_at__isnull=True)),
                name="a_published_draft_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title
