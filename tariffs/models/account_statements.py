"""Statements of companies' accounts: asked for, made in the background, and kept as they were made."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from tariffs.rules.account_statements import StatementState


class AccountStatementQuerySet(TableQuerySet["AccountStatement"]):
    """Statements of accounts."""

    def visible_to(self, actor: Actor) -> AccountStatementQuerySet:
        """Keep what the actor may see: staff all, a buyer its company's."""
        if actor.is_staff:
            return self
        return self.filter(company_id__in=actor.company_ids) if actor.role == Role.BUYER else self.none()

    def due(self, at: datetime) -> AccountStatementQuerySet:
        """Keep what is to be made and no worker is at, the longest waiting first."""
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=at)
        return self.filter(is_free, state=StatementState.QUEUED).order_by("known_at", "pk")


class AccountStatement(Table):
    """One row is the statement of a company's account for a month, as the books were known at a moment.

    The row is the queue. A worker claims it for a while and says how far it is; when it dies the claim runs out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="account_statements")
    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="Its first day.")
    known_at = models.DateTimeField(help_text="Entries posted later are not in it.")
    last_entry_id = models.BigIntegerField(
        help_text="Nor are entries after this one, whatever moment they name: they were not committed yet."
    )
    state = models.CharField(max_length=9, choices=enum_choices(StatementState), default=StatementState.QUEUED)
    attempt = models.IntegerField(default=0, help_text="Which claim counts; a worker with an older one keeps nothing.")
    claimed_until = models.DateTimeField(null=True)
    entries_done = models.IntegerField(default=0)
    entries_total = models.IntegerField(null=True)
    ordered_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    pdf = models.BinaryField(null=True)
    pdf_sha256 = models.BinaryField(null=True)
    csv = models.BinaryField(null=True)
    csv_sha256 = models.BinaryField(null=True)

    objects = AccountStatementQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", StatementState, "an_account_statement_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["company", "currency", "month", "known_at"],
                # What was stopped may be asked for again.
                condition=~Q(state=StatementState.CANCELLED),
                name="a_month_is_stated_once_a_moment",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="a_statement_begins_with_its_month"),
            models.CheckConstraint(
                condition=Q(
                    state=StatementState.READY,
                    made_at__isnull=False,
                    pdf__isnull=False,
                    pdf_sha256__isnull=False,
                    csv__isnull=False,
                    csv_sha256__isnull=False,
                )
                | Q(
                    state__in=[StatementState.QUEUED, StatementState.CANCELLED],
                    made_at__isnull=True,
                    pdf__isnull=True,
                    csv__isnull=True,
                ),
                name="a_ready_statement_has_its_documents",
            ),
            models.CheckConstraint(
                condition=Q(state=StatementState.CANCELLED, cancelled_at__isnull=False)
                | (~Q(state=StatementState.CANCELLED) & Q(cancelled_at__isnull=True)),
                name="a_cancelled_statement_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state=StatementState.QUEUED), name="statements_to_be_made"),
            models.Index(fields=["company", "month", "id"], name="statements_of_a_company"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} {self.month:%Y-%m}"
