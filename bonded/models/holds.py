"""Holds on lots, and the differences that caused some of them."""

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.holds import HoldKind


class Hold(Table):
    """One row stops one lot until it is lifted.

    A discrepancy carries what was expected and found, in carats and pieces, and by when it must be cleared up.
    """

    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=20, choices=enum_choices(HoldKind))
    declaration = models.ForeignKey(
        "bonded.Declaration", on_delete=models.PROTECT, null=True, related_name="+", help_text="Whose inspection it is."
    )
    reason = models.CharField(max_length=500)
    expected_carats = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    found_carats = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    expected_pieces = models.IntegerField(null=True)
    found_pieces = models.IntegerField(null=True)
    owner_role = models.CharField(max_length=20, default="customs_officer")
    answer_due_at = models.DateTimeField(null=True)
    placed_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifting_reason = models.CharField(max_length=500, blank=True, default="")

    objects = TableQuerySet["Hold"].as_manager()

    class Meta:
        constraints = [
            values_check("kind", HoldKind, "a_hold_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifting_reason=""), name="a_hold_is_lifted_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["lot"], name="holds_still_in_force", condition=Q(lifted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.lot_id}"
