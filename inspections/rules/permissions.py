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
    CHECK_IN = "inspections.session.check_in"
    OPEN_SESSION = "inspections.session.open"
    WEIGH_IN_SESSION = "inspections.session.weigh_in"
    CLOSE_SESSION = "inspections.session.close"
    RECORD_FINDING = "inspections.finding.record"
    PRICE_VISIT = "inspections.booking.price"
    READ_WAITING_LIST = "inspections.waiting_entry.read"
    JOIN_WAITING_LIST = "inspections.waiting_entry.join"
    LEAVE_WAITING_LIST = "inspections.waiting_entry.leave"
    ISSUE_OFFER_LINK = "inspections.offer_link.issue"
    RAISE_PRIORITY = "inspections.waiting_entry.raise_priority"
    OFFER_PLACE = "inspections.offer.make"
    ACCEPT_OFFER = "inspections.offer.accept"
    DECLINE_OFFER = "inspections.offer.decline"
    FOLLOW_OFFER = "inspections.offer.follow"


_BUYER = frozenset({Role.BUYER})
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
    Act.CHECK_IN: _KEEPER,
    Act.OPEN_SESSION: _KEEPER,
    Act.WEIGH_IN_SESSION: _KEEPER,
    Act.CLOSE_SESSION: _KEEPER,
    Act.RECORD_FINDING: _BUYER | _KEEPER,
    Act.PRICE_VISIT: frozenset({Role.SYSTEM}),
    Act.READ_WAITING_LIST: _BUYER | _HOUSE,
    Act.JOIN_WAITING_LIST: _BUYER,
    Act.LEAVE_WAITING_LIST: _BUYER,
    Act.ISSUE_OFFER_LINK: _BUYER,
    Act.RAISE_PRIORITY: frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR}),
    Act.OFFER_PLACE: frozenset({Role.SYSTEM}),
    Act.ACCEPT_OFFER: _BUYER,
    Act.DECLINE_OFFER: _BUYER,
    Act.FOLLOW_OFFER: frozenset({Role.SYSTEM}),
}


def may(actor: Actor, act: Act) -> bool:
    """Say whether the actor's role may perform the act."""
    return may_by(MAY, actor, act)


def require(actor: Actor, act: Act) -> None:
    """Refuse an act that the role does not have; raises as `require_by` does."""
    require_by(MAY, actor, act)
