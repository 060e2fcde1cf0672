"""Searches that people keep."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet
from bonded.rules.permissions import Actor


class SavedSearchQuerySet(TableQuerySet["SavedSearch"]):
    """Saved searches."""

    def visible_to(self, actor: Actor) -> SavedSearchQuerySet:
        """Keep the person's own."""
        return self.filter(user_id=actor.user_id or 0)


class SavedSearch(Table):
    """One row is one search of the catalogue that a person named: the words of its address, without a place in it."""

    user = models.ForeignKey("bonded.User", on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    saved_at = models.DateTimeField()

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="a_person_names_a_search_once"),
            models.CheckConstraint(condition=~Q(name=""), name="a_saved_search_has_a_name"),
        ]
        verbose_name_plural = "saved searches"

    def __str__(self) -> str:
        return self.name
