"""The books as kept: entries and postings only grow, balances follow, and the database keeps them in balance."""

from __future__ import annotations

from django.db import models

from bonded.models.base import AppendOnlyTable, Table, TableQuerySet, enum_choices, values_check
from tariffs.rules.ledger import SHARDS, AccountCode, BusinessEvent

# What the database answers, at commit, to an entry whose postings do not come to zero.
OUT_OF_BALANCE_SQLSTATE = "BT002"


class LedgerAccount(Table):
    """One row is one shard of an account of the books in one currency, with its balance: debits positive, minor units.

    A company's account has one shard; an account for all has several, and stands at their sum.
    """

    code = models.CharField(max_length=4, choices=enum_choices(AccountCode))
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    shard = models.SmallIntegerField(default=0, db_default=0)
    balance_minor = models.BigIntegerField(default=0)

    objects = TableQuerySet["LedgerAccount"].as_manager()

    class Meta:
        constraints = [
            values_check("code", AccountCode, "an_account_is_of_the_chart"),
            models.UniqueConstraint(
                fields=["code", "company", "currency", "shard"], nulls_distinct=False, name="one_account_of_each_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(shard=0) | models.Q(shard__gt=0, shard__lt=SHARDS, company__isnull=True),
                name="only_an_account_for_all_has_shards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.company_id or ''} {self.currency}"


class JournalEntry(AppendOnlyTable):
    """One row is one entry: what happened, when it counts and when it was posted."""

    event = models.CharField(max_length=20, choices=enum_choices(BusinessEvent))
    reference = models.CharField(max_length=80, help_text="What the event happened to, such as duty_debt:UUID.")
    effective_on = models.DateField()
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")

    objects = TableQuerySet["JournalEntry"].as_manager()

    class Meta:
        verbose_name_plural = "journal entries"
        constraints = [
            values_check("event", BusinessEvent, "an_entry_is_of_a_known_event"),
            models.UniqueConstraint(fields=["event", "reference"], name="an_event_is_posted_once"),
            models.CheckConstraint(
                condition=models.Q(event=BusinessEvent.REVERSED, reverses__isnull=False)
                | (~models.Q(event=BusinessEvent.REVERSED) & models.Q(reverses__isnull=True)),
                name="a_reversal_names_what_it_reverses",
            ),
        ]
        indexes = [models.Index(fields=["posted_at"], name="entries_by_their_posting")]

    def __str__(self) -> str:
        return f"{self.event} {self.reference}"


class Posting(AppendOnlyTable):
    """One row is one leg of an entry: an account and a signed amount, debits positive; its stream is the account."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    objects = TableQuerySet["Posting"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="a_posting_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} on {self.account_id}"


class DayTotal(Table):
    """One row is what the entries that count on one day and were posted on one day (UTC) moved an account's shard by.

    A trigger keeps it in the statement that adds postings; balances of earlier days are sums of it.
    """

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="day_totals", db_index=False)
    effective_on = models.DateField()
    posted_on = models.DateField()
    moved_minor = models.BigIntegerField()

    objects = TableQuerySet["DayTotal"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "effective_on", "posted_on"], name="an_account_has_one_total_for_its_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.moved_minor} on {self.account_id} by {self.effective_on}"
