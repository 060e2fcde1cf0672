"""Announcing visitors with their papers, seeing these, and the ban list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.bookings import Booking
from inspections.models.visitors import Ban, Visitor
from inspections.queries.visitors import ban_reasons
from inspections.rules.permissions import Act, require
from inspections.rules.visitors import (
    Identity,
    Paper,
    VisitorNotAdmitted,
    identity_of,
    require_named,
    require_shown,
)


def identities_of(papers: Iterable[Paper]) -> list[Identity]:
    """Give what is kept of papers by the platform's own key; raises DocumentNumberInvalid."""
    return [identity_of(paper, key=settings.VISITOR_PAPERS_KEY) for paper in papers]


def announce_visitors(booking: Booking, identities: Sequence[Identity]) -> None:
    """Keep who comes to a booking of the caller's that is written already; raises VisitorUnknown."""
    require_named(identities, booking.visitors)
    Visitor.objects.bulk_create(
        Visitor(
            booking=booking,
            name=one.name,
            document_kind=one.document_kind,
            last_four=one.last_four,
            digest=one.digest,
        )
        for one in identities
    )


def announced_of(booking: Booking) -> list[Identity]:
    """Give the announced visitors of a booking, by name."""
    rows = booking.announced.order_by("name")
    return [Identity(row.name, row.document_kind, row.last_four, bytes(row.digest)) for row in rows]


def see_papers(booking: Booking, papers: Iterable[Paper], *, at: datetime) -> None:
    """Compare the papers that are shown with those that were announced, and both with the ban list.

    A visitor who was banned since the booking is refused, whoever shows a paper. Raises VisitorNotAdmitted with the
    reasons, which only keepers hear, VisitorNotIdentified, DocumentNumberInvalid.
    """
    shown = identities_of(papers)
    announced = {one.name: one.digest for one in announced_of(booking)}
    if reasons := ban_reasons({*announced.values(), *(one.digest for one in shown)}):
        raise VisitorNotAdmitted("One of the visitors is not let in.", reasons=reasons)
    require_shown(announced, shown, booking.visitors)
    booking.announced.filter(name__in=[one.name for one in shown]).update(seen_at=at)


@transaction.atomic
def ban_visitor(*, paper: Paper, reason: str, actor: Actor, at: datetime) -> Ban:
    """Let a person in no more, known by a paper; bookings that stand are refused at the door.

    Raises DocumentNumberInvalid; who is banned already is refused by the database.
    """
    require(actor, Act.BAN_VISITOR)
    assert actor.user_id is not None
    (one,) = identities_of([paper])
    ban = Ban.objects.create(
        document_kind=one.document_kind,
        last_four=one.last_four,
        digest=one.digest,
        reason=reason,
        banned_by_id=actor.user_id,
        banned_at=at,
    )
    record_activity(Act.BAN_VISITOR, ban, actor=actor, at=at, last_four=one.last_four, reason=reason)
    return ban


@transaction.atomic
def lift_ban(*, ban_id: int, reason: str, actor: Actor, at: datetime) -> Ban:
    """Let a person in again, for a reason; lifted already, it stays as it is. Raises NotFound."""
    require(actor, Act.LIFT_BAN)
    ban = Ban.objects.filter(pk=ban_id).locked().first()
    if ban is None:
        raise NotFound("There is no such ban.", ban_id=ban_id)
    if ban.lifted_at is None:
        ban.lifted_by_id, ban.lifted_at, ban.lift_reason = actor.user_id, at, reason
        ban.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
        record_activity(Act.LIFT_BAN, ban, actor=actor, at=at, reason=reason)
    return ban
