"""What the values of lots stand on, as it was recorded."""

from __future__ import annotations

from django.db import models

from bonded.models.base import AppendOnlyTable, TableQuerySet, enum_choices, values_check
from tariffs.rules.valuations import EvidenceKind, ValuationMethod, evidence_text


class Valuation(AppendOnlyTable):
    """One row is one paper behind a lot's value, and the method that it serves; the last of a lot is in force."""

    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=17, choices=enum_choices(ValuationMethod))
    evidence = models.CharField(max_length=10, choices=enum_choices(EvidenceKind))
    document = models.CharField(max_length=120, help_text="Number or place of the paper.")
    amount_minor = models.BigIntegerField(help_text="The price that the paper shows for the lot.")
    currency = models.CharField(max_length=3)
    documented_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")

    objects = TableQuerySet["Valuation"].as_manager()

    class Meta:
        constraints = [
            values_check("method", ValuationMethod, "a_value_is_found_by_a_known_method"),
            values_check("evidence", EvidenceKind, "a_value_stands_on_a_known_paper"),
            models.CheckConstraint(
                condition=~models.Q(document="") & models.Q(amount_minor__gt=0),
                name="a_paper_is_named_and_shows_a_price",
            ),
        ]

    def __str__(self) -> str:
        return evidence_text(
            version=f"valuation:{self.pk}",
            method=ValuationMethod(self.method),
            kind=EvidenceKind(self.evidence),
            document=self.document,
            on=self.documented_on,
        )
