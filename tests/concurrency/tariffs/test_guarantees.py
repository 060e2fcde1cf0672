"""Fifty at once on one guarantee: never above the limit, never one lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.db.models import F

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from tariffs.actions.guarantees import (
    expire_headroom,
    free_headroom,
    reserve_headroom,
    resize_headroom,
    settle_headroom,
    use_headroom,
)
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import ReservationPurpose
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee
from tests.situations.threads import outcomes_at_once

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


def codes_of(outcomes: list[object]) -> list[str]:
    """Name how each act ended: done, or the code of its refusal; anything else fails the test."""
    assert all(not isinstance(one, BaseException) or isinstance(one, RuleViolation) for one in outcomes), outcomes
    return [one.code if isinstance(one, RuleViolation) else "done" for one in outcomes]


def a_claim(cast: Cast, at: datetime, *, amount: str = "100.00") -> UUID:
    booking = uuid4()
    reserve_headroom(
        company_id=cast.alder.pk,
        amount=Money.from_text(amount, "CNY"),
        purpose=ReservationPurpose.VIEWING,
        reference=booking,
        expires_at=at + timedelta(hours=1),
        actor=cast.alice,
        at=at,
    )
    return booking


def sums_agree(limit: str) -> None:
    account = GuaranteeAccount.objects.get()
    rows = list(GuaranteeReservation.objects.all())
    assert account.reserved_minor == sum(row.amount_minor for row in rows if row.state == "reserved")
    assert account.used_minor == sum(row.used_minor for row in rows if row.state == "used")
    assert account.reserved_minor + account.used_minor <= Money.from_text(limit, "CNY").minor


@pytest.mark.django_db(transaction=True)
def test_use_and_settle__fifty_at_once_each_have_effect_once(cast: Cast, at) -> None:
    a_guarantee(cast, at, limit="500.00")
    named = {"purpose": ReservationPurpose.VIEWING, "reference": a_claim(cast, at), "actor": SYSTEM, "at": at}
    uses = [partial(use_headroom, amount=Money(60_00, "CNY"), **named)] * AT_ONCE
    codes = codes_of(outcomes_at_once(*uses))
    assert (codes.count("done"), codes.count("step_not_allowed")) == (1, AT_ONCE - 1)
    assert GuaranteeAccount.objects.get().used_minor == 60_00
    codes = codes_of(outcomes_at_once(*[partial(settle_headroom, **named)] * AT_ONCE))
    assert (codes.count("done"), codes.count("step_not_allowed")) == (1, AT_ONCE - 1)
    sums_agree("500.00")
    assert GuaranteeAccount.objects.get().used_minor == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_any_acts_on_a_few_claims__fifty_at_once(cast: Cast, at, round_: int) -> None:
    """Whoever comes first, each claim ends in one way, and the account holds exactly what its claims say."""
    a_guarantee(cast, at, limit="450.00")
    claims = [a_claim(cast, at) for _ in range(4)]
    acts = []
    for number in range(AT_ONCE):
        named = {
            "purpose": ReservationPurpose.VIEWING, "reference": claims[number % 4], "actor": SYSTEM, "at": at,
        }  # fmt: skip
        acts.append(
            (
                partial(use_headroom, amount=Money(90_00, "CNY"), **named),
                partial(free_headroom, **named),
                partial(resize_headroom, amount=Money((number + 80) * 100, "CNY"), **named),
                partial(expire_headroom, limit=10, actor=SYSTEM, at=at + timedelta(hours=2)),
                partial(settle_headroom, **named),
            )[(number + round_) % 5]
        )
    codes_of(outcomes_at_once(*acts))
    sums_agree("450.00")


@pytest.mark.django_db(transaction=True)
def test_reserving_without_a_lock__overdraws(cast: Cast, at) -> None:
    """The control: whoever looks first and writes afterwards, as the acts do not, is only stopped by the database."""
    a_guarantee(cast, at, limit="799.99")
    together = threading.Barrier(AT_ONCE)

    def look_then_write() -> str:
        account = GuaranteeAccount.objects.get()
        together.wait(timeout=30)
        if account.headroom.available < Money(100_00, "CNY"):
            return "headroom_missing"
        GuaranteeAccount.objects.filter(pk=account.pk).update(reserved_minor=F("reserved_minor") + 100_00)
        return "reserved"

    outcomes = outcomes_at_once(*[look_then_write] * AT_ONCE)
    assert outcomes.count("headroom_missing") == 0, "all of them believed that there was room"
    assert outcomes.count("reserved") == 7
    refused = [one for one in outcomes if isinstance(one, IntegrityError)]
    assert len(refused) == AT_ONCE - 7
    assert all("no_guarantee_is_overdrawn" in str(one) for one in refused)
    GuaranteeAccount.objects.update(reserved_minor=0)
