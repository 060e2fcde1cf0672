"""The entries of the books over JSON: account by account, and taking one back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Reason,
    Request,
    choice_from_text,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from tariffs.actions.entry_reversals import reverse_by_hand
from tariffs.models.ledger import JournalEntry, Posting
from tariffs.queries.ledger import postings_of_account
from tariffs.rules.ledger import AccountCode

CODE = OpenApiParameter("code", OpenApiTypes.STR, required=True, description="Of the chart of accounts: 1100.")
COMPANY = OpenApiParameter("company_id", OpenApiTypes.INT, description="Whose account, where each company has one.")


class EntryAnswer(serializers.Serializer[Any]):
    """What one entry did to the account: debits are positive."""

    entry_id = serializers.IntegerField()
    event = serializers.CharField()
    reference = serializers.CharField()
    effective_on = serializers.DateField()
    posted_at = serializers.DateTimeField()
    reverses_id = serializers.IntegerField(allow_null=True)
    amount = serializers.CharField()
    currency = serializers.CharField()


class EntryPage(serializers.Serializer[Any]):
    """A page of entries, as they were posted."""

    results = EntryAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ReversalAnswer(serializers.Serializer[Any]):
    """The entry that takes another back."""

    entry_id = serializers.IntegerField()
    reverses_id = serializers.IntegerField()
    effective_on = serializers.DateField()
    posted_at = serializers.DateTimeField()


def posting_json(posting: Posting) -> dict[str, Any]:
    """Give what an entry did to an account as the API tells it."""
    entry = posting.entry
    columns = ("event", "reference", "effective_on", "posted_at", "reverses_id")
    return {
        "entry_id": entry.pk,
        **{name: getattr(entry, name) for name in columns},
        "amount": str(Money(posting.amount_minor, posting.currency)),
        "currency": posting.currency,
    }


def reversal_json(entry: JournalEntry) -> dict[str, Any]:
    """Give a reversing entry as the API tells it."""
    columns = ("reverses_id", "effective_on", "posted_at")
    return {"entry_id": entry.pk, **{name: getattr(entry, name) for name in columns}}


class JournalEntriesView(ApiView):
    """The entries of an account."""

    @extend_schema(operation_id="list_journal_entries", parameters=[CODE, COMPANY, CURSOR, LIMIT], responses=EntryPage)
    def get(self, request: Request) -> HttpResponse:
        """List the entries of an account, in the order in which they were posted."""
        code = choice_from_text(AccountCode, "code", request.GET.get("code"))
        company = request.GET.get("company_id")
        if code is None or not (company is None or (company.isascii() and company.isdigit() and len(company) < 19)):
            raise InputInvalid("Name an account by its code, and a company by its number.")
        page = page_by(
            postings_of_account(code=code, company_id=int(company) if company else None, actor=request.actor),
            columns=["id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, posting_json)


class ReverseEntryView(ApiView):
    """Taking an entry back."""

    @extend_schema(
        operation_id="reverse_journal_entry",
        parameters=[IDEMPOTENCY_KEY],
        request=Reason,
        responses={201: ReversalAnswer},
    )
    @idempotent
    def post(self, request: Request, entry_id: int) -> HttpResponse:
        """Take an entry back with what stands behind it; refused where something else has to be undone instead."""
        reason = read(Reason, request)["reason"]
        entry = reverse_by_hand(entry_id=entry_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(reversal_json(entry), 201)
