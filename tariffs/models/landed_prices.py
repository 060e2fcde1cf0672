"""What every lot in bond would cost landed, worked out beforehand so that a search can go by it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet


class PriceListQuerySet(TableQuerySet["PriceList"]):
    """Price lists."""

    def current(self) -> PriceListQuerySet:
        """Keep the one that searches go by; there may be none yet."""
        return self.filter(is_current=True)


class PriceList(Table):
    """One row is one pricing of all lots in bond by the schedule and the exchange rates of one day.

    A list that is replaced keeps its row; its prices go when its slot is filled again.
    """

    slot = models.SmallIntegerField(help_text="Where its prices are: 0 or 1, in turn.")
    is_current = models.BooleanField(default=False)
    priced_on = models.DateField(help_text="The day whose rates it goes by.")
    known_at = models.DateTimeField(help_text="When the rates were read.")
    good_until = models.DateField(null=True, help_text="The first day on which other rates may be in force.")
    made_at = models.DateTimeField()
    lots = models.IntegerField()
    currency = models.CharField(max_length=3)
    sorts = models.JSONField(help_text="[HS code, origin, currency] of all lots in bond.")
    unpriced = models.JSONField(help_text="Sorts of goods that can't be priced, each with its lots and why.")
    coming = models.JSONField(help_text="Days on which published rates change, each with the lots that they move.")

    objects = PriceListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slot__in=[0, 1]), name="prices_are_in_one_of_two_slots"),
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="searches_go_by_one_price_list"
            ),
        ]

    def __str__(self) -> str:
        return f"prices of {self.priced_on}, list {self.pk}"


class LandedPrice(Table):
    """One row is what one lot would cost landed, with what searches ask of the lot beside it; amounts in minor units.

    In the database the table is cut in two by `slot`: one half is searched while the other is filled.
    """

    pk = models.CompositePrimaryKey("slot", "lot_id")
    slot = models.SmallIntegerField()
    lot_id = models.BigIntegerField()
    grade_id = models.BigIntegerField(help_text="Of bonded's list of grades: kind, shape, colour, clarity.")
    size = models.SmallIntegerField(help_text="The weight's place among the trade's usual sizes.")
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    cut = models.CharField(max_length=12)
    origin = models.CharField(max_length=2)
    is_on_offer = models.BooleanField()
    customs_value_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    consumption_tax_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    landed_minor = models.BigIntegerField(help_text="Customs value, duty, consumption tax, VAT and fees together.")

    objects = TableQuerySet["LandedPrice"].as_manager()

    def __str__(self) -> str:
        return f"{self.landed_minor} for {self.lot_id}"


class LotToPrice(Table):
    """One row says that a lot has changed, or come, since it was priced: the row is the queue.

    A trigger on lots writes it. A lot may be here twice; pricing it twice does no harm.
    """

    lot_id = models.BigIntegerField(db_index=True)

    objects = TableQuerySet["LotToPrice"].as_manager()

    def __str__(self) -> str:
        return str(self.lot_id)


class RatesToPrice(Table):
    """One row says that rates were published which the current list does not know: the row is the queue.

    It is only ever added, so that whoever publishes never waits for whoever prices.
    """

    published_at = models.DateTimeField()

    objects = TableQuerySet["RatesToPrice"].as_manager()

    def __str__(self) -> str:
        return f"published at {self.published_at}"
