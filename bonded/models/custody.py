"""Custody movements: what happened to a lot, by whom, before whom, and how it stood afterwards."""

from django.db import models

from bonded.models.base import AppendOnlyTable, TableQuerySet, enum_choices, values_check
from bonded.rules.custody import MovementKind
from bonded.rules.lots import GoodsState


class CustodyMovement(AppendOnlyTable):
    """One row is one step of a lot's life in the vault; the values are those after the step.

    `weight_carats` and `pieces` are what the books say; `reading_carats` and `counted_pieces` what
    scale and eye said in this step, if they were asked. Readings are compared with the books and
    never become them, so that many small losses can't hide one by one inside the tolerance. The
    stream is `lot:<id>`: a lot's movements are one chain.
    """

    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=enum_choices(MovementKind))
    goods_state = models.CharField(max_length=8, choices=enum_choices(GoodsState))
    location = models.ForeignKey("bonded.Location", on_delete=models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    pieces = models.IntegerField()
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    reading_carats = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    counted_pieces = models.IntegerField(null=True)
    scale = models.CharField(max_length=40, blank=True, default="")
    seal_number = models.CharField(max_length=32, blank=True, default="")
    witness = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = TableQuerySet["CustodyMovement"].as_manager()

    class Meta:
        constraints = [
            values_check("kind", MovementKind, "a_movement_is_of_a_known_kind"),
            values_check("goods_state", GoodsState, "a_movement_leads_to_a_known_goods_state"),
            models.UniqueConstraint(
                fields=["seal_number"], condition=models.Q(kind=MovementKind.SEALED), name="a_seal_is_affixed_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(witness=models.F("recorded_by")),
                name="nobody_witnesses_their_own_movement",
            ),
        ]
        indexes = [models.Index(fields=["lot", "position"], name="movements_of_a_lot")]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.kind}"
