"""Instruments make the limit, warnings are told once, and agents draw within their authority."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from bonded.models import ClientEvent
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from bonded.rules.validity import Validity
from tariffs.actions.guarantee_authorities import grant_authority, revoke_authority
from tariffs.actions.guarantee_instruments import add_instrument, review_guarantee, withdraw_instrument
from tariffs.actions.guarantee_uses import settle_headroom, use_headroom
from tariffs.actions.guarantees import free_headroom, reserve_headroom, set_guarantee
from tariffs.models import (
    GuaranteeAccount,
    GuaranteeAuthority,
    GuaranteeInstrument,
    GuaranteeReservation,
    GuaranteeWarning,
)
from tariffs.queries.guarantee_positions import forecast_of, position_of
from tariffs.queries.guarantees import guarantee_of, live_claims
from tariffs.rules.guarantee_authorities import AuthorityExceeded, AuthorityInvalid, AuthorityOverlaps
from tariffs.rules.guarantee_instruments import InstrumentInvalid, InstrumentKind, InstrumentRepeated
from tariffs.rules.guarantees import HeadroomMissing, LimitBelowClaims, ReservationPurpose, UseRepeated
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule

VIEWING = ReservationPurpose.VIEWING
TODAY = date(2026, 11, 23)
TO_NEW_YEAR = Validity(date(2026, 1, 1), date(2027, 1, 1))


def yuan(amount: int) -> Money:
    return Money(amount * 100, "CNY")


def add(cast: Cast, at: datetime, **changes) -> GuaranteeInstrument:
    says: dict[str, Any] = {
        "company_id": cast.alder.pk,
        "kind": InstrumentKind.BANK_GUARANTEE,
        "number": "LG-1",
        "guarantor": "A Bank",
        "amount": yuan(1000),
        "validity": TO_NEW_YEAR,
        "order_of_use": 1,
        "actor": cast.ada,
        "at": at,
    }
    return add_instrument(**says | changes)


def reserve(cast: Cast, at: datetime, amount: int, **changes) -> GuaranteeReservation:
    asked: dict[str, Any] = {
        "company_id": cast.alder.pk,
        "amount": yuan(amount),
        "purpose": VIEWING,
        "reference": uuid4(),
        "expires_at": None,
        "actor": cast.alice,
        "at": at,
    }
    return reserve_headroom(**asked | changes)


def account() -> GuaranteeAccount:
    return GuaranteeAccount.objects.get()


# Instruments.


def test_add_instrument__raises_the_limit_beside_the_opening_limit(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="500.00")
    first, again = add(cast, at), add(cast, at)
    assert first.pk == again.pk
    assert account().limit_minor == 1500_00


def test_add_instrument__counts_only_on_its_days(cast: Cast, at: datetime) -> None:
    add(cast, at, validity=Validity(date(2026, 11, 24), date(2026, 11, 25)))
    assert account().limit_minor == 0
    with pytest.raises(HeadroomMissing):
        reserve(cast, at, 1)
    # Midnight in Shanghai is four in the afternoon of the day before, by UTC.
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=at.tzinfo)
    reserve(cast, midnight, 1000)
    with pytest.raises(HeadroomMissing) as refusal:
        reserve(cast, midnight + timedelta(days=1), 1)
    assert refusal.value.facts["available"] == "0.00"
    assert account().reserved_minor == 1000_00


def test_add_instrument__refuses_other_terms_and_leaves_the_first(cast: Cast, at: datetime) -> None:
    add(cast, at)
    with pytest.raises(InstrumentRepeated) as refusal:
        add(cast, at, amount=yuan(2000))
    assert refusal.value.facts == {"kind": "bank_guarantee", "number": "LG-1"}
    assert account().limit_minor == 1000_00


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": yuan(0)},
        {"amount": yuan(-1)},
        {"number": ""},
        {"order_of_use": 0},
        {"kind": InstrumentKind.OPENING_LIMIT},
    ],
)
def test_add_instrument__refuses_what_is_none(cast: Cast, at: datetime, changes: dict[str, Any]) -> None:
    with pytest.raises(InstrumentInvalid):
        add(cast, at, **changes)
    assert not GuaranteeAccount.objects.exists()


@pytest.mark.parametrize("name", ["alice", "olga", "victor", "audrey", "sven"])
def test_add_instrument__is_the_administrators(cast: Cast, at: datetime, name: str) -> None:
    with pytest.raises(NotPermitted):
        add(cast, at, actor=getattr(cast, name))
    assert not GuaranteeInstrument.objects.exists()


def test_withdraw_instrument__leaves_the_claims_uncovered_and_nothing_to_claim(cast: Cast, at: datetime) -> None:
    paper = add(cast, at)
    claim = reserve(cast, at, 700)
    gone: dict[str, Any] = {"company_id": cast.alder.pk, "instrument_id": paper.pk, "actor": cast.ada, "at": at}
    withdraw_instrument(**gone)
    assert (account().headroom.available, account().headroom.uncovered) == (yuan(0), yuan(700))
    assert position_of(account(), on=TODAY).parts == ((claim.pk, None, 700_00),)
    with pytest.raises(HeadroomMissing):
        reserve(cast, at, 1)
    use_headroom(purpose=VIEWING, reference=claim.reference, amount=yuan(700), actor=SYSTEM, at=at)
    assert (account().reserved_minor, account().used_minor) == (0, 700_00)
    with pytest.raises(StepNotAllowed):
        withdraw_instrument(**gone)


def test_withdraw_instrument__of_another_company_does_not_exist(cast: Cast, at: datetime) -> None:
    paper = add(cast, at)
    set_guarantee(company_id=cast.cedar.pk, limit=yuan(1), actor=cast.ada, at=at)
    with pytest.raises(NotFound):
        withdraw_instrument(company_id=cast.cedar.pk, instrument_id=paper.pk, actor=cast.ada, at=at)
    assert GuaranteeInstrument.objects.get(pk=paper.pk).state == "in_force"


def test_set_guarantee__is_beside_what_instruments_are_good_for(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="500.00")
    add(cast, at)
    reserve(cast, at, 1200)
    with pytest.raises(LimitBelowClaims):
        a_guarantee(cast, at, limit="199.99")
    assert a_guarantee(cast, at, limit="200.00").limit_minor == 1200_00


# Part use.


def test_use_headroom__part_by_part_each_once(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="500.00")
    claim = reserve(cast, at, 300)
    thing: dict[str, Any] = {"purpose": VIEWING, "reference": claim.reference, "actor": SYSTEM, "at": at}
    for _ in range(2):
        use_headroom(key="first", amount=yuan(100), is_last=False, **thing)
    assert (account().reserved_minor, account().used_minor) == (200_00, 100_00)
    with pytest.raises(UseRepeated):
        use_headroom(key="first", amount=yuan(99), is_last=False, **thing)
    settle_headroom(key="first", **thing)
    with pytest.raises(StepNotAllowed):
        settle_headroom(key="none", **thing | {"reference": reserve(cast, at, 1).reference})
    use_headroom(key="second", amount=yuan(50), is_last=False, **thing)
    free_headroom(**thing)
    assert (account().reserved_minor, account().used_minor) == (1_00, 50_00)
    assert GuaranteeReservation.objects.get(pk=claim.pk).state == "used"
    settle_headroom(key="second", **thing)
    assert GuaranteeReservation.objects.get(pk=claim.pk).state == "settled"
    assert account().used_minor == 0


# Warnings.


def test_review_guarantee__tells_each_cause_once_until_it_comes_again(cast: Cast, at: datetime) -> None:
    paper = add(cast, at, validity=Validity(date(2026, 1, 1), date(2026, 11, 30)))
    claim = reserve(cast, at, 900, expires_at=at + timedelta(days=10))
    review: dict[str, Any] = {"account_id": account().pk, "actor": SYSTEM}
    assert review_guarantee(**review, at=at) == 2
    assert review_guarantee(**review, at=at + timedelta(hours=1)) == 0
    events = ClientEvent.objects.filter(kind="guarantee.warned").order_by("pk").values_list("company_id", "facts")
    assert list(events) == [
        (cast.alder.pk, {"warning": "ends_too_early", "instrument_id": str(paper.pk)}),
        (cast.alder.pk, {"warning": "low_headroom"}),
    ]
    free_headroom(purpose=VIEWING, reference=claim.reference, actor=cast.alice, at=at)
    assert review_guarantee(**review, at=at + timedelta(hours=2)) == 0
    assert not GuaranteeWarning.objects.filter(ended_at=None).exists()
    reserve(cast, at, 900)
    assert review_guarantee(**review, at=at + timedelta(hours=3)) == 2


def test_review_guarantee__notices_the_end_of_an_instrument(cast: Cast, at: datetime) -> None:
    add(cast, at, validity=Validity(date(2026, 1, 1), date(2026, 11, 24)))
    reserve(cast, at, 100)
    assert account().limit_minor == 1000_00
    review_guarantee(account_id=account().pk, actor=SYSTEM, at=at + timedelta(days=1))
    assert account().headroom.uncovered == yuan(100)
    assert GuaranteeWarning.objects.get(kind="uncovered", ended_at=None).began_at == at + timedelta(days=1)


# Forecast.


def test_forecast_of__gives_headroom_back_when_a_debt_is_due(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    reserve(cast, at, 1000, expires_at=at + timedelta(days=1))
    days = {day.on: day for day in forecast_of(account(), on=TODAY, days=60)}
    assert len(days) == 60
    assert days[TODAY].available_minor == 193_222_22
    assert days[TODAY + timedelta(days=2)].available_minor == 194_222_22
    assert days[debt.due_on].available_minor == 194_222_22
    after = days[debt.due_on + timedelta(days=1)]
    assert after.available_minor == 500_000_00
    assert [change.kind for change in after.changes] == ["debt_is_paid"]
    late = forecast_of(account(), on=debt.due_on + timedelta(days=1), days=366)
    assert late[-1].claimed_minor == 305_777_78


# Agents.


def grant(cast: Cast, at: datetime, **changes) -> GuaranteeAuthority:
    says: dict[str, Any] = {
        "company_id": cast.alder.pk,
        "agent_id": cast.cedar.pk,
        "sub_limit": yuan(300),
        "validity": TO_NEW_YEAR,
        "sees_balance": False,
        "actor": cast.alice,
        "at": at,
    }
    return grant_authority(**says | changes)


def draw(cast: Cast, at: datetime, amount: int, **changes) -> GuaranteeReservation:
    ours: dict[str, Any] = {"company_id": cast.cedar.pk, "principal_id": cast.alder.pk, "actor": cast.charlie}
    return reserve(cast, at, amount, **ours | changes)


def test_reserve_headroom__by_an_agent_counts_in_both(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="1000.00")
    authority = grant(cast, at)
    claim = draw(cast, at, 200)
    authority.refresh_from_db()
    assert (account().reserved_minor, authority.claimed_minor) == (200_00, 200_00)
    with pytest.raises(AuthorityExceeded) as refusal:
        draw(cast, at, 101)
    assert refusal.value.facts["shortfall"] == "1.00"
    free_headroom(purpose=VIEWING, reference=claim.reference, actor=cast.charlie, at=at)
    authority.refresh_from_db()
    assert (account().reserved_minor, authority.claimed_minor) == (0, 0)


@pytest.mark.parametrize("sees_balance", [True, False])
def test_reserve_headroom__tells_an_agent_no_more_than_it_may_see(cast: Cast, at: datetime, sees_balance: bool) -> None:
    a_guarantee(cast, at, limit="1000.00")
    grant(cast, at, sees_balance=sees_balance)
    reserve(cast, at, 900)
    with pytest.raises(HeadroomMissing) as refusal:
        draw(cast, at, 200)
    facts = refusal.value.facts
    assert facts.get("available") == ("100.00" if sees_balance else None)
    assert facts.get("could_be_freed", []) == []
    assert ("100.00" in refusal.value.message) is sees_balance
    if not sees_balance:
        assert set(facts) == {"needed", "currency", "ways_out"}
    assert account().reserved_minor == 900_00


def test_reserve_headroom__names_the_ways_out_with_their_figures(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    claim = reserve(cast, at, 100_000)
    with pytest.raises(HeadroomMissing) as refusal:
        reserve(cast, at, 100_000)
    assert refusal.value.facts["shortfall"] == "5777.78"
    assert refusal.value.facts["could_be_freed"] == [f"viewing {claim.reference}: 100000.00"]
    assert refusal.value.facts["due_next"] == f"{debt.reference} on {debt.due_on.isoformat()}: 305777.78"


def test_reserve_headroom__without_an_authority_in_force_finds_nothing(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="1000.00")
    with pytest.raises(NotFound):
        draw(cast, at, 1)
    authority = grant(cast, at)
    with pytest.raises(NotFound):
        draw(cast, datetime(2026, 12, 31, 16, 0, tzinfo=at.tzinfo), 1)
    revoke_authority(company_id=cast.alder.pk, authority_id=authority.pk, actor=cast.alice, at=at)
    with pytest.raises(NotFound):
        draw(cast, at, 1)
    assert account().reserved_minor == 0


def test_grant_authority__once_a_day_and_agent(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at)
    first, again = grant(cast, at), grant(cast, at)
    assert first.pk == again.pk
    with pytest.raises(AuthorityOverlaps) as refusal:
        grant(cast, at, sub_limit=yuan(301))
    assert refusal.value.facts == {"authority_id": first.pk}
    revoke_authority(company_id=cast.alder.pk, authority_id=first.pk, actor=cast.ada, at=at)
    assert grant(cast, at, sub_limit=yuan(301)).pk != first.pk
    with pytest.raises(StepNotAllowed):
        revoke_authority(company_id=cast.alder.pk, authority_id=first.pk, actor=cast.ada, at=at)


def test_grant_authority__refuses_what_is_none(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at)
    over = Validity(date(2026, 1, 1), TODAY)
    for changes in ({"sub_limit": yuan(0)}, {"agent_id": cast.alder.pk}, {"validity": over}):
        with pytest.raises(AuthorityInvalid):
            grant(cast, at, **changes)
    for actor in (cast.charlie,):
        with pytest.raises(NotFound):
            grant(cast, at, actor=actor)
    with pytest.raises(NotPermitted):
        grant(cast, at, actor=cast.olga)
    assert not GuaranteeAuthority.objects.exists()


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"claimed_minor": 300_01}, "no_authority_is_overdrawn"),
        ({"claimed_minor": -1}, "no_authority_is_overdrawn"),
        ({"state": "revoked"}, "a_revoked_authority_says_when"),
        ({"sub_limit_minor": 0}, "an_authority_is_of_an_amount"),
    ],
)
def test_authorities__are_kept_sound_by_the_database(cast: Cast, at: datetime, columns, constraint: str) -> None:
    a_guarantee(cast, at)
    authority = grant(cast, at)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        GuaranteeAuthority.objects.filter(pk=authority.pk).update(**columns)
    authority.pk = None
    with pytest.raises(IntegrityError, match="an_agent_has_one_authority_a_day"), transaction.atomic():
        authority.save(force_insert=True)


def test_guarantee_of__is_shown_to_an_agent_that_may_see_it(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="1000.00")
    blind = grant(cast, at)
    with pytest.raises(NotFound):
        guarantee_of(cast.alder.pk, actor=cast.charlie, at=at)
    revoke_authority(company_id=cast.alder.pk, authority_id=blind.pk, actor=cast.alice, at=at)
    grant(cast, at, sees_balance=True)
    reserve(cast, at, 500)
    mine = draw(cast, at, 100)
    seen = guarantee_of(cast.alder.pk, actor=cast.charlie, at=at)
    assert seen.reserved_minor == 600_00
    assert [claim.pk for claim in live_claims(seen, actor=cast.charlie)] == [mine.pk]
    assert len(live_claims(seen, actor=cast.alice)) == 2
    with pytest.raises(NotFound):
        guarantee_of(cast.alder.pk, actor=cast.charlie, at=datetime(2027, 1, 1, tzinfo=at.tzinfo))
