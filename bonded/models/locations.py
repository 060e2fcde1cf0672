"""Places: one tree of vaults, safes, drawers, trays, desks and the gate."""

from django.db import models

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.locations import LocationKind


class Location(Table):
    """One row is one place where a lot can be."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=enum_choices(LocationKind))
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    objects = TableQuerySet["Location"].as_manager()

    class Meta:
        constraints = [values_check("kind", LocationKind, "a_location_has_a_known_kind")]

    def __str__(self) -> str:
        return self.code
