"""When a delivery is tried again."""

from datetime import timedelta
from itertools import product

import pytest

from bonded.rules.retries import DELIVERY_STEPS, DeliveryState, is_given_up, retry_delay


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [
        (1, 0.0, 0.5),
        (1, 0.5, 0.75),
        (2, 0.0, 1.0),
        (5, 0.0, 8.0),
        (9, 0.0, 128.0),
        (10, 0.0, 150.0),
        (1000, 0.0, 150.0),
    ],
)
def test_retry_delay__doubles_up_to_five_minutes(attempts: int, jitter: float, seconds: float) -> None:
    assert retry_delay(attempts, jitter=jitter) == timedelta(seconds=seconds)


def test_is_given_up__after_each_twenty_attempts() -> None:
    assert [is_given_up(attempts) for attempts in (1, 19, 20, 21, 40)] == [False, False, True, False, True]


ALLOWED = {
    ("waiting", "sending"),
    ("sending", "waiting"),
    ("sending", "sending"),
    ("sending", "sent"),
    ("sending", "refused"),
    ("sending", "dead"),
    ("dead", "waiting"),
}


@pytest.mark.parametrize(("current", "target"), list(product(DeliveryState, DeliveryState)))
def test_delivery_steps__allow_exactly_the_listed_pairs(current: DeliveryState, target: DeliveryState) -> None:
    assert (target in DELIVERY_STEPS[current]) == ((current.value, target.value) in ALLOWED)
