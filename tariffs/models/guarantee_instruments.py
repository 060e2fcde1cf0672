"""The instruments of guarantee accounts, and what their companies were warned of."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.validity import Validity
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.rules.guarantee_instruments import Instrument, InstrumentKind, InstrumentState
from tariffs.rules.guarantee_warnings import WarningKind


class GuaranteeInstrumentQuerySet(TableQuerySet["GuaranteeInstrument"]):
    """Instruments."""

    def in_force(self) -> GuaranteeInstrumentQuerySet:
        """Keep those that were not withdrawn; whether one counts on a day is said by its validity."""
        return self.filter(state=InstrumentState.IN_FORCE)


class GuaranteeInstrument(Table):
    """One row is one paper or deposit behind a guarantee: an amount in minor units, for some days in Shanghai."""

    account = models.ForeignKey(GuaranteeAccount, on_delete=models.PROTECT, related_name="instruments")
    kind = models.CharField(max_length=14, choices=enum_choices(InstrumentKind))
    number = models.CharField(max_length=60, help_text="As its guarantor numbers it.")
    guarantor = models.CharField(max_length=120, blank=True, help_text="The bank or insurer; empty for cash.")
    amount_minor = models.BigIntegerField()
    validity = DateRangeField()
    order_of_use = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=enum_choices(InstrumentState), default=InstrumentState.IN_FORCE)
    withdrawn_at = models.DateTimeField(null=True)

    objects = GuaranteeInstrumentQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", InstrumentKind, "an_instrument_is_of_a_known_kind"),
            values_check("state", InstrumentState, "an_instrument_is_in_a_known_state"),
            models.UniqueConstraint(fields=["account", "kind", "number"], name="an_instrument_counts_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | Q(kind=InstrumentKind.OPENING_LIMIT, amount_minor=0),
                name="an_instrument_is_of_an_amount",
            ),
            models.CheckConstraint(condition=Q(order_of_use__gte=1), name="instruments_are_used_in_an_order"),
            models.CheckConstraint(
                condition=Q(validity__isempty=False, validity__startswith__isnull=False),
                name="an_instrument_begins_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state=InstrumentState.IN_FORCE, withdrawn_at__isnull=True)
                | Q(state=InstrumentState.WITHDRAWN, withdrawn_at__isnull=False),
                name="a_withdrawn_instrument_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def terms(self) -> Instrument:
        """Give the instrument as the rules see it."""
        days = Validity(self.validity.lower, self.validity.upper)
        return Instrument(self.pk, self.order_of_use, self.amount_minor, days)


class GuaranteeWarning(Table):
    """One row is one thing that a company was warned of, once, from when it began to be so until it ended."""

    account = models.ForeignKey(GuaranteeAccount, on_delete=models.PROTECT, related_name="warnings")
    kind = models.CharField(max_length=14, choices=enum_choices(WarningKind))
    instrument = models.ForeignKey(GuaranteeInstrument, on_delete=models.PROTECT, null=True, related_name="warnings")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = TableQuerySet["GuaranteeWarning"].as_manager()

    class Meta:
        constraints = [
            values_check("kind", WarningKind, "a_warning_is_of_a_known_kind"),
            models.UniqueConstraint(
                fields=["account", "kind", "instrument"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="a_company_is_warned_once_of_one_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"
