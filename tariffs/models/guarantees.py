"""Guarantee accounts and the claims on them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from tariffs.rules.guarantee_claims import Reservation
from tariffs.rules.guarantees import OPEN_STATES, Headroom, ReservationPurpose, ReservationState

_WITH_USES = [ReservationState.PARTLY_USED, ReservationState.USED, ReservationState.SETTLED]


class GuaranteeAccountQuerySet(TableQuerySet["GuaranteeAccount"]):
    """Guarantee accounts."""

    def visible_to(self, actor: Actor) -> GuaranteeAccountQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()


class GuaranteeAccount(Table):
    """One row is one company's guarantee: how much it may owe, and how much of that is claimed, in minor units.

    The limit is the sum of the instruments in force, as they were when the account was last looked at. A
    trigger, no_guarantee_is_overdrawn, refuses claims that grow beyond it.
    """

    company = models.OneToOneField("bonded.Company", on_delete=models.PROTECT, related_name="guarantee_account")
    currency = models.CharField(max_length=3, default="CNY")
    limit_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    used_minor = models.BigIntegerField(default=0)

    objects = GuaranteeAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reserved_minor__gte=0, used_minor__gte=0), name="no_claim_is_negative"),
            models.CheckConstraint(condition=Q(limit_minor__gte=0), name="no_limit_is_negative"),
        ]

    def __str__(self) -> str:
        return f"guarantee of {self.company_id}"

    @property
    def headroom(self) -> Headroom:
        """Give the three figures as money."""
        limit, reserved, used = (
            Money(minor, self.currency) for minor in (self.limit_minor, self.reserved_minor, self.used_minor)
        )
        return Headroom(limit, reserved, used)


class GuaranteeReservation(Table):
    """One row is one claim on a guarantee, for one purpose and thing, which can be claimed for once.

    It counts as reserved with what is neither used nor given up, and as used with what is not settled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(GuaranteeAccount, on_delete=models.PROTECT, related_name="reservations")
    authority = models.ForeignKey(
        "tariffs.GuaranteeAuthority", on_delete=models.PROTECT, null=True, related_name="reservations"
    )
    purpose = models.CharField(max_length=12, choices=enum_choices(ReservationPurpose))
    reference = models.UUIDField(help_text="The booking or assessment that it is for.")
    state = models.CharField(max_length=11, choices=enum_choices(ReservationState), default=ReservationState.RESERVED)
    amount_minor = models.BigIntegerField()
    used_minor = models.BigIntegerField(default=0)
    settled_minor = models.BigIntegerField(default=0)
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    objects = TableQuerySet["GuaranteeReservation"].as_manager()

    class Meta:
        constraints = [
            values_check("purpose", ReservationPurpose, "a_reservation_has_a_known_purpose"),
            values_check("state", ReservationState, "a_reservation_is_in_a_known_state"),
            models.UniqueConstraint(fields=["purpose", "reference"], name="headroom_is_reserved_once_for_a_thing"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, used_minor__gte=0, used_minor__lte=F("amount_minor")),
                name="no_more_is_used_than_was_reserved",
            ),
            models.CheckConstraint(
                condition=Q(used_minor=0) | Q(state__in=_WITH_USES), name="only_a_used_reservation_has_used_headroom"
            ),
            models.CheckConstraint(
                condition=Q(settled_minor__gte=0, settled_minor__lte=F("used_minor")),
                name="no_more_is_settled_than_was_used",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReservationState.SETTLED) | Q(settled_minor=F("used_minor")),
                name="a_settled_reservation_owes_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=sorted(OPEN_STATES), expires_at__isnull=False),
                name="reservations_that_expire",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.reference}"

    def figures(self, currency: str) -> Reservation:
        """Give the claim as the rules see it."""
        amounts = (Money(minor, currency) for minor in (self.amount_minor, self.used_minor, self.settled_minor))
        return Reservation(ReservationState(self.state), *amounts)


class GuaranteeUse(Table):
    """One row is one part of a claim that was used, by its key, in minor units; a key is used once."""

    reservation = models.ForeignKey(GuaranteeReservation, on_delete=models.PROTECT, related_name="uses")
    key = models.CharField(max_length=60, blank=True, help_text="What was used; empty when the claim is used as one.")
    amount_minor = models.BigIntegerField()
    used_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    objects = TableQuerySet["GuaranteeUse"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reservation", "key"], name="a_part_is_used_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_part_is_of_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.reservation_id}"
