"""States of looking at goods, reached through real acts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bonded.models import Location, Lot, User
from bonded.rules.locations import LocationKind
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Procedure
from inspections.actions.booking_holds import hold_viewing
from inspections.actions.bookings import book_viewing
from inspections.actions.findings import record_finding
from inspections.actions.offers import make_offer
from inspections.actions.sessions import check_in, close_session, open_session, weigh_in_session
from inspections.actions.waiting_list import join_waiting_list
from inspections.models import Booking, Desk, Escort, Offer, RoomHours, Scale, ViewingRoom, ViewingSession, WaitingEntry
from inspections.rules.bookings import VisitWish
from inspections.rules.findings import Intent
from inspections.rules.sessions import WeighedIn, WeighedOut
from inspections.rules.viewing_rooms import WORKING_WEEKDAYS
from tariffs.actions.guarantees import set_guarantee
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.tariffs import a_guarantee, a_schedule

# Monday 23 November 2026, 10:15 in Shanghai: the second slot of the day, a quarter of an hour after the test's moment.
SLOT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
NEXT_SLOTS = [datetime(2026, 11, 23, 3, 30, tzinfo=UTC), datetime(2026, 11, 23, 4, 45, tzinfo=UTC)]


@dataclass(frozen=True, slots=True)
class Room:
    """What one visit needs beside stones."""

    desk: Desk
    escort: Escort
    scale: Scale


def a_viewing_room(cast: Cast, *, code: str = "DESK-1", keeper: Actor | None = None, scale: str = "BAL-1") -> Room:
    """A room with one desk, open nine to six on working days; Vera escorts, and a scale is calibrated for long."""
    room = ViewingRoom.objects.create(name=f"Room of {code}")
    RoomHours.objects.bulk_create(RoomHours(room=room, weekday=weekday) for weekday in WORKING_WEEKDAYS)
    desk = Desk.objects.create(room=room, location=Location.objects.create(code=code, kind=LocationKind.DESK))
    who = User.objects.get(pk=(keeper or cast.vera).user_id or 0)
    return Room(
        desk,
        Escort.objects.get_or_create(keeper=who)[0],
        Scale.objects.get_or_create(number=scale, defaults={"calibrated_until": date(2027, 6, 30)})[0],
    )


def a_buyer_who_may_book(cast: Cast, at: datetime, *, limit: str = "500000.00") -> None:
    """The schedule is published and Alder has a guarantee."""
    a_schedule(at)
    a_guarantee(cast, at, limit=limit)


def viewable_lots(cast: Cast, at: datetime, count: int = 1) -> list[Lot]:
    """Sealed diamonds of 1.000 ct at USD 5,000.00, on each of which 4,615.00 yuan of VAT would be owed."""
    return lots_in_the_vault(cast, at, lots=[{}] * count)


def wish_for(room: Room, lots: Sequence[Lot], **changes: Any) -> VisitWish:
    """Alice alone in the room, at the next slot unless another is named."""
    asked: dict[str, Any] = {
        "lot_ids": [lot.pk for lot in lots],
        "desk_id": room.desk.pk,
        "starts_at": SLOT,
        "escort_id": room.escort.pk,
        "scale_id": room.scale.pk,
        "visitors": ["Alice Alder"],
    }
    return VisitWish(**asked | changes)


def booking_of(room: Room, lots: Sequence[Lot], *, actor: Actor, at: datetime, **changes: Any) -> Booking:
    """Book a visit in the room, at the next slot unless another is named."""
    why = changes.pop("justification", "")
    return book_viewing(wish=wish_for(room, lots, **changes), justification=why, actor=actor, at=at)


def a_booking(cast: Cast, at: datetime, *, lots: int = 1, **changes: Any) -> Booking:
    """Alice has booked the next slot for her lots, with everything that it needs."""
    a_buyer_who_may_book(cast, at)
    return booking_of(a_viewing_room(cast), viewable_lots(cast, at, lots), actor=cast.alice, at=at, **changes)


def a_session(cast: Cast, at: datetime, *, lots: int = 1) -> ViewingSession:
    """Alice has come, and Victor has seen her passport."""
    booking = a_booking(cast, at, lots=lots)
    return check_in(booking_id=booking.pk, identity_note="passport seen", actor=cast.victor, at=at)


def weighings_out(booking: Booking, *, readings: dict[int, str] | None = None) -> list[WeighedOut]:
    """One reading for each lot, as booked unless another weight is named by the lot's id."""
    weights = readings or {}
    return [
        WeighedOut(lot.pk, lot.seal_number, Decimal(weights.get(lot.pk, str(lot.weight_carats))), lot.pieces)
        for lot in Lot.objects.filter(booked_lots__booking=booking).order_by("pk")
    ]


def weighings_in(booking: Booking, *, readings: dict[int, str] | None = None) -> list[WeighedIn]:
    """One reading and one new seal for each lot, as booked unless another weight is named by the lot's id."""
    weights = readings or {}
    return [
        WeighedIn(lot.pk, Decimal(weights.get(lot.pk, str(lot.weight_carats))), lot.pieces, f"N-{lot.pk:06d}")
        for lot in Lot.objects.filter(booked_lots__booking=booking).order_by("pk")
    ]


