"""A wait's life, pair by pair, and what may be waited for."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bonded.rules.lifecycle import StepNotAllowed, require_step
from inspections.rules.waiting_list import (
    LONGEST_WINDOW,
    STEPS,
    PartyTooLarge,
    WaitState,
    WindowInvalid,
    require_party,
    require_window,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
# Written out by hand, so that a slip in the table under test can't repeat itself here.
PAIRS = {
    ("waiting", "offered"),
    ("waiting", "lapsed"),
    ("waiting", "left"),
    ("offered", "accepted"),
    ("offered", "declined"),
    ("offered", "lapsed"),
    ("offered", "left"),
    ("offered", "waiting"),
}


@pytest.mark.parametrize(("current", "target"), list(product(WaitState, WaitState)))
def test_wait_steps__allow_exactly_the_listed_pairs(current: WaitState, target: WaitState) -> None:
    if (current.value, target.value) in PAIRS:
        require_step(STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed):
            require_step(STEPS, current, target)


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [(AT, AT + LONGEST_WINDOW), (AT - timedelta(days=1), AT + MOMENT), (AT + MOMENT, AT + MOMENT + LONGEST_WINDOW)],
)
def test_require_window__takes_ninety_days_to_come(starts_at: datetime, ends_at: datetime) -> None:
    require_window(starts_at, ends_at, at=AT)
    with pytest.raises(WindowInvalid):
        require_window(starts_at, ends_at, at=ends_at)


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [(AT - timedelta(days=1), AT), (AT + MOMENT, AT + MOMENT), (AT, AT + LONGEST_WINDOW + MOMENT)],
)
def test_require_window__refuses_what_is_over_empty_or_too_long(starts_at: datetime, ends_at: datetime) -> None:
    with pytest.raises(WindowInvalid):
        require_window(starts_at, ends_at, at=AT)


def test_require_party__refuses_one_more_than_was_named() -> None:
    require_party(3, 3)
    with pytest.raises(PartyTooLarge) as refusal:
        require_party(4, 3)
    assert refusal.value.facts == {"visitors": 4, "party_size": 3}
