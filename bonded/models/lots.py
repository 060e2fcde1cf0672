"""Lots: single stones and parcels, whose they are, how much, and their three states."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.locations import Keeping
from bonded.rules.lot_searches import SIZE_BOUNDS
from bonded.rules.lots import CustomsState, GoodsState, LotKind, TradeState
from bonded.rules.permissions import Actor, Role

# The parts of the search indexes. A size is the number of the weight's place among the trade's usual sizes.
SIZE_SQL = f"width_bucket(%s, ARRAY[{', '.join(map(str, SIZE_BOUNDS))}])"
_GRADE = (F("kind"), F("shape"), F("colour"), F("clarity"))
_PRICE = (F("currency"), F("value_minor"), F("id"))
_WEIGHT = (F("weight_carats"), F("id"))
_SIZE = Func(F("weight_carats"), template=SIZE_SQL % "%(expressions)s")
# How a lot is kept, in the order of the enum.
KEEPING_SQL = f"""CASE WHEN bonded_lot.is_on_hold THEN '{Keeping.BLOCKED}'
    WHEN bonded_lot.goods_state = '{GoodsState.EXPECTED}' THEN '{Keeping.EXPECTED}'
    WHEN bonded_lot.goods_state = '{GoodsState.AT_DESK}' AND bonded_lot.seal_number = ''
    THEN '{Keeping.UNSEALED_ON_A_DESK}'
    WHEN bonded_lot.goods_state = '{GoodsState.AT_DESK}' THEN '{Keeping.OUT_AT_A_VIEWING}'
    WHEN bonded_lot.seal_number = '' THEN '{Keeping.UNSEALED}' ELSE '{Keeping.SEALED}' END"""


class LotQuerySet(TableQuerySet["Lot"]):
    """Lots."""

    def visible_to(self, actor: Actor) -> LotQuerySet:
        """Keep what the actor may see.

        Staff see all; a supplier its own; a buyer what is on offer and what is held for or sold to it.
        """
        if actor.is_staff:
            return self
        if actor.role == Role.SUPPLIER:
            return self.filter(supplier_id__in=actor.company_ids)
        if actor.role == Role.BUYER:
            return self.filter(Q(is_on_offer=True) | Q(buyer_id__in=actor.company_ids))
        return self.none()

    def on_offer(self) -> LotQuerySet:
        """Keep what anybody may look at, book and ask for."""
        return self.filter(is_on_offer=True)

    def with_keeping(self, keeping: Keeping | None = None) -> LotQuerySet:
        """Say beside each lot how it is kept, as `keeping`, and keep those that are kept in one way."""
        lots = self.annotate(keeping=Func(template=KEEPING_SQL, output_field=models.CharField()))
        return lots.filter(keeping=keeping) if keeping else lots


class Lot(Table):
    """One row is one lot: a single stone or a parcel, with its current place, holder, weight and states.

    Place, holder, weight, pieces, seal and goods state repeat what the last custody movement
    says; the invariants compare the two. Weights are in carats to 0.001, measures in millimetres.
    """

    stock_number = models.CharField(max_length=40, unique=True)
    consignment = models.ForeignKey("bonded.Consignment", on_delete=models.PROTECT, related_name="lots")
    supplier = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="supplied_lots")
    buyer = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, null=True, related_name="bought_lots")
    kind = models.CharField(max_length=16, choices=enum_choices(LotKind))
    hs_code = models.CharField(max_length=10, help_text="Digits without dots.")
    origin = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")

    declared_pieces = models.IntegerField()
    declared_carats = models.DecimalField(max_digits=12, decimal_places=3)
    pieces = models.IntegerField()
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    value_minor = models.BigIntegerField(help_text="Invoice value in minor units of the currency.")
    currency = models.CharField(max_length=3)

    shape = models.CharField(max_length=20, blank=True, default="")
    colour = models.CharField(max_length=20, blank=True, default="")
    clarity = models.CharField(max_length=8, blank=True, default="")
    cut = models.CharField(max_length=12, blank=True, default="")
    depth_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    table_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    length_mm = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    width_mm = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    depth_mm = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    variety = models.CharField(max_length=30, blank=True, default="")
    treatment = models.CharField(max_length=12, blank=True, default="", help_text="AGTA code.")
    lab = models.CharField(max_length=12, blank=True, default="")
    report_number = models.CharField(max_length=30, blank=True, default="")
    kimberley_number = models.CharField(max_length=32, blank=True, default="")
    is_made_up = models.BooleanField(default=False, help_text="Sample goods that no mine ever saw.")

    goods_state = models.CharField(max_length=8, choices=enum_choices(GoodsState), default=GoodsState.EXPECTED)
    customs_state = models.CharField(max_length=11, choices=enum_choices(CustomsState), default=CustomsState.UNDECLARED)
    trade_state = models.CharField(max_length=4, choices=enum_choices(TradeState), default=TradeState.FREE)
    is_on_hold = models.BooleanField(default=False)
    location = models.ForeignKey("bonded.Location", on_delete=models.PROTECT, null=True, related_name="lots")
    holder = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="held_lots")
    seal_number = models.CharField(max_length=32, blank=True, default="")
    is_on_offer = models.GeneratedField(
        expression=Q(  # type: ignore[arg-type]
            goods_state__in=[GoodsState.IN_VAULT.value, GoodsState.AT_DESK.value],
            customs_state=CustomsState.BONDED.value,
            trade_state=TradeState.FREE.value,
            is_on_hold=False,
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", LotKind, "a_lot_is_of_a_known_kind"),
            values_check("goods_state", GoodsState, "a_lot_is_in_a_known_goods_state"),
            values_check("customs_state", CustomsState, "a_lot_is_in_a_known_customs_state"),
            values_check("trade_state", TradeState, "a_lot_is_in_a_known_trade_state"),
            models.CheckConstraint(
                condition=Q(pieces__gt=0, declared_pieces__gt=0, weight_carats__gt=0, declared_carats__gt=0),
                name="a_lot_has_pieces_and_weight",
            ),
            models.CheckConstraint(condition=Q(value_minor__gt=0), name="a_lot_has_a_value"),
            models.CheckConstraint(
                condition=Q(goods_state__in=[GoodsState.EXPECTED, GoodsState.OUT], location__isnull=True)
                | (~Q(goods_state__in=[GoodsState.EXPECTED, GoodsState.OUT]) & Q(location__isnull=False)),
                name="a_lot_in_the_vault_is_at_one_place",
            ),
            models.CheckConstraint(
                condition=~Q(goods_state=GoodsState.OUT) | Q(customs_state=CustomsState.WRITTEN_OFF),
                name="nothing_leaves_that_is_not_written_off",
            ),
            models.CheckConstraint(
                condition=~Q(customs_state=CustomsState.WRITTEN_OFF) | Q(goods_state=GoodsState.OUT),
                name="nothing_is_written_off_that_is_still_here",
            ),
            models.CheckConstraint(
                condition=Q(trade_state=TradeState.FREE, buyer__isnull=True)
                | (~Q(trade_state=TradeState.FREE) & Q(buyer__isnull=False)),
                name="a_lot_that_is_not_free_has_a_buyer",
            ),
            models.UniqueConstraint(
                fields=["seal_number"], condition=~Q(seal_number=""), name="a_seal_closes_one_packet"
            ),
            models.CheckConstraint(
                condition=~Q(kind=LotKind.ROUGH_DIAMOND) | ~Q(kimberley_number=""),
                name="rough_diamonds_have_a_kimberley_certificate",
            ),
        ]
        # Searches read only what is on offer, by grade or by size, then price or weight, and page by key. The columns
        # after the id are there so that the other conditions are checked in the index; what a search needs none of
        # (lots not on offer) costs nothing to import.
        indexes = [
            models.Index(
                *_GRADE, *_PRICE, F("weight_carats"), F("cut"), F("origin"),
                name="lots_on_offer_by_grade_price", condition=Q(is_on_offer=True),
            ),
            models.Index(
                *_GRADE, _SIZE, *_PRICE, F("weight_carats"), F("cut"), F("origin"),
                name="lots_on_offer_by_grade_size", condition=Q(is_on_offer=True),
            ),
            models.Index(
                *_GRADE, *_WEIGHT, F("currency"), F("value_minor"), F("cut"), F("origin"),
                name="lots_on_offer_by_grade_weight", condition=Q(is_on_offer=True),
            ),
            models.Index(
                _SIZE, *_PRICE, F("weight_carats"), F("shape"), F("colour"), F("clarity"), F("cut"), F("origin"),
                F("kind"), name="lots_on_offer_by_size_price", condition=Q(is_on_offer=True),
            ),
            models.Index(
                *_WEIGHT, F("currency"), F("value_minor"), F("shape"), F("colour"), F("clarity"), F("cut"), F("origin"),
                F("kind"), name="lots_on_offer_by_weight", condition=Q(is_on_offer=True),
            ),
            models.Index(
                fields=["report_number"], opclasses=["varchar_pattern_ops"],
                name="lots_by_report_number", condition=~Q(report_number=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.stock_number
