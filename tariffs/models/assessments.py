"""Assessments as kept: what went in, what came out and every step between, never changed."""

from __future__ import annotations

import uuid

from django.db import models

from bonded.models.base import AppendOnlyTable, TableQuerySet
from bonded.rules.permissions import Actor, Role


class AssessmentQuerySet(TableQuerySet["Assessment"]):
    """Assessments."""

    def visible_to(self, actor: Actor) -> AssessmentQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()


class Assessment(AppendOnlyTable):
    """One row is what one withdrawal owes by the rates of one day; the last of its stream is the one in force.

    Amounts are in minor units of `currency`. `duty_minor` includes anti-dumping duty, `vat_minor`
    is what is borne after a refund in the same moment, `total_minor` is duty + consumption tax + VAT + fees.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    withdrawal = models.ForeignKey("bonded.Withdrawal", on_delete=models.PROTECT, related_name="assessments")
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="+")
    procedure = models.CharField(max_length=13)
    assessed_on = models.DateField()
    assessed_at = models.DateTimeField()
    rules_version = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    customs_value_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    consumption_tax_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    total_minor=models.F("duty_minor")
                    + models.F("consumption_tax_minor")
                    + models.F("vat_minor")
                    + models.F("fees_minor")
                ),
                name="an_assessment_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    duty_minor__gte=0, consumption_tax_minor__gte=0, vat_minor__gte=0, fees_minor__gte=0
                ),
                name="nobody_is_owed_by_an_assessment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AssessmentLine(AppendOnlyTable):
    """One row is one lot of an assessment: its facts as assessed, the versions used, the charges and the working."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="lines")
    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="+")
    hs_code = models.CharField(max_length=10)
    origin = models.CharField(max_length=2)
    regime = models.CharField(max_length=10)
    pieces = models.IntegerField()
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    measure_versions = models.JSONField(help_text="Of every measure that was charged or looked at.")
    rate_versions = models.JSONField(help_text="Of every exchange rate that was used.")
    customs_value_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    consumption_tax_minor = models.BigIntegerField()
    vat_levied_minor = models.BigIntegerField()
    vat_refunded_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    steps = models.JSONField(help_text="The working: figure, inputs, exact, result, rounding, version, why.")

    objects = TableQuerySet["AssessmentLine"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "lot"], name="an_assessment_values_a_lot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} in {self.assessment_id}"
