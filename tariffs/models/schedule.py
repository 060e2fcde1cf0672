"""The tariff schedule as kept."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models

from bonded.models.base import enum_choices, values_check
from tariffs.models.versions import Version, VersionQuerySet, begins_on_a_day, one_version_a_day
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.schedule import ANY, ENDED, NO_DOCUMENT, Document, MeasureKind, rate_sentence


class MeasureQuerySet(VersionQuerySet["Measure"]):
    """Versions of the schedule, among them those that end a measure."""

    def charging(self) -> Self:
        """Leave out the days on which a measure was ended."""
        return self.exclude(rate=ENDED)

    def in_force(self, on: date) -> Self:
        """Keep what is charged on a day."""
        return super().in_force(on).charging()


class Measure(Version):
    """One row is a rate, or its end, for a code, chapter or heading, an origin and a regime, for some days."""

    KEY = ("jurisdiction", "kind", "hs_code", "origin", "regime", "needs_document")
    CONTENT = ("rate", "source", "mark", "is_verified")

    jurisdiction = models.CharField(max_length=2, choices=enum_choices(Jurisdiction), default=Jurisdiction.CN)
    kind = models.CharField(max_length=20, choices=enum_choices(MeasureKind))
    hs_code = models.CharField(max_length=10, help_text="Digits; covers every code that begins with them.")
    origin = models.CharField(max_length=2, blank=True, default=ANY, help_text="ISO 3166-1; empty is every origin.")
    regime = models.CharField(max_length=10, blank=True, default=ANY, help_text="sde, general; empty is every regime.")
    needs_document = models.CharField(
        max_length=30, blank=True, default=NO_DOCUMENT, choices=enum_choices(Document), help_text="What unlocks it."
    )
    rate = models.CharField(
        max_length=200, blank=True, help_text="4% + 2/ct, min(max(0.3464%, 31.67), 614.35) …; empty: ended"
    )

    objects = MeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", MeasureKind, "a_measure_is_of_a_known_kind"),
            values_check("jurisdiction", Jurisdiction, "a_measure_is_of_a_known_territory"),
            models.CheckConstraint(condition=models.Q(hs_code__regex=r"^[0-9]{2,10}$"), name="a_measure_has_a_code"),
            begins_on_a_day("a_measure_begins_on_a_day"),
            models.CheckConstraint(
                condition=models.Q(needs_document__in=[NO_DOCUMENT, *Document]), name="a_measure_needs_a_known_document"
            ),
            one_version_a_day(
                "no_two_rates_in_force_at_once",
                ("jurisdiction", "kind", "hs_code", "origin", "regime", "needs_document"),
            ),
        ]

    @property
    def is_end(self) -> bool:
        """Say whether the row says that nothing is in force on its days any more."""
        return self.rate == ENDED

    @property
    def says(self) -> str:
        """Say for a person what is in force."""
        return rate_sentence(self.rate)

    def __str__(self) -> str:
        return f"{self.kind} {self.says} for {self.hs_code} {self.origin} {self.regime}".strip()
