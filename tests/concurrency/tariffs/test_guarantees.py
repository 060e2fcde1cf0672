"""Fifty at once on one guarantee: never above the limit, never one lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from tariffs.actions.guarantees import reserve_headroom
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import ReservationPurpose
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee

AT_ONCE = 50


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_thing", [False, True])
def test_reserve_headroom__fifty_at_once(cast: Cast, at, same_thing: bool) -> None:
    """There is room for seven claims; for one and the same thing there is one claim, however often it is asked."""
    a_guarantee(cast, at, limit="799.99")
    booking, together = uuid4(), Barrier(AT_ONCE)

    def claim(_: int) -> str:
        together.wait(timeout=30)
        try:
            reserve_headroom(
                company_id=cast.alder.pk,
                amount=Money(100_00, "CNY"),
                purpose=ReservationPurpose.VIEWING,
                reference=booking if same_thing else uuid4(),
                expires_at=None,
                actor=cast.alice,
                at=at,
            )
        except RuleViolation as refusal:
            return refusal.code
        finally:
            connection.close()
        return "reserved"

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(claim, range(AT_ONCE)))
    claims = 1 if same_thing else 7
    assert answers.count("reserved") == (AT_ONCE if same_thing else 7)
    assert answers.count("headroom_missing") == (0 if same_thing else AT_ONCE - 7)
    assert GuaranteeReservation.objects.count() == claims
    assert GuaranteeAccount.objects.get().reserved_minor == claims * 100_00
