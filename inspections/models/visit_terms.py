"""What visits need by the kind of their lots, and the instruments for it: the administrator keeps both."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.lots import LotKind
from inspections.rules.slots import SlotTerms
from inspections.rules.viewing_rooms import CHANGEOVER_MINUTES, SLOT_MINUTES
from inspections.rules.visit_terms import InstrumentKind, KindTerms


class ViewingTerms(Table):
    """One row is what lots of one kind ask of a visit, at one desk or at all that have no row of their own for them."""

    lot_kind = models.CharField(max_length=20, choices=enum_choices(LotKind))
    desk = models.ForeignKey(
        "inspections.Desk", on_delete=models.CASCADE, null=True, blank=True, related_name="viewing_terms"
    )
    slot_minutes = models.SmallIntegerField(
        default=SLOT_MINUTES, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    changeover_minutes = models.SmallIntegerField(
        default=CHANGEOVER_MINUTES, validators=[MinValueValidator(0), MaxValueValidator(240)]
    )
    needs_officer = models.BooleanField(default=False)
    instruments = ArrayField(
        models.CharField(max_length=13, choices=enum_choices(InstrumentKind)), default=list, blank=True
    )

    objects = TableQuerySet["ViewingTerms"].as_manager()

    class Meta:
        verbose_name_plural = "viewing terms"
        constraints = [
            values_check("lot_kind", LotKind, "viewing_terms_are_of_a_known_kind"),
            models.UniqueConstraint(
                fields=["lot_kind", "desk"], nulls_distinct=False, name="a_kind_has_one_set_of_terms_at_a_desk"
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__range=(5, 480), changeover_minutes__range=(0, 240)),
                name="a_visit_by_terms_lasts_5_to_480_minutes",
            ),
            models.CheckConstraint(
                condition=Q(instruments__contained_by=[kind.value for kind in InstrumentKind]),
                name="a_visit_needs_known_instruments",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_kind} {self.slot_minutes} + {self.changeover_minutes}"

    @property
    def terms(self) -> KindTerms:
        """Give them as the rules know them."""
        slots = SlotTerms(timedelta(minutes=self.slot_minutes), timedelta(minutes=self.changeover_minutes))
        instruments = frozenset(InstrumentKind(kind) for kind in self.instruments)
        return KindTerms(self.lot_kind, self.desk_id, slots, self.needs_officer, instruments)


class Instrument(Table):
    """One row is one instrument that one visit can have at a time."""

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=13, choices=enum_choices(InstrumentKind))
    is_in_service = models.BooleanField(default=True)

    objects = TableQuerySet["Instrument"].as_manager()

    class Meta:
        constraints = [values_check("kind", InstrumentKind, "what_is_looked_with_is_of_a_known_kind")]

    def __str__(self) -> str:
        return self.number
