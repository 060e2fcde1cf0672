"""Keeping photos of what was looked at."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.permissions import Actor
from inspections.actions.locks import lock_booking, lock_session, retried_after_deadlock
from inspections.models.finding_photos import FindingPhoto
from inspections.models.findings import Finding
from inspections.rules.findings import FindingMissing, LotNotViewed
from inspections.rules.permissions import Act, require
from inspections.rules.photos import photo_without_metadata, require_room_for_photo
from inspections.rules.sessions import LOOKING


@retried_after_deadlock
@transaction.atomic
def store_finding_photo(*, booking_id: UUID, lot_id: int, content: bytes, actor: Actor, at: datetime) -> FindingPhoto:
    """Keep a photo with the finding of a lot, until the session is closed; the same photo is kept once.

    Its metadata, the place among it, is left out. Raises NotFound, LotNotViewed, FindingMissing while nothing was
    said of the lot, PhotoUnreadable, TooManyPhotos.
    """
    require(actor, Act.STORE_FINDING_PHOTO)
    assert actor.user_id is not None
    media_type, kept = photo_without_metadata(content)
    session = lock_session(lock_booking(booking_id, actor=actor))
    if session.state not in LOOKING:
        raise LotNotViewed("This lot is not looked at in this visit now.", state=session.state)
    finding = Finding.objects.filter(session_lot__session=session, session_lot__lot_id=lot_id).first()
    if finding is None:
        raise FindingMissing("Say first what came of looking at the lot.", lot_id=lot_id)
    photos, sha256 = finding.photos.defer("content"), hashlib.sha256(kept).hexdigest()
    if (first := photos.filter(sha256=sha256).first()) is not None:
        return first
    photo = FindingPhoto.objects.create(
        finding=finding,
        number=require_room_for_photo(photos.count()),
        content=kept,
        bytes_in_all=len(kept),
        media_type=media_type,
        sha256=sha256,
        stored_by_id=actor.user_id,
        stored_at=at,
    )
    record_activity(
        Act.STORE_FINDING_PHOTO, session, actor=actor, at=at, lot_id=lot_id, number=photo.number, sha256=sha256
    )
    return photo
