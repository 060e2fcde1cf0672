"""Bank statements as kept: the file as it came, its statements and lines, and which line pays which debt."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import AppendOnlyTable, Table, TableQuerySet, enum_choices, values_check
from tariffs.rules.reconciliation import MatchRule
from tariffs.rules.statements import BankForm


class BankFile(Table):
    """One row is one file of the bank, kept as it came; the same bytes come in once."""

    sha256 = models.BinaryField(unique=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = TableQuerySet["BankFile"].as_manager()

    def __str__(self) -> str:
        return self.name


class BankStatement(Table):
    """One row is one statement of one account, which a bank may send again in another file but counts once."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    account = models.CharField(max_length=40)
    identification = models.CharField(max_length=40)
    form = models.CharField(max_length=10, choices=enum_choices(BankForm), db_default=BankForm.CAMT053)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)

    objects = TableQuerySet["BankStatement"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "identification"], name="a_statement_is_imported_once"),
            values_check("form", BankForm, "a_statement_is_of_a_known_form"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.identification}"


class BankStatementLine(AppendOnlyTable):
    """One row is one booked line as the bank wrote it, in minor units; money in is positive."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    number = models.IntegerField(help_text="Counts from 1 within the statement.")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()
    value_on = models.DateField()
    counterparty = models.CharField(max_length=200, blank=True, default="")
    counterparty_account = models.CharField(max_length=40, blank=True, default="")
    remittance = models.TextField(blank=True, default="")
    end_to_end_id = models.CharField(max_length=40, blank=True, default="")
    bank_reference = models.CharField(max_length=40, blank=True, default="")
    is_reversal = models.BooleanField(
        default=False, db_default=False, help_text="The bank took an earlier line back; a person says what it means."
    )

    objects = TableQuerySet["BankStatementLine"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="a_line_stands_once")]

    def __str__(self) -> str:
        return f"line {self.number} of {self.statement_id}"


class PaymentMatch(Table):
    """One row says that a line pays a debt; once booked it has its entry in the ledger. A line is used once."""

    line = models.OneToOneField(BankStatementLine, on_delete=models.PROTECT, related_name="match")
    debt = models.ForeignKey("tariffs.DutyDebt", on_delete=models.PROTECT, related_name="matches")
    rule = models.CharField(max_length=20, choices=enum_choices(MatchRule))
    matched_at = models.DateTimeField()
    entry = models.OneToOneField("tariffs.JournalEntry", on_delete=models.PROTECT, null=True, related_name="+")

    objects = TableQuerySet["PaymentMatch"].as_manager()

    class Meta:
        verbose_name_plural = "payment matches"
        constraints = [values_check("rule", MatchRule, "a_match_is_by_a_known_rule")]
        indexes = [models.Index(fields=["id"], condition=Q(entry__isnull=True), name="matches_not_yet_booked")]

    def __str__(self) -> str:
        return f"{self.line_id} pays {self.debt_id}"


class UndoneMatch(AppendOnlyTable):
    """One row is a match that somebody took back, with its entry if it was booked; its line may be matched again."""

    line = models.ForeignKey(BankStatementLine, on_delete=models.PROTECT, related_name="undone_matches")
    debt = models.ForeignKey("tariffs.DutyDebt", on_delete=models.PROTECT, related_name="undone_matches")
    rule = models.CharField(max_length=20, choices=enum_choices(MatchRule))
    matched_at = models.DateTimeField()
    entry = models.OneToOneField("tariffs.JournalEntry", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    undone_at = models.DateTimeField()
    undone_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = TableQuerySet["UndoneMatch"].as_manager()

    class Meta:
        verbose_name_plural = "undone matches"
        constraints = [values_check("rule", MatchRule, "an_undone_match_was_by_a_known_rule")]

    def __str__(self) -> str:
        return f"{self.line_id} no longer pays {self.debt_id}"
