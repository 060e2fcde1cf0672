"""What happened to a company's things, for its machines to hear of."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.client_events import EventFacts, EventKind
from bonded.rules.permissions import Actor


class ClientEventQuerySet(TableQuerySet["ClientEvent"]):
    """Events."""

    def visible_to(self, actor: Actor) -> ClientEventQuerySet:
        """Keep the company's own; nobody else's machine has any business with them, staff's neither."""
        return self.filter(company_id__in=actor.company_ids)

    def published(self) -> ClientEventQuerySet:
        """Keep those that have their place in the feed."""
        return self.filter(position__isnull=False)


class ClientEvent(Table):
    """One row is one thing that happened, written in the transaction that made it so.

    `position` is its place in the company's feed, counted from 1 without a gap. It is given after the
    commit by one publisher at a time, because ids are handed out before commits: a reader that kept
    the last id would pass over a smaller one that was committed later.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=32, choices=enum_choices(EventKind))
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    position = models.BigIntegerField(null=True)

    objects = ClientEventQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", EventKind, "an_event_is_of_a_known_kind"),
            models.UniqueConstraint(fields=["company", "position"], name="events_of_a_company_are_numbered"),
            models.CheckConstraint(condition=Q(position__gte=1), name="events_are_numbered_from_one"),
        ]
        indexes = [
            models.Index(F("id"), name="events_to_publish", condition=Q(position__isnull=True)),
            models.Index(F("company"), F("occurred_at"), name="events_by_their_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    def as_facts(self) -> EventFacts:
        """Give the event as the rules know it."""
        return EventFacts(
            self.public_id, EventKind(self.kind), self.subject_kind, self.subject_id, self.occurred_at, self.facts
        )
