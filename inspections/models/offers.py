"""Offers on lots."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import Procedure
from inspections.rules.offers import OPEN_STATES, OfferState

_OPEN = sorted(OPEN_STATES)


class OfferQuerySet(TableQuerySet["Offer"]):
    """Offers."""

    def visible_to(self, actor: Actor) -> OfferQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's, a supplier those on its lots."""
        if actor.is_staff:
            return self
        if actor.role == Role.SUPPLIER:
            return self.filter(lot__supplier_id__in=actor.company_ids)
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()

    def open(self) -> OfferQuerySet:
        """Keep those that nobody has answered or ended."""
        return self.filter(state__in=OPEN_STATES)


class Offer(Table):
    """One row is one company's offer on one lot; its id says nothing about how many there are.

    Prices are for one carat, totals for all `weight_carats`, in minor units of the currency; the counter's, when
    there is one, stand beside the buyer's. An open offer is the lot's cachet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="offers")
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="offers")
    made_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="When the offer, or its counter, lapses.")
    state = models.CharField(max_length=9, choices=enum_choices(OfferState), default=OfferState.OFFERED)
    procedure = models.CharField(max_length=13, choices=enum_choices(Procedure))
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    counter_price_minor = models.BigIntegerField(null=True)
    counter_total_minor = models.BigIntegerField(null=True)
    cachet_number = models.CharField(max_length=32, blank=True, default="", help_text="Of the cachet's own seal.")
    note = models.CharField(max_length=500, blank=True, default="")
    refusal_reason = models.CharField(max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    withdrawal = models.OneToOneField(
        "bonded.Withdrawal",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="What acceptance asked for.",
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", OfferState, "an_offer_is_in_a_known_state"),
            values_check("procedure", Procedure, "an_offer_is_for_a_known_procedure"),
            models.UniqueConstraint(fields=["lot"], condition=Q(state__in=_OPEN), name="one_open_offer_for_each_lot"),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, total_minor__gt=0, weight_carats__gt=0), name="an_offer_names_a_price"
            ),
            models.CheckConstraint(
                condition=Q(counter_price_minor__isnull=True, counter_total_minor__isnull=True)
                & ~Q(state=OfferState.COUNTERED)
                | Q(counter_price_minor__gt=0, counter_total_minor__gt=0) & ~Q(state=OfferState.OFFERED),
                name="a_counter_names_a_price",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="an_offer_takes_time"),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at__isnull=True) | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False)),
                name="an_offer_has_ended_when_it_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal__isnull=True) | Q(state=OfferState.ACCEPTED),
                name="only_an_accepted_offer_asks_for_a_withdrawal",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-made_at", "-id"], name="offers_of_a_company"),
            models.Index(fields=["ends_at"], condition=Q(state__in=_OPEN), name="open_offers_by_their_end"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
