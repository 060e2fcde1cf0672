"""Visitors with their papers, and who is not let in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from inspections.rules.visitors import DocumentKind


class Visitor(Table):
    """One row is one visitor of a booking whose paper was announced; `seen_at` is when a keeper saw it.

    The number itself is not kept: its last four characters are for people, the digest is for the comparison.
    """

    booking = models.ForeignKey(
        "inspections.Booking", on_delete=models.PROTECT, related_name="announced", db_index=False
    )
    name = models.CharField(max_length=100)
    document_kind = models.CharField(max_length=20, choices=enum_choices(DocumentKind))
    last_four = models.CharField(max_length=4)
    digest = models.BinaryField()
    seen_at = models.DateTimeField(null=True)

    objects = TableQuerySet["Visitor"].as_manager()

    class Meta:
        constraints = [
            values_check("document_kind", DocumentKind, "a_visitor_has_a_known_paper"),
            models.UniqueConstraint(fields=["booking", "name"], name="a_visitor_is_announced_once"),
            models.UniqueConstraint(fields=["booking", "digest"], name="a_paper_is_of_one_visitor"),
            models.CheckConstraint(
                condition=Q(last_four__regex="^[A-Z0-9]{4}$"), name="only_four_characters_of_a_paper_are_kept"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.document_kind} …{self.last_four})"


class Ban(Table):
    """One row is one person who is not let in, known by a paper; it holds until it is lifted, and is never removed."""

    document_kind = models.CharField(max_length=20, choices=enum_choices(DocumentKind))
    last_four = models.CharField(max_length=4)
    digest = models.BinaryField()
    reason = models.CharField(max_length=500)
    banned_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    banned_at = models.DateTimeField()
    lifted_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=500, blank=True, default="")

    objects = TableQuerySet["Ban"].as_manager()

    class Meta:
        constraints = [
            values_check("document_kind", DocumentKind, "a_ban_names_a_known_paper"),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(lifted_at__isnull=True), name="a_person_is_banned_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_ban_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True, lift_reason="")
                | (Q(lifted_by__isnull=False, lifted_at__gte=F("banned_at")) & ~Q(lift_reason="")),
                name="a_lifted_ban_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"ban of {self.document_kind} …{self.last_four}"
