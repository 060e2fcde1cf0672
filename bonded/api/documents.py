"""Papers over JSON: Kimberley certificates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.documents import record_kimberley_certificate
from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, columns_of, idempotent, json_response, read
from bonded.queries.consignments import consignment_by_reference
from bonded.rules.money import Money
from bonded.rules.validity import Validity


class CertificateRequest(serializers.Serializer[Any]):
    """What a Kimberley certificate states; it is no longer valid on the day on which it expires."""

    number = serializers.CharField(max_length=32)
    issuing_country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2.")
    issued_on = serializers.DateField()
    expires_on = serializers.DateField()
    weight_carats = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=Decimal("0.001"))
    value_usd = serializers.CharField(max_length=20)
    is_made_up = serializers.BooleanField(default=False, help_text="True for a sample that no authority issued.")


class CertificateAnswer(serializers.Serializer[Any]):
    """A certificate on record."""

    number = serializers.CharField()
    issuing_country = serializers.CharField()
    issued_on = serializers.DateField()
    expires_on = serializers.DateField()
    weight_carats = serializers.CharField()
    is_made_up = serializers.BooleanField()


class CertificatesView(ApiView):
    """The certificates of a consignment."""

    @extend_schema(
        operation_id="record_kimberley_certificate",
        parameters=[IDEMPOTENCY_KEY],
        request=CertificateRequest,
        responses={201: CertificateAnswer},
    )
    @idempotent
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Record the Kimberley certificate of a consignment's rough diamonds."""
        fields = read(CertificateRequest, request)
        certificate = record_kimberley_certificate(
            consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
            number=fields["number"],
            issuing_country=fields["issuing_country"],
            validity=Validity(fields["issued_on"], fields["expires_on"]),
            weight_carats=fields["weight_carats"],
            value=Money.from_text(fields["value_usd"], "USD"),
            is_made_up=fields["is_made_up"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(columns_of(CertificateAnswer, certificate), 201)
