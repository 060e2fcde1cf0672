"""Consignments, and how the import of their lines goes."""

from __future__ import annotations

from django.db import models

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.consignments import ConsignmentState
from bonded.rules.permissions import Actor


class ConsignmentQuerySet(TableQuerySet["Consignment"]):
    """Consignments."""

    def visible_to(self, actor: Actor) -> ConsignmentQuerySet:
        """Keep what the actor may see: staff all, a supplier its own."""
        return self if actor.is_staff else self.filter(supplier_id__in=actor.company_ids)


class Consignment(Table):
    """One row is what a supplier announces, declares and sends together."""

    reference = models.CharField(max_length=40, unique=True)
    supplier = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="consignments")
    state = models.CharField(max_length=12, choices=enum_choices(ConsignmentState), default=ConsignmentState.ANNOUNCED)
    origin = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2; a line's own origin goes first.")
    currency = models.CharField(max_length=3, help_text="ISO 4217; a line's own currency goes first.")
    announced_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)

    objects = ConsignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", ConsignmentState, "a_consignment_is_in_a_known_state"),
            models.CheckConstraint(
                condition=models.Q(state=ConsignmentState.RECEIVED, received_at__isnull=False)
                | (~models.Q(state=ConsignmentState.RECEIVED) & models.Q(received_at__isnull=True)),
                name="a_consignment_is_received_when_it_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
