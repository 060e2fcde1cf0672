"""Photos of findings, for those who may see them."""

from __future__ import annotations

from uuid import UUID

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.finding_photos import FindingPhoto
from inspections.queries.bookings import bookings_visible_to
from inspections.rules.permissions import Act, require


def finding_photo(photo_id: UUID, *, actor: Actor) -> FindingPhoto:
    """Give one photo with its content; raises NotFound when it is not there or not for this actor."""
    require(actor, Act.READ_FINDING_PHOTO)
    found = FindingPhoto.objects.visible_to(actor).filter(pk=photo_id).first()
    if found is None:
        raise NotFound("There is no such photo.", photo_id=str(photo_id))
    return found


def photos_of_visit(booking_id: UUID, *, actor: Actor) -> list[FindingPhoto]:
    """Give the photos of a visit that the actor may see, without their content, by lot and number.

    Raises NotFound when the booking is not there or not this actor's. Runs two SQL statements.
    """
    require(actor, Act.READ_FINDING_PHOTO)
    if not bookings_visible_to(actor).filter(pk=booking_id).exists():
        raise NotFound("There is no such booking.", booking_id=str(booking_id))
    photos = FindingPhoto.objects.visible_to(actor).filter(finding__session_lot__session__booking=booking_id)
    of_lots = photos.defer("content").select_related("finding__session_lot__lot")
    return list(of_lots.order_by("finding__session_lot__lot_id", "number"))
