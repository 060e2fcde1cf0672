"""Withdrawals: goods leaving bond, their lots, clearances and gate tokens."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import Clearance, Procedure, WithdrawalState


class WithdrawalQuerySet(TableQuerySet["Withdrawal"]):
    """Withdrawals."""

    def visible_to(self, actor: Actor) -> WithdrawalQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()


class Withdrawal(Table):
    """One row is one request to take lots out of bond; its id says nothing about how many there are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="withdrawals")
    procedure = models.CharField(max_length=13, choices=enum_choices(Procedure))
    state = models.CharField(max_length=11, choices=enum_choices(WithdrawalState), default=WithdrawalState.REQUESTED)
    requested_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    needs_countersignature = models.BooleanField(default=False, db_default=False)
    approved_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_digest = models.BinaryField(null=True, help_text="SHA-256 of what the first officer had before them.")
    decided_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    refusal_reason = models.CharField(max_length=500, blank=True, default="")
    handed_over_at = models.DateTimeField(null=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("procedure", Procedure, "a_withdrawal_follows_a_known_procedure"),
            values_check("state", WithdrawalState, "a_withdrawal_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="nobody_decides_their_own_withdrawal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[WithdrawalState.RELEASED, WithdrawalState.HANDED_OVER, WithdrawalState.REFUSED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="a_decided_withdrawal_names_its_officer",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_digest__isnull=False) & ~Q(approved_by=F("requested_by")),
                name="nobody_approves_their_own_withdrawal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[WithdrawalState.RELEASED, WithdrawalState.HANDED_OVER])
                | Q(needs_countersignature=False)
                | Q(approved_by__isnull=False) & ~Q(approved_by=F("decided_by")),
                name="two_officers_release_what_is_worth_much",
            ),
            models.CheckConstraint(
                condition=~Q(state=WithdrawalState.REFUSED) | ~Q(refusal_reason=""),
                name="a_refusal_gives_its_reason",
            ),
        ]
        indexes = [models.Index(fields=["company", "requested_at"], name="withdrawals_of_a_company")]

    def __str__(self) -> str:
        return str(self.pk)


class WithdrawalLot(Table):
    """One row is one whole lot in a withdrawal, with its value and weight as they were then.

    The value is the lot's own as it was entered, or the transaction value: what buyer and supplier agreed on.
    """

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="lines")
    lot = models.ForeignKey("bonded.Lot", on_delete=models.PROTECT, related_name="withdrawal_lines")
    is_live = models.BooleanField(default=True)
    pieces = models.IntegerField()
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_transaction_value = models.BooleanField(default=False, help_text="Whether the value is the price agreed on.")

    objects = TableQuerySet["WithdrawalLot"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=Q(is_live=True), name="a_lot_is_in_one_live_withdrawal_only"
            ),
            models.UniqueConstraint(fields=["withdrawal", "lot"], name="a_withdrawal_names_a_lot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} in {self.withdrawal_id}"


class GrantedClearance(Table):
    """One row says that one clearance is granted to a withdrawal, on what evidence, by whom.

    `evidence` is a sentence with a `%(name)s` for each of its `facts`, so that it can be told in any language.
    """

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="clearances")
    clearance = models.CharField(max_length=20, choices=enum_choices(Clearance))
    evidence = models.CharField(max_length=200)
    facts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    granted_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = TableQuerySet["GrantedClearance"].as_manager()

    class Meta:
        constraints = [
            values_check("clearance", Clearance, "a_clearance_is_of_a_known_kind"),
            models.UniqueConstraint(
                fields=["withdrawal", "clearance"],
                condition=Q(revoked_at__isnull=True),
                name="one_clearance_of_each_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clearance} of {self.withdrawal_id}"


class ReleaseToken(Table):
    """One row is the single-use pass of released goods at the vault door; only its SHA-256 is kept."""

    withdrawal = models.OneToOneField(Withdrawal, on_delete=models.PROTECT, related_name="release_token")
    digest = models.BinaryField(unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TableQuerySet["ReleaseToken"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="a_revoked_token_opens_no_door"
            ),
        ]

    def __str__(self) -> str:
        return f"token of {self.withdrawal_id}"
