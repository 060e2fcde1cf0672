"""Findings: what came of looking at a lot."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from inspections.rules.findings import Intent


class Finding(Table):
    """One row is what a company made of one lot in one session; it may be changed until the session is closed."""

    session_lot = models.OneToOneField("inspections.SessionLot", on_delete=models.PROTECT, related_name="finding")
    intent = models.CharField(max_length=11, choices=enum_choices(Intent))
    agreed_carats = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    remarks = models.CharField(max_length=1000, blank=True, default="")
    recorded_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = TableQuerySet["Finding"].as_manager()

    class Meta:
        constraints = [
            values_check("intent", Intent, "a_finding_has_a_known_intent"),
            models.CheckConstraint(
                condition=Q(agreed_carats__isnull=True) | Q(agreed_carats__gt=0), name="an_agreed_weight_is_a_weight"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intent} for {self.session_lot_id}"
