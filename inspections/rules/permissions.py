"""Which role may perform which act of looking at goods."""

from __future__ import annotations

from enum import StrEnum

from bonded.rules.permissions import Actor, ActTable, Role, may_by, require_by


class Act(StrEnum):
    """Every act on rooms, bookings and sessions, as `app.noun.verb`."""

    READ_SLOTS = "inspections.slot.read"
    READ_BOOKING = "inspections.booking.read"
    BOOK_VIEWING = "inspections.booking.book"
    HOLD_VIEWING = "inspections.booking.hold"
    CONFIRM_BOOKING = "inspections.booking.confirm"
    MOVE_BOOKING = "inspections.booking.move"
    DECIDE_BOOKING = "inspections.booking.decide"
    CANCEL_BOOKING = "inspections.booking.cancel"
    LAPSE_BOOKING = "inspections.booking.lapse"
    DROP_LOT = "inspections.booking.drop_lot"
    EXTEND_OVERRUN = "inspections.session.extend"
    PUSH_BOOKING = "inspections.booking.push"
    CHECK_IN = "inspections.session.check_in"
    OPEN_SESSION = "inspections.session.open"
    WEIGH_IN_SESSION = "inspections.session.weigh_in"
    CLOSE_SESSION = "inspections.session.close"
    RECORD_FINDING = "inspections.finding.record"
    STORE_FINDING_PHOTO = "inspections.finding_photo.store"
    READ_FINDING_PHOTO = "inspections.finding_photo.read"
    READ_BANS = "inspections.ban.read"
    BAN_VISITOR = "inspections.ban.make"
    LIFT_BAN = "inspections.ban.lift"
    PRICE_VISIT = "inspections.booking.price"
    ISSUE_BOOKING_PASS = "inspections.booking_pass.issue"  # noqa: S105
    FEED_COMPANY_VISITS = "inspections.calendar_feed.company"
    FEED_OWN_ESCORTS = "inspections.calendar_feed.escort"
    FEED_ROOM_VISITS = "inspections.calendar_feed.room"
    REVOKE_CALENDAR_FEED = "inspections.calendar_feed.revoke"
    READ_OFFER = "inspections.offer.read"
    MAKE_OFFER = "inspections.offer.make"
    COUNTER_OFFER = "inspections.offer.counter"
    ACCEPT_OFFER = "inspections.offer.accept"
    REFUSE_OFFER = "inspections.offer.refuse"
    WITHDRAW_OFFER = "inspections.offer.withdraw"
    LAPSE_OFFER = "inspections.offer.lapse"
    READ_WAITING_LIST = "inspections.waiting_entry.read"
    JOIN_WAITING_LIST = "inspections.waiting_entry.join"
    LEAVE_WAITING_LIST = "inspections.waiting_entry.leave"
    ISSUE_PLACE_LINK = "inspections.place_link.issue"
    RAISE_PRIORITY = "inspections.waiting_entry.raise_priority"
    OFFER_PLACE = "inspections.place.offer"
    ACCEPT_PLACE = "inspections.place.accept"
    DECLINE_PLACE = "inspections.place.decline"
    FOLLOW_PLACE = "inspections.place.follow"


_BUYER = frozenset({Role.BUYER})
_BOTH_SIDES = frozenset({Role.BUYER, Role.SUPPLIER})
_KEEPER = frozenset({Role.VAULT_KEEPER})
_HOUSE = frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.SYSTEM})
_READERS = _BUYER | _HOUSE | frozenset({Role.CUSTOMS_OFFICER, Role.AUDITOR})

MAY: ActTable = {
    Act.READ_SLOTS: _READERS,
    Act.READ_BOOKING: _READERS,
    Act.BOOK_VIEWING: _BUYER,
    Act.HOLD_VIEWING: _BUYER,
    Act.CONFIRM_BOOKING: _BUYER,
    Act.MOVE_BOOKING: _BUYER,
    Act.DECIDE_BOOKING: frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR}),
    Act.CANCEL_BOOKING: _BUYER | _HOUSE,
    Act.LAPSE_BOOKING: frozenset({Role.SYSTEM}),
    Act.DROP_LOT: frozenset({Role.SYSTEM}),
    Act.EXTEND_OVERRUN: _HOUSE,
    Act.PUSH_BOOKING: _HOUSE,
    Act.CHECK_IN: _KEEPER,
    Act.OPEN_SESSION: _KEEPER,
    Act.WEIGH_IN_SESSION: _KEEPER,
    Act.CLOSE_SESSION: _KEEPER,
    Act.RECORD_FINDING: _BUYER | _KEEPER,
    Act.STORE_FINDING_PHOTO: _BUYER | _KEEPER,
    # Of keepers those who took part in the visit.
    Act.READ_FINDING_PHOTO: frozenset({Role.BUYER, Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR}),
    Act.READ_BANS: frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR}),
    Act.BAN_VISITOR: frozenset({Role.ADMINISTRATOR}),
    Act.LIFT_BAN: frozenset({Role.ADMINISTRATOR}),
    Act.PRICE_VISIT: frozenset({Role.SYSTEM}),
    Act.ISSUE_BOOKING_PASS: _BUYER,
    Act.FEED_COMPANY_VISITS: _BUYER,
    Act.FEED_OWN_ESCORTS: _KEEPER,
    Act.FEED_ROOM_VISITS: frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR}),
    Act.REVOKE_CALENDAR_FEED: frozenset({Role.BUYER, Role.VAULT_KEEPER, Role.ADMINISTRATOR}),
    Act.READ_OFFER: _READERS | _BOTH_SIDES,
    Act.MAKE_OFFER: _BUYER,
    Act.COUNTER_OFFER: frozenset({Role.SUPPLIER}),
    # Whose turn it is says which side may.
    Act.ACCEPT_OFFER: _BOTH_SIDES,
    Act.REFUSE_OFFER: _BOTH_SIDES,
    Act.WITHDRAW_OFFER: _BUYER,
    Act.LAPSE_OFFER: frozenset({Role.SYSTEM}),
    Act.READ_WAITING_LIST: _BUYER | _HOUSE,
    Act.JOIN_WAITING_LIST: _BUYER,
    Act.LEAVE_WAITING_LIST: _BUYER,
    Act.ISSUE_PLACE_LINK: _BUYER,
    Act.RAISE_PRIORITY: frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR}),
    Act.OFFER_PLACE: frozenset({Role.SYSTEM}),
    Act.ACCEPT_PLACE: _BUYER,
    Act.DECLINE_PLACE: _BUYER,
    Act.FOLLOW_PLACE: frozenset({Role.SYSTEM}),
}


def may(actor: Actor, act: Act) -> bool:
    """Say whether the actor's role may perform the act."""
    return may_by(MAY, actor, act)


def require(actor: Actor, act: Act) -> None:
    """Refuse an act that the role does not have; raises as `require_by` does."""
    require_by(MAY, actor, act)
