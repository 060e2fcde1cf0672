"""Withdrawals over JSON: ask, follow, decide, hand over."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.release_tokens import hand_over_withdrawal, issue_release_token
from bonded.actions.withdrawals import (
    approve_withdrawal,
    cancel_withdrawal,
    refuse_withdrawal,
    release_withdrawal,
    request_withdrawal,
)
from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Reason,
    Request,
    columns_of,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.models.withdrawals import Withdrawal
from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.queries.pages import page_by, page_size_from_text
from bonded.queries.parties import keeper_id_of
from bonded.queries.withdrawals import granted_clearances, withdrawal_visible_to
from bonded.rules.money import Money
from bonded.rules.withdrawals import LIVE_STATES, Procedure, WithdrawalState, missing_clearances


class WithdrawalRequest(serializers.Serializer[Any]):
    """Which lots shall leave bond, and what for."""

    stock_numbers = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=200)
    procedure = serializers.ChoiceField(choices=[(procedure.value, procedure.value) for procedure in Procedure])


class HandOver(serializers.Serializer[Any]):
    """The pass that was scanned at the door, and the second keeper's user name."""

    token = serializers.CharField(max_length=100)
    witness = serializers.CharField(max_length=150)


class WithdrawalLine(serializers.Serializer[Any]):
    """One lot of a withdrawal, as it was when it was asked for."""

    stock_number = serializers.CharField()
    pieces = serializers.IntegerField()
    weight_carats = serializers.CharField()
    value = serializers.CharField()
    currency = serializers.CharField()
    is_transaction_value = serializers.BooleanField(help_text="Whether the value is the price agreed on.")


class WithdrawalAnswer(serializers.Serializer[Any]):
    """A withdrawal, with what is settled and what is still missing."""

    id = serializers.UUIDField()
    company = serializers.CharField()
    procedure = serializers.CharField()
    state = serializers.CharField()
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refusal_reason = serializers.CharField(allow_blank=True)
    handed_over_at = serializers.DateTimeField(allow_null=True)
    lots = WithdrawalLine(many=True)
    needs_countersignature = serializers.BooleanField(help_text="One officer approves, another releases.")
    approved_at = serializers.DateTimeField(allow_null=True)
    clearances = serializers.ListField(child=serializers.CharField())
    missing_clearances = serializers.ListField(child=serializers.CharField())


class WithdrawalSummary(serializers.Serializer[Any]):
    """A withdrawal in a list."""

    id = serializers.UUIDField()
    procedure = serializers.CharField()
    state = serializers.CharField()
    requested_at = serializers.DateTimeField()


class WithdrawalPage(serializers.Serializer[Any]):
    """A page of withdrawals, the newest first."""

    results = WithdrawalSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PassAnswer(serializers.Serializer[Any]):
    """The pass for the door, shown this once."""

    token = serializers.CharField()


def withdrawal_json(withdrawal: Withdrawal) -> dict[str, Any]:
    """Give a withdrawal as the API tells it."""
    granted = granted_clearances(withdrawal.pk)
    is_live = WithdrawalState(withdrawal.state) in LIVE_STATES
    return {
        "id": withdrawal.pk,
        "company": withdrawal.company.name,
        "procedure": withdrawal.procedure,
        "state": withdrawal.state,
        "requested_at": withdrawal.requested_at,
        "decided_at": withdrawal.decided_at,
        "refusal_reason": withdrawal.refusal_reason,
        "handed_over_at": withdrawal.handed_over_at,
        "needs_countersignature": withdrawal.needs_countersignature,
        "approved_at": withdrawal.approved_at,
        "lots": [
            {
                "stock_number": line.lot.stock_number,
                "pieces": line.pieces,
                "weight_carats": line.weight_carats,
                "value": str(Money(line.value_minor, line.currency)),
                "currency": line.currency,
                "is_transaction_value": line.is_transaction_value,
            }
            for line in withdrawal.lines.select_related("lot").order_by("lot_id")
        ],
        "clearances": sorted(granted),
        "missing_clearances": missing_clearances(Procedure(withdrawal.procedure), granted) if is_live else [],
    }


