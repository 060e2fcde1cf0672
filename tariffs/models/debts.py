"""Debts for duty: what a company owes, by when, and how much of it has come."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from tariffs.rules.debts import DebtState
from tariffs.rules.payment_terms import PaymentTerm

# Taxes, and what their lateness costs.
OWED = F("total_minor") + F("surcharge_minor")


class DutyDebtQuerySet(TableQuerySet["DutyDebt"]):
    """Debts for duty."""

    def visible_to(self, actor: Actor) -> DutyDebtQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()

    def open(self) -> DutyDebtQuerySet:
        """Keep what is still owed."""
        return self.filter(state=DebtState.OPEN)


class DutyDebt(Table):
    """One row is what a withdrawal costs its company, or costs it more since an amendment, in minor units.

    An amendment that finds less owed lowers the parts; what was posted before stays in the books.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="duty_debts")
    withdrawal = models.ForeignKey("bonded.Withdrawal", on_delete=models.PROTECT, related_name="duty_debts")
    assessment = models.ForeignKey("tariffs.Assessment", on_delete=models.PROTECT, related_name="+")
    reservation = models.OneToOneField("tariffs.GuaranteeReservation", on_delete=models.PROTECT, null=True)
    amendment = models.ForeignKey(
        "tariffs.DutyAmendment", on_delete=models.PROTECT, null=True, related_name="debts",
        help_text="Which found that more is owed than was charged; the debt is of the difference.",
    )  # fmt: skip
    reference = models.CharField(max_length=25, unique=True, help_text="Creditor reference that the payer quotes.")
    term = models.CharField(max_length=22, choices=enum_choices(PaymentTerm))
    state = models.CharField(max_length=9, choices=enum_choices(DebtState), default=DebtState.OPEN)
    charged_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    duty_minor = models.BigIntegerField()
    consumption_tax_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    surcharge_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="For late payment; charged when the taxes are paid."
    )
    paid_minor = models.BigIntegerField(default=0)
    set_apart_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="Paid beyond what is owed since an amendment; to be given back."
    )

    repaid_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="What was to be given back, and went back to who paid it."
    )

    objects = DutyDebtQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", DebtState, "a_debt_is_in_a_known_state"),
            values_check("term", PaymentTerm, "a_debt_is_due_by_a_known_term"),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("duty_minor") + F("consumption_tax_minor") + F("vat_minor") + F("fees_minor")
                ),
                name="a_debt_adds_up",
            ),
            models.CheckConstraint(condition=Q(total_minor__gte=0, paid_minor__gte=0), name="a_debt_is_of_an_amount"),
            models.CheckConstraint(condition=Q(set_apart_minor__gte=0), name="what_is_set_apart_is_not_negative"),
            models.CheckConstraint(condition=Q(repaid_minor__gte=0), name="what_is_repaid_is_not_negative"),
            models.CheckConstraint(
                condition=Q(surcharge_minor=0) | Q(surcharge_minor__gt=0, paid_minor__gte=F("total_minor")),
                name="a_surcharge_is_charged_once_the_taxes_are_paid",
            ),
            models.CheckConstraint(condition=Q(paid_minor__lte=OWED), name="a_debt_is_not_overpaid"),
            models.CheckConstraint(
                condition=Q(state__in=[DebtState.PAID, DebtState.REMITTED], paid_minor=OWED)
                | Q(state=DebtState.OPEN, paid_minor__lt=OWED)
                | Q(state=DebtState.WITHDRAWN),
                name="a_debt_is_paid_when_all_of_it_is",
            ),
            models.UniqueConstraint(
                fields=["withdrawal"],
                condition=~Q(state=DebtState.WITHDRAWN) & Q(amendment__isnull=True),
                name="a_withdrawal_is_charged_once",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("charged_on")), name="a_debt_is_due_after_it_is_charged"),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state=DebtState.OPEN), name="open_debts_by_due_day"),
            models.Index(fields=["company", "due_on", "id"], name="debts_of_a_company"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def owed(self) -> Money:
        """Give what is to be paid in all: taxes and the surcharge that was charged."""
        return Money(self.total_minor + self.surcharge_minor, self.currency)

    @property
    def outstanding(self) -> Money:
        """Give what is still to be paid of that."""
        return self.owed - Money(self.paid_minor, self.currency)

    @property
    def to_give_back(self) -> Money:
        """Give what was paid and is to go back to who paid it: what is set apart, or all that a withdrawn debt got."""
        is_withdrawn = self.state == DebtState.WITHDRAWN
        return Money(self.paid_minor - self.repaid_minor if is_withdrawn else self.set_apart_minor, self.currency)

    def amounts(self) -> dict[str, Money]:
        """Give its parts and totals, by the names that the posting rules use; `total` is without the surcharge."""
        names = ("duty", "consumption_tax", "vat", "fees", "total", "surcharge")
        return {name: Money(getattr(self, f"{name}_minor"), self.currency) for name in names} | {"owed": self.owed}
