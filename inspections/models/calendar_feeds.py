"""Secret addresses at which a person's calendar reads visits."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor
from inspections.models.viewing_rooms import ViewingRoom
from inspections.rules.calendar_feeds import FeedSort


class CalendarFeedQuerySet(TableQuerySet["CalendarFeed"]):
    """Feeds."""

    def visible_to(self, actor: Actor) -> CalendarFeedQuerySet:
        """Keep the person's own."""
        return self.filter(membership__user_id=actor.user_id or 0)

    def live(self) -> CalendarFeedQuerySet:
        """Keep those that are not revoked, of people who may sign in."""
        return self.filter(revoked_at__isnull=True, membership__user__is_active=True)


class CalendarFeed(Table):
    """One row is one secret address of a calendar, which ends with its membership; only the SHA-256 of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey("bonded.Membership", on_delete=models.CASCADE, db_index=False, related_name="+")
    sort = models.CharField(max_length=7, choices=enum_choices(FeedSort))
    room = models.ForeignKey(ViewingRoom, on_delete=models.CASCADE, null=True, related_name="+")
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("sort", FeedSort, "a_feed_is_of_a_known_sort"),
            models.UniqueConstraint(
                fields=["membership", "sort", "room"], nulls_distinct=False, name="a_person_has_a_feed_of_a_sort_once"
            ),
            models.CheckConstraint(
                condition=Q(sort=FeedSort.ROOM, room__isnull=False) | (~Q(sort=FeedSort.ROOM) & Q(room__isnull=True)),
                name="a_feed_of_a_room_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sort} feed of {self.membership_id}"
