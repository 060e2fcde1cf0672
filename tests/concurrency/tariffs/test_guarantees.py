"""Fifty at once on one guarantee: never above the limit, never one lost; and code that looks first is overdrawn."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from bonded.rules.validity import Validity
from tariffs.actions.guarantee_authorities import grant_authority
from tariffs.actions.guarantees import (
    expire_headroom,
    free_headroom,
    reserve_headroom,
    resize_headroom,
    use_headroom,
)
from tariffs.models import GuaranteeAccount, GuaranteeAuthority, GuaranteeReservation, GuaranteeUse
from tariffs.rules.guarantees import ReservationPurpose
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee, an_authority
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


VIEWING = ReservationPurpose.VIEWING


def reserved(cast: Cast, at: datetime, minor: int, **changes) -> GuaranteeReservation:
    asked: dict[str, Any] = {
        "company_id": cast.alder.pk,
        "amount": Money(minor, "CNY"),
        "purpose": VIEWING,
        "reference": uuid4(),
        "expires_at": None,
        "actor": cast.alice,
        "at": at,
    }
    return reserve_headroom(**asked | changes)


def kinds_of(outcomes: list[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def figures() -> tuple[int, int]:
    return GuaranteeAccount.objects.values_list("reserved_minor", "used_minor").get()


def using(reference: UUID, minor: int, key: str, at: datetime, *, is_last: bool = False) -> Callable[[], object]:
    return lambda: use_headroom(
        purpose=VIEWING, reference=reference, amount=Money(minor, "CNY"), key=key, is_last=is_last, actor=SYSTEM, at=at
    )


@pytest.mark.django_db(transaction=True)
def test_use_headroom__the_same_part_fifty_times_at_once_is_used_once(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    claim = reserved(cast, at, 300_00)
    outcomes = outcomes_at_once(*[using(claim.reference, 100_00, "one", at)] * AT_ONCE)
    assert kinds_of(outcomes) == {"GuaranteeReservation": AT_ONCE}
    assert GuaranteeUse.objects.count() == 1
    assert figures() == (200_00, 100_00)


@pytest.mark.django_db(transaction=True)
def test_use_headroom__fifty_parts_at_once_never_exceed_the_claim(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    claim = reserved(cast, at, 799_99)
    outcomes = outcomes_at_once(*[using(claim.reference, 100_00, str(n), at) for n in range(AT_ONCE)])
    assert kinds_of(outcomes) == {"GuaranteeReservation": 7, "UseExceedsReservation": AT_ONCE - 7}
    assert figures() == (99_99, 700_00)


@pytest.mark.django_db(transaction=True)
def test_free_headroom__against_its_lapse_gives_back_once(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    over = at + timedelta(hours=1)
    claims = [reserved(cast, at, 10_00, expires_at=over) for _ in range(10)]
    kept = reserved(cast, at, 5_00)

    def free(claim: GuaranteeReservation) -> Callable[[], object]:
        return lambda: free_headroom(purpose=VIEWING, reference=claim.reference, actor=cast.alice, at=over)

    lapse = [lambda: expire_headroom(actor=SYSTEM, at=over)] * 10
    outcomes = outcomes_at_once(*[free(claim) for claim in claims], *lapse)
    assert set(kinds_of(outcomes)) == {"NoneType", "int"}
    assert figures() == (kept.amount_minor, 0)
    assert Counter(GuaranteeReservation.objects.values_list("state", flat=True))["reserved"] == 1


@pytest.mark.django_db(transaction=True)
def test_resize_headroom__against_use_loses_nothing(cast: Cast, at) -> None:
    a_guarantee(cast, at, limit="1000.00")
    claims = [reserved(cast, at, 100_00) for _ in range(5)]

    def resize(claim: GuaranteeReservation, minor: int) -> Callable[[], object]:
        amount = Money(minor, "CNY")
        return lambda: resize_headroom(purpose=VIEWING, reference=claim.reference, amount=amount, actor=SYSTEM, at=at)

    acts = [resize(claim, 100_00 + 50_00 * n) for claim in claims for n in range(1, 6)]
    acts += [using(claim.reference, 100_00, "", at, is_last=True) for claim in claims]
    allowed = {"GuaranteeReservation", "NotResizable", "HeadroomMissing"}
    assert set(kinds_of(outcomes_at_once(*acts))) <= allowed
    assert figures() == (0, 500_00)


@pytest.mark.django_db(transaction=True)
def test_reserve_headroom__fifty_draws_of_an_agent_stay_within_its_authority(cast: Cast, at) -> None:
    a_guarantee(cast, at, limit="100000.00")
    grant_authority(
        company_id=cast.alder.pk,
        agent_id=cast.cedar.pk,
        sub_limit=Money(799_99, "CNY"),
        validity=Validity(at.date()),
        sees_balance=False,
        actor=cast.alice,
        at=at,
    )
    agents: dict[str, Any] = {"company_id": cast.cedar.pk, "principal_id": cast.alder.pk, "actor": cast.charlie}
    outcomes = outcomes_at_once(*[lambda: reserved(cast, at, 100_00, **agents)] * AT_ONCE)
    assert kinds_of(outcomes) == {"GuaranteeReservation": 7, "AuthorityExceeded": AT_ONCE - 7}
    assert GuaranteeAuthority.objects.get().claimed_minor == 700_00
    assert figures() == (700_00, 0)


@pytest.mark.django_db(transaction=True)
def test_reserve_headroom__by_agent_and_principal_at_once_stays_within_both(cast: Cast, at) -> None:
    """There is room for twelve: the agent gets no more than its seven, and what is left is the principal's."""
    authority = an_authority(cast, at, limit="1299.99", sub_limit="799.99")
    principals: dict[str, Any] = {"company_id": cast.cedar.pk, "actor": cast.charlie}
    agents: dict[str, Any] = {"principal_id": cast.cedar.pk}
    acts = [lambda: reserved(cast, at, 100_00, **agents), lambda: reserved(cast, at, 100_00, **principals)]
    kinds = kinds_of(outcomes_at_once(*acts * (AT_ONCE // 2)))
    assert kinds["GuaranteeReservation"] == 12
    assert set(kinds) <= {"GuaranteeReservation", "AuthorityExceeded", "HeadroomMissing"}
    authority.refresh_from_db()
    assert authority.claimed_minor == 100_00 * GuaranteeReservation.objects.filter(authority=authority).count()
    assert authority.claimed_minor <= 700_00
    assert figures() == (1200_00, 0)


@pytest.mark.django_db(transaction=True)
def test_check_then_write__without_lock_and_trigger_overdraws() -> None:
    """The negative control: what the same race does to code that looks first and writes then."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch_guarantee AS SELECT 79999::bigint AS limit_minor, 0::bigint AS reserved")
    try:

        def look_then_write() -> bool:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT limit_minor - reserved FROM scratch_guarantee")
                if cursor.fetchone()[0] < 100_00:
                    return False
                time.sleep(0.01)
                cursor.execute("UPDATE scratch_guarantee SET reserved = reserved + 10000")
            return True

        assert outcomes_at_once(*[look_then_write] * AT_ONCE).count(True) > 7
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_guarantee")
