"""The lives of bookings and sessions, pair by pair."""

from itertools import product

import pytest

from bonded.rules.lifecycle import StepNotAllowed, require_step
from inspections.rules import bookings, offers, sessions
from inspections.rules.bookings import BookingState
from inspections.rules.offers import OfferState
from inspections.rules.sessions import SessionState

# Written out by hand, so that a slip in the tables under test can't repeat itself here.
BOOKING_PAIRS = {
    ("held", "booked"),
    ("held", "requested"),
    ("held", "cancelled"),
    ("held", "lapsed"),
    ("requested", "booked"),
    ("requested", "refused"),
    ("requested", "cancelled"),
    ("requested", "lapsed"),
    ("booked", "moved"),
    ("booked", "no_show"),
    ("booked", "in_session"),
    ("booked", "cancelled"),
    ("in_session", "done"),
    ("in_session", "cancelled"),
}
SESSION_PAIRS = {
    ("checked_in", "open"),
    ("checked_in", "cancelled"),
    ("open", "weighed_in"),
    ("weighed_in", "closed"),
}
OFFER_PAIRS = {
    ("offered", "countered"),
    ("offered", "accepted"),
    ("offered", "refused"),
    ("offered", "withdrawn"),
    ("offered", "lapsed"),
    ("countered", "accepted"),
    ("countered", "refused"),
    ("countered", "withdrawn"),
    ("countered", "lapsed"),
}


@pytest.mark.parametrize(("current", "target"), list(product(BookingState, BookingState)))
def test_booking_steps__allow_exactly_the_listed_pairs(current: BookingState, target: BookingState) -> None:
    if (current.value, target.value) in BOOKING_PAIRS:
        require_step(bookings.STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed) as refusal:
            require_step(bookings.STEPS, current, target)
        assert (refusal.value.facts["current"], refusal.value.facts["target"]) == (current.value, target.value)


@pytest.mark.parametrize(("current", "target"), list(product(SessionState, SessionState)))
def test_session_steps__allow_exactly_the_listed_pairs(current: SessionState, target: SessionState) -> None:
    if (current.value, target.value) in SESSION_PAIRS:
        require_step(sessions.STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed):
            require_step(sessions.STEPS, current, target)


@pytest.mark.parametrize(("current", "target"), list(product(OfferState, OfferState)))
def test_offer_steps__allow_exactly_the_listed_pairs(current: OfferState, target: OfferState) -> None:
    if (current.value, target.value) in OFFER_PAIRS:
        require_step(offers.STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed):
            require_step(offers.STEPS, current, target)


def test_live_states__are_those_that_still_lead_somewhere() -> None:
    assert {state for state, steps in bookings.STEPS.items() if steps} == bookings.LIVE_STATES
    assert {state for state, steps in sessions.STEPS.items() if steps} == sessions.RUNNING_STATES
    assert {state for state, steps in offers.STEPS.items() if steps} == offers.OPEN_STATES == offers.TURNS.keys()
