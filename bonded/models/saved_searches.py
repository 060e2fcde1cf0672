"""Searches that people keep."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q

from bonded.models.base import Table, TableQuerySet
from bonded.models.parties import Membership
from bonded.rules.permissions import Actor, Role
from bonded.rules.saved_searches import TOLD_EVERY


class SavedSearchQuerySet(TableQuerySet["SavedSearch"]):
    """Saved searches."""

    def visible_to(self, actor: Actor) -> SavedSearchQuerySet:
        """Keep the person's own."""
        return self.filter(user_id=actor.user_id or 0)

    def to_tell(self, until: datetime, *, after: tuple[datetime, int] | None = None) -> SavedSearchQuerySet:
        """Keep those of active buyers whose lots were told until a day before a moment, the longest ago first.

        After (told until, id), those that come behind it.
        """
        buyers = Membership.objects.filter(user=OuterRef("user"), user__is_active=True, role=Role.BUYER)
        due = self.filter(Exists(buyers), told_until__lte=until - TOLD_EVERY).order_by("told_until", "pk")
        return due.filter(Q(told_until__gt=after[0]) | Q(told_until=after[0], pk__gt=after[1])) if after else due


class SavedSearch(Table):
    """One row is one search of the catalogue that a person named: the words of its address, without a place in it."""

    user = models.ForeignKey("bonded.User", on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    saved_at = models.DateTimeField()
    told_until = models.DateTimeField(
        null=True, help_text="Lots that came until then are told; empty when the person wants to be told nothing."
    )

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="a_person_names_a_search_once"),
            models.CheckConstraint(condition=~Q(name=""), name="a_saved_search_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["told_until"], condition=Q(told_until__isnull=False), name="searches_that_tell"),
        ]
        verbose_name_plural = "saved searches"

    def __str__(self) -> str:
        return self.name
