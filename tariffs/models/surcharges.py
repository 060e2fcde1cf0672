"""Late-payment surcharges as charged: tax by tax, with what they were worked out from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import AppendOnlyTable, TableQuerySet, enum_choices, values_check
from tariffs.rules.surcharges import Tax


class DebtSurcharge(AppendOnlyTable):
    """One row is the surcharge on one tax of a debt that was paid late, in minor units of the debt's currency.

    It is charged in the moment in which the taxes are paid. When that payment is taken back so is the charge's
    entry, and paying once more writes rows of the next `charge`.
    """

    debt = models.ForeignKey("tariffs.DutyDebt", on_delete=models.PROTECT, related_name="surcharges")
    charge = models.IntegerField(help_text="Counts from 1 how often the debt was charged a surcharge.")
    tax = models.CharField(max_length=15, choices=enum_choices(Tax))
    days = models.IntegerField(help_text="Days that the last payment of taxes was late.")
    base_minor = models.BigIntegerField(help_text="The tax.")
    amount_minor = models.BigIntegerField()
    is_waived = models.BooleanField(help_text="Too small to be charged.")
    rule_version = models.CharField(max_length=20)
    charged_at = models.DateTimeField()
    entry = models.ForeignKey("tariffs.JournalEntry", on_delete=models.PROTECT, null=True, related_name="+")

    objects = TableQuerySet["DebtSurcharge"].as_manager()

    class Meta:
        constraints = [
            values_check("tax", Tax, "a_surcharge_is_on_a_known_tax"),
            models.UniqueConstraint(fields=["debt", "charge", "tax"], name="a_tax_is_surcharged_once_a_charge"),
            models.CheckConstraint(
                condition=Q(amount_minor=0) | Q(amount_minor__gt=0, is_waived=False, entry__isnull=False),
                name="a_surcharge_is_in_the_books_unless_waived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tax} of {self.debt_id}: {self.amount_minor}"
