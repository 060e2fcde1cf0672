"""Claims on a guarantee for whatever purpose: each once, by whom, and what lapses."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from tariffs.actions.guarantee_uses import settle_headroom, use_headroom
from tariffs.actions.guarantees import (
    expire_headroom,
    free_headroom,
    reserve_headroom,
    set_guarantee,
)
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import LimitBelowClaims, ReservationPurpose, ReservationRepeated
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee

VIEWING = ReservationPurpose.VIEWING


def yuan(amount: int) -> Money:
    return Money(amount * 100, "CNY")


def reserve(cast: Cast, at, reference: UUID, amount: int = 300, **changes) -> GuaranteeReservation:
    arguments = {
        "company_id": cast.alder.pk,
        "amount": yuan(amount),
        "purpose": VIEWING,
        "reference": reference,
        "expires_at": None,
        "actor": cast.alice,
        "at": at,
    }
    return reserve_headroom(**arguments | changes)


def figures() -> tuple[int, int]:
    account = GuaranteeAccount.objects.get()
    return account.reserved_minor, account.used_minor


def test_reserve_headroom__again_for_the_same_thing_changes_nothing(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    booking = uuid4()
    first, again = reserve(cast, at, booking), reserve(cast, at, booking)
    assert first.pk == again.pk
    assert figures() == (300_00, 0)


def test_reserve_headroom__refuses_another_amount_for_the_same_thing(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    booking = uuid4()
    reserve(cast, at, booking)
    with pytest.raises(ReservationRepeated):
        reserve(cast, at, booking, 301)
    assert figures() == (300_00, 0)


def test_reserve_headroom__refuses_a_thing_whose_claim_is_over(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    booking = uuid4()
    reserve(cast, at, booking)
    free_headroom(purpose=VIEWING, reference=booking, actor=cast.alice, at=at)
    with pytest.raises(ReservationRepeated):
        reserve(cast, at, booking)
    assert figures() == (0, 0)


def test_reserve_headroom__of_another_company_does_not_exist(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    with pytest.raises(NotFound):
        reserve(cast, at, uuid4(), actor=cast.charlie)
    assert figures() == (0, 0)


def test_free_headroom__of_another_company_changes_nothing(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    booking = uuid4()
    reserve(cast, at, booking)
    free_headroom(purpose=VIEWING, reference=booking, actor=cast.charlie, at=at)
    assert figures() == (300_00, 0)


def test_free_headroom__may_be_asked_twice_or_in_vain(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    booking = uuid4()
    reserve(cast, at, booking)
    for reference in (booking, booking, uuid4()):
        free_headroom(purpose=VIEWING, reference=reference, actor=cast.alice, at=at)
    assert figures() == (0, 0)


def test_use_headroom__uses_a_part_and_frees_the_rest(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    booking = uuid4()
    reserve(cast, at, booking)
    use_headroom(purpose=VIEWING, reference=booking, amount=yuan(200), actor=SYSTEM, at=at)
    assert figures() == (0, 200_00)
    with pytest.raises(StepNotAllowed):
        use_headroom(purpose=VIEWING, reference=booking, amount=yuan(1), actor=SYSTEM, at=at)
    settle_headroom(purpose=VIEWING, reference=booking, actor=SYSTEM, at=at)
    assert figures() == (0, 0)


def test_expire_headroom__lets_only_what_is_due_lapse(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    due, later = uuid4(), uuid4()
    reserve(cast, at, due, expires_at=at + timedelta(hours=1))
    reserve(cast, at, later, expires_at=at + timedelta(hours=2))
    reserve(cast, at, uuid4())
    assert expire_headroom(actor=SYSTEM, at=at + timedelta(hours=1)) == 1
    assert expire_headroom(actor=SYSTEM, at=at + timedelta(hours=1)) == 0
    assert GuaranteeReservation.objects.get(reference=due).state == "expired"
    assert figures() == (600_00, 0)


def test_set_guarantee__refuses_a_limit_below_the_claims(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    reserve(cast, at, uuid4())
    with pytest.raises(LimitBelowClaims) as refusal:
        set_guarantee(company_id=cast.alder.pk, limit=yuan(299), actor=cast.ada, at=at)
    assert refusal.value.facts == {"claims": "300.00", "limit": "299.00"}
    assert GuaranteeAccount.objects.get().limit_minor == 500_000_00


@pytest.mark.parametrize("name", ["alice", "olga", "victor", "audrey", "sven"])
def test_set_guarantee__is_the_administrators(cast: Cast, at, name: str) -> None:
    with pytest.raises(NotPermitted):
        set_guarantee(company_id=cast.alder.pk, limit=yuan(1), actor=getattr(cast, name), at=at)
    assert GuaranteeAccount.objects.count() == 0
