"""Any sequence of acts on a real account: the limit is kept, the sums are equal, each part counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bonded.queries.invariants import broken_invariants
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from tariffs.actions.guarantee_uses import settle_headroom, use_headroom
from tariffs.actions.guarantees import (
    expire_headroom,
    free_headroom,
    reserve_headroom,
    resize_headroom,
)
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import ReservationPurpose
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ACTS = ("reserve", "use", "use_last", "settle", "free", "expire", "resize")
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(1, 3), st.sampled_from(["", "a", "b"]), st.integers(1, 400_00)),
    max_size=14,
)


def perform(cast: Cast, act: str, number: int, key: str, minor: int, hour: int) -> None:
    thing: dict[str, Any] = {"purpose": ReservationPurpose.VIEWING, "reference": UUID(int=number), "actor": SYSTEM}
    at, amount = AT + timedelta(hours=hour), Money(minor, "CNY")
    if act == "reserve":
        expires_at = at + timedelta(hours=4)
        reserve_headroom(
            company_id=cast.alder.pk, amount=amount, expires_at=expires_at, at=at, **thing | {"actor": cast.alice}
        )
    elif act in ("use", "use_last"):
        use_headroom(amount=amount, key=key, is_last=act == "use_last", at=at, **thing)
    elif act == "settle":
        settle_headroom(key=key, at=at, **thing)
    elif act == "free":
        free_headroom(at=at, **thing)
    elif act == "resize":
        resize_headroom(amount=amount, at=at, **thing)
    else:
        expire_headroom(actor=SYSTEM, at=at)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_acts__in_any_sequence_keep_the_account_sound(cast: Cast, steps: list[tuple[str, int, str, int]]) -> None:
    with transaction.atomic():
        account = a_guarantee(cast, AT, limit="800.00")
        for hour, (act, number, key, minor) in enumerate(steps):
            try:
                perform(cast, act, number, key, minor, hour)
            except RuleViolation:
                continue
            account.refresh_from_db()
            assert account.reserved_minor + account.used_minor <= account.limit_minor
        claims = [one.figures("CNY") for one in GuaranteeReservation.objects.all()]
        account.refresh_from_db()
        assert account.reserved_minor == sum(claim.rest.minor for claim in claims)
        assert account.used_minor == sum(claim.owed.minor for claim in claims)
        assert [one for one in broken_invariants() if "uarantee" in str(one) or "claim" in str(one)] == []
        assert GuaranteeAccount.objects.count() == 1
        transaction.set_rollback(True)
