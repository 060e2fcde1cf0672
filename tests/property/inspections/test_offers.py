"""Any sequence of offers and answers: one cachet a lot at most, and every invariant holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bonded.actions.withdrawals import cancel_withdrawal, request_withdrawal
from bonded.models import Lot, Withdrawal
from bonded.queries.invariants import broken_invariants
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import Procedure, WithdrawalState
from inspections.actions.offers import accept_offer, counter_offer, make_offer, refuse_offer, withdraw_offer
from inspections.actions.overdue_offers import lapse_offer
from inspections.models import Offer
from tests.cast import Cast
from tests.situations.inspections import a_lot_that_two_looked_at

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ACTS = ("offer", "counter", "accept", "refuse", "withdraw", "lapse", "request", "give_up")
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTS), st.sampled_from(["alice", "charlie", "sven"]), st.integers(1, 10**8), st.integers(0, 40)
    ),
    max_size=14,
)


def perform(cast: Cast, lot: Lot, act: str, who: str, minor: int, at: datetime) -> None:
    """Do one thing, with the offer that was made last where one is needed."""
    actor: Actor = getattr(cast, who)
    price, last = Money(minor, "USD"), Offer.objects.order_by("made_at", "pk").last()
    kept = Withdrawal.objects.filter(state=WithdrawalState.REQUESTED).first()
    if act == "offer":
        make_offer(lot_id=lot.pk, price=price, procedure=Procedure.HOME_USE, actor=actor, at=at)
    elif act == "request":
        request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=actor, at=at)
    elif act == "give_up" and kept is not None:
        cancel_withdrawal(withdrawal_id=kept.pk, actor=actor, at=at)
    elif act == "counter" and last is not None:
        counter_offer(offer_id=last.pk, price=price, actor=actor, at=at)
    elif act == "lapse" and last is not None:
        lapse_offer(offer_id=last.pk, actor=SYSTEM, at=at)
    elif last is not None and act in ("accept", "refuse", "withdraw"):
        answer: Any = {"accept": accept_offer, "refuse": refuse_offer, "withdraw": withdraw_offer}[act]
        answer(offer_id=last.pk, actor=actor, at=at)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_acts__in_any_sequence_seal_a_lot_for_one_offer(cast: Cast, steps: list[tuple[str, str, int, int]]) -> None:
    with transaction.atomic():
        _, lot, at = a_lot_that_two_looked_at(cast, AT)
        for act, who, minor, hours in steps:
            at += timedelta(hours=hours)
            try:
                perform(cast, lot, act, who, minor, at)
            except RuleViolation:
                continue
            lot.refresh_from_db()
            sealed = Offer.objects.open().filter(lot=lot).count()
            assert sealed <= (lot.trade_state == "free")
        assert broken_invariants() == []
        transaction.set_rollback(True)