class WithdrawalsView(ApiView):
    """The company's withdrawals; all of them for staff."""

    @extend_schema(operation_id="list_withdrawals", parameters=[CURSOR, LIMIT], responses=WithdrawalPage)
    def get(self, request: Request) -> HttpResponse:
        """List withdrawals, the newest first."""
        page = page_by(
            Withdrawal.objects.visible_to(request.actor),
            columns=["-requested_at", "-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, partial(columns_of, WithdrawalSummary))

    @extend_schema(
        operation_id="request_withdrawal",
        parameters=[IDEMPOTENCY_KEY],
        request=WithdrawalRequest,
        responses={201: WithdrawalAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Ask for lots to leave bond."""
        fields = read(WithdrawalRequest, request)
        withdrawal = request_withdrawal(
            lot_ids=lot_ids_by_stock_numbers(fields["stock_numbers"], actor=request.actor),
            procedure=Procedure(fields["procedure"]),
            actor=request.actor,
            at=request.at,
        )
        return json_response(withdrawal_json(withdrawal), 201)


class WithdrawalView(ApiView):
    """One withdrawal."""

    @extend_schema(operation_id="get_withdrawal", responses=WithdrawalAnswer)
    def get(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Give one withdrawal, with what is settled and what is missing."""
        return json_response(withdrawal_json(withdrawal_visible_to(request.actor, withdrawal_id)))


class CancelWithdrawalView(ApiView):
    """The buyer's giving up."""

    @extend_schema(
        operation_id="cancel_withdrawal", parameters=[IDEMPOTENCY_KEY], request=None, responses=WithdrawalAnswer
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Give up a withdrawal that is not yet declared."""
        return json_response(
            withdrawal_json(cancel_withdrawal(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at))
        )


class ReleaseWithdrawalView(ApiView):
    """The officer's yes."""

    @extend_schema(
        operation_id="release_withdrawal", parameters=[IDEMPOTENCY_KEY], request=None, responses=WithdrawalAnswer
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Let the goods leave bond."""
        return json_response(
            withdrawal_json(release_withdrawal(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at))
        )


class ApproveWithdrawalView(ApiView):
    """The first of two officers."""

    @extend_schema(
        operation_id="approve_withdrawal", parameters=[IDEMPOTENCY_KEY], request=None, responses=WithdrawalAnswer
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Approve goods that a second officer releases, because they are worth much."""
        return json_response(
            withdrawal_json(approve_withdrawal(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at))
        )


class RefuseWithdrawalView(ApiView):
    """The officer's no."""

    @extend_schema(
        operation_id="refuse_withdrawal", parameters=[IDEMPOTENCY_KEY], request=Reason, responses=WithdrawalAnswer
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Refuse a withdrawal, with the reason."""
        reason = read(Reason, request)["reason"]
        withdrawal = refuse_withdrawal(withdrawal_id=withdrawal_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(withdrawal_json(withdrawal))


class ReleaseTokenView(ApiView):
    """The pass for the door."""

    # Without a key: its answer must not be kept, and a repeated call only replaces the pass.
    @extend_schema(operation_id="issue_release_token", request=None, responses={201: PassAnswer})
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Give the pass that opens the vault door once; an older one is void from now on."""
        token = issue_release_token(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
        return json_response({"token": token}, 201)


class HandOversView(ApiView):
    """The vault's door."""

    @extend_schema(
        operation_id="hand_over_withdrawal",
        parameters=[IDEMPOTENCY_KEY],
        request=HandOver,
        responses={201: WithdrawalAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Let released goods out against their pass, before a second keeper."""
        fields = read(HandOver, request)
        withdrawal = hand_over_withdrawal(
            token=fields["token"],
            witness_id=keeper_id_of(fields["witness"], actor=request.actor),
            actor=request.actor,
            at=request.at,
        )
        return json_response(withdrawal_json(withdrawal), 201)