def an_open_session(
    cast: Cast, at: datetime, *, lots: int = 1, readings: dict[int, str] | None = None
) -> ViewingSession:
    """Victor and Vera have opened the packets and weighed the stones out to the desk."""
    booking = a_session(cast, at, lots=lots).booking
    return open_session(
        booking_id=booking.pk,
        weighed_out=weighings_out(booking, readings=readings),
        witness_id=cast.vera.user_id or 0,
        actor=cast.victor,
        at=at,
    )


def with_findings(session: ViewingSession, intents: Collection[Intent], cast: Cast, at: datetime) -> None:
    """Alice has said of each lot, in the order of their ids, what she means to do."""
    for session_lot, intent in zip(session.lots.order_by("lot_id"), intents, strict=True):
        record_finding(
            booking_id=session.booking_id,
            lot_id=session_lot.lot_id,
            intent=intent,
            agreed_carats=Decimal("1.000"),
            remarks="",
            actor=cast.alice,
            at=at,
        )


def a_weighed_in_session(
    cast: Cast, at: datetime, *, intents: Sequence[Intent] = (Intent.BUY,), readings: dict[int, str] | None = None
) -> ViewingSession:
    """Alice has looked and said what she wants; the stones are back, sealed again."""
    session = an_open_session(cast, at, lots=len(intents))
    with_findings(session, intents, cast, at)
    return weigh_in_session(
        booking_id=session.booking_id,
        weighed_in=weighings_in(session.booking, readings=readings),
        witness_id=cast.vera.user_id or 0,
        actor=cast.victor,
        at=at,
    )


def a_hold(cast: Cast, at: datetime, *, lots: int = 1, **changes: Any) -> Booking:
    """Alice chooses, with everything claimed for ten minutes."""
    a_buyer_who_may_book(cast, at)
    wish = wish_for(a_viewing_room(cast), viewable_lots(cast, at, lots), visitors=(), **changes)
    return hold_viewing(wish=wish, actor=cast.alice, at=at)


def a_request(cast: Cast, at: datetime, **changes: Any) -> Booking:
    """Alice wants to bring three people, which a keeper has to allow."""
    visitors = ["Alice Alder", "Bob Alder", "A setter"]
    return a_booking(cast, at, visitors=visitors, justification="The setter decides.", **changes)


def a_lot_looked_at(cast: Cast, at: datetime, *, intent: Intent = Intent.BUY) -> Lot:
    """Alice has looked at a lot of 1.000 ct in a visit that is over; it is back, sealed and free."""
    session = a_weighed_in_session(cast, at, intents=[intent])
    close_session(booking_id=session.booking_id, actor=cast.victor, at=at)
    return Lot.objects.get(booked_lots__booking=session.booking_id)


def a_visit(
    cast: Cast, room: Room, lot: Lot, *, starts_at: datetime, actor: Actor, agreed: str | None = "1.000"
) -> datetime:
    """A buyer has come to look at a lot, wants it and is gone again; gives the moment of the end."""
    at = starts_at - timedelta(minutes=15)
    booking = booking_of(room, [lot], actor=actor, at=at, starts_at=starts_at)
    keepers: dict[str, Any] = {"booking_id": booking.pk, "actor": cast.victor, "at": at}
    witness_id = cast.vera.user_id or 0
    check_in(identity_note="passport seen", **keepers)
    open_session(weighed_out=weighings_out(booking), witness_id=witness_id, **keepers)
    record_finding(
        booking_id=booking.pk,
        lot_id=lot.pk,
        intent=Intent.BUY,
        agreed_carats=None if agreed is None else Decimal(agreed),
        remarks="",
        actor=actor,
        at=at,
    )
    seal = f"V-{Booking.objects.count():06d}"
    weighed_in = [WeighedIn(lot.pk, lot.weight_carats, lot.pieces, seal)]
    weigh_in_session(weighed_in=weighed_in, witness_id=witness_id, **keepers)
    close_session(**keepers)
    return at


def a_lot_that_two_looked_at(cast: Cast, at: datetime) -> tuple[Room, Lot, datetime]:
    """Alice and then Charlie have looked at a lot; gives the moment after that, too."""
    a_buyer_who_may_book(cast, at)
    set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
    room, lot = a_viewing_room(cast), viewable_lots(cast, at)[0]
    a_visit(cast, room, lot, starts_at=SLOT, actor=cast.alice)
    return room, lot, a_visit(cast, room, lot, starts_at=NEXT_SLOTS[0], actor=cast.charlie)


def an_offer(
    cast: Cast, at: datetime, *, lot: Lot | None = None, price: str | Money = "4000.00", **changes: Any
) -> Offer:
    """Alice offers 4,000.00 dollars a carat on the lot that she has looked at."""
    lot = lot or a_lot_looked_at(cast, at)
    asked: dict[str, Any] = {"procedure": Procedure.HOME_USE, "actor": cast.alice}
    named = price if isinstance(price, Money) else Money.from_text(price, "USD")
    return make_offer(lot_id=lot.pk, price=named, at=at, **asked | changes)


def wait_of(booking: Booking, *, actor: Actor, at: datetime, party_size: int = 2) -> WaitingEntry:
    """Somebody waits for just the time and the lots of a booking."""
    return join_waiting_list(
        lot_ids=list(booking.lots.values_list("lot_id", flat=True)),
        starts_at=booking.during.lower,
        ends_at=booking.during.upper,
        party_size=party_size,
        actor=actor,
        at=at,
    )
