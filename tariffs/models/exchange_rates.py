"""Customs exchange rates as kept."""

from __future__ import annotations

from django.db import models

from bonded.models.base import enum_choices, values_check
from tariffs.models.versions import Version, VersionQuerySet, begins_on_a_day, one_version_a_day
from tariffs.rules.exchange_rates import Quoting


class ExchangeRate(Version):
    """One row is the customs rate of one currency for one period."""

    KEY = ("local_currency", "currency")
    CONTENT = ("rate", "quoted", "source", "mark", "is_verified")

    local_currency = models.CharField(max_length=3, default="CNY")
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    quoted = models.CharField(max_length=15, choices=enum_choices(Quoting), default=Quoting.LOCAL_PER_UNIT)

    objects = VersionQuerySet["ExchangeRate"].as_manager()

    class Meta:
        constraints = [
            values_check("quoted", Quoting, "a_rate_is_quoted_in_a_known_way"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="an_exchange_rate_is_positive"),
            models.CheckConstraint(
                condition=~models.Q(currency=models.F("local_currency")), name="a_currency_needs_no_rate_to_itself"
            ),
            begins_on_a_day("an_exchange_rate_begins_on_a_day"),
            one_version_a_day("no_two_exchange_rates_in_force_at_once", ("local_currency", "currency")),
        ]

    @property
    def says(self) -> str:
        """Say for a person what is in force."""
        return f"{self.rate}"

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} {self.local_currency}"
