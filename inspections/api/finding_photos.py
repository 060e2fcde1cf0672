"""Photos of findings over HTTP: kept during a visit, looked at by those who were part of it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, BytesParser, Request, columns_of, json_response
from inspections.actions.finding_photos import store_finding_photo
from inspections.models.finding_photos import FindingPhoto
from inspections.queries.bookings import booked_lot_ids
from inspections.queries.finding_photos import finding_photo, photos_of_visit
from inspections.rules.photos import MAX_BYTES, SUFFIXES, PhotoType


class PhotoParser(BytesParser):
    """Takes a picture as the body itself; its bytes say what it is, whatever the sender calls it."""

    media_type = "image/*"

    @property
    def limit_bytes(self) -> int:
        """Give the size of the largest photo."""
        return MAX_BYTES


class PhotoAnswer(serializers.Serializer[Any]):
    """A photo: its number among those of its lot, and the digest of what is kept."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    media_type = serializers.CharField()
    bytes_in_all = serializers.IntegerField()
    sha256 = serializers.CharField()
    stored_at = serializers.DateTimeField()


class LotPhotoAnswer(PhotoAnswer):
    """A photo, and the lot that it shows."""

    stock_number = serializers.CharField()


class PhotoList(serializers.Serializer[Any]):
    """The photos of a visit, by lot."""

    results = LotPhotoAnswer(many=True)


def _lot_photo_json(photo: FindingPhoto) -> dict[str, Any]:
    return columns_of(PhotoAnswer, photo) | {"stock_number": photo.finding.session_lot.lot.stock_number}


class StorePhotoView(ApiView):
    """Where photos of a lot are sent."""

    parser_classes = (PhotoParser,)

    @extend_schema(
        operation_id="store_finding_photo",
        request={name.value: OpenApiTypes.BINARY for name in PhotoType},
        responses={201: PhotoAnswer},
    )
    def post(self, request: Request, booking_id: UUID, stock_number: str) -> HttpResponse:
        """Keep a photo (JPEG, PNG, WebP; 10 MB) with a lot's finding, without its metadata; twelve at most.

        The photo itself is the key: the same bytes for the same finding are kept once.
        """
        photo = store_finding_photo(
            booking_id=booking_id,
            lot_id=booked_lot_ids(booking_id, [stock_number], actor=request.actor)[0],
            # An empty body is no bytes to the parser.
            content=cast("Any", request.data) or b"",
            actor=request.actor,
            at=request.at,
        )
        return json_response(columns_of(PhotoAnswer, photo), 201)


class PhotosView(ApiView):
    """The photos of a visit."""

    @extend_schema(operation_id="list_finding_photos", responses=PhotoList)
    def get(self, request: Request, booking_id: UUID) -> HttpResponse:
        """List the photos of a visit: for its company, its keepers, administrators and auditors."""
        photos = photos_of_visit(booking_id, actor=request.actor)
        return json_response({"results": [_lot_photo_json(photo) for photo in photos]})


class PhotoView(ApiView):
    """One photo."""

    @extend_schema(
        operation_id="get_finding_photo", responses={(200, name.value): OpenApiTypes.BINARY for name in PhotoType}
    )
    def get(self, request: Request, photo_id: UUID) -> HttpResponse:
        """Give the picture itself."""
        photo = finding_photo(photo_id, actor=request.actor)
        response = HttpResponse(bytes(photo.content), content_type=photo.media_type)
        name = f"photo-{photo.number}.{SUFFIXES[PhotoType(photo.media_type)]}"
        response["Content-Disposition"] = f'inline; filename="{name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
