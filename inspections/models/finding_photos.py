"""Photos of what was looked at."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from inspections.rules.photos import MAX_BYTES, MAX_PHOTOS, PhotoType


class FindingPhotoQuerySet(TableQuerySet["FindingPhoto"]):
    """Photos of findings."""

    def visible_to(self, actor: Actor) -> FindingPhotoQuerySet:
        """Keep what the actor may see: a buyer its company's, a keeper those of visits that it took part in."""
        booking = "finding__session_lot__session__booking"
        if actor.role == Role.BUYER:
            return self.filter(**{f"{booking}__company_id__in": actor.company_ids})
        if actor.role == Role.VAULT_KEEPER:
            return self.filter(
                Q(**{f"{booking}__escort__keeper_id": actor.user_id})
                | Q(finding__session_lot__session__checked_in_by_id=actor.user_id)
                | Q(stored_by_id=actor.user_id)
            )
        return self if actor.role in (Role.ADMINISTRATOR, Role.AUDITOR) else self.none()


class FindingPhoto(Table):
    """One row is one photo of a finding, numbered from 1, as it came but for its metadata; it is never changed.

    `sha256` is of the bytes that are kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    finding = models.ForeignKey("inspections.Finding", on_delete=models.PROTECT, related_name="photos", db_index=False)
    number = models.SmallIntegerField()
    content = models.BinaryField()
    bytes_in_all = models.IntegerField()
    media_type = models.CharField(max_length=10, choices=enum_choices(PhotoType))
    sha256 = models.CharField(max_length=64)
    stored_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField()

    objects = FindingPhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("media_type", PhotoType, "a_photo_is_of_a_known_type"),
            models.UniqueConstraint(fields=["finding", "number"], name="photos_of_a_finding_are_numbered"),
            models.UniqueConstraint(fields=["finding", "sha256"], name="a_finding_has_a_photo_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MAX_PHOTOS), name="a_finding_has_a_dozen_photos_at_most"
            ),
            models.CheckConstraint(
                condition=Q(bytes_in_all__gte=1, bytes_in_all__lte=MAX_BYTES), name="a_photo_is_not_too_large"
            ),
        ]

    def __str__(self) -> str:
        return f"photo {self.number} of {self.finding_id}"
