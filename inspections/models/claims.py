"""Claims: the rows by which the database lets nothing be in two visits at once."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from inspections.rules.claims import ResourceKind
from inspections.rules.viewing_rooms import LONGEST_CLAIM


class ClaimQuerySet(TableQuerySet["Claim"]):
    """Claims."""

    def active(self) -> ClaimQuerySet:
        """Keep those that stand."""
        return self.filter(is_active=True)


class Claim(Table):
    """One row is one resource taken by one booking for a visit and the changeover after it.

    `resource_id` is the key of the desk, escort, instrument, lot, attending officer or scale that `resource_kind`
    says. Ended claims stay, as the record of who had what.
    """

    booking = models.ForeignKey("inspections.Booking", on_delete=models.PROTECT, related_name="claims")
    resource_kind = models.CharField(max_length=10, choices=enum_choices(ResourceKind))
    resource_id = models.BigIntegerField()
    during = DateTimeRangeField()
    is_active = models.BooleanField(default=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("resource_kind", ResourceKind, "a_claim_is_on_a_known_kind"),
            ExclusionConstraint(
                name="nothing_is_claimed_twice_at_once",
                expressions=[
                    ("resource_kind", RangeOperators.EQUAL),
                    ("resource_id", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__endswith__lte=F("during__startswith") + LONGEST_CLAIM),
                name="a_claim_lasts_at_most_a_day",
            ),
        ]
        indexes = [
            # The constraint's own index settles writes; searches read this one, which is faster by a hundred times.
            models.Index(
                F("resource_kind"),
                F("resource_id"),
                Func(F("during"), function="lower"),
                name="claims_by_beginning",
                condition=Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_kind} {self.resource_id}"
