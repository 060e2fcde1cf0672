"""Duty secured over HTTP on another company's guarantee: Alder is the agent, Cedar the principal."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.actions.withdrawals import release_withdrawal
from bonded.models import User
from bonded.rules.validity import Validity
from tariffs.actions.guarantee_authorities import revoke_authority
from tariffs.models import DutyDebt, GuaranteeAccount, GuaranteeAuthority, GuaranteeReservation
from tests.cast import Cast
from tests.situations.tariffs import (
    a_guarantee,
    a_schedule,
    an_assessed_withdrawal,
    an_authority,
    camt053,
    cleared_by_customs,
    settle,
)

OWED = 305_777_78


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let every request come at the moment of the test."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def secure(cast: Cast, who: str | None, withdrawal_id: Any, principal_id: Any, *, key: str = "") -> Any:
    client = Client()
    if who:
        user = User.objects.get(pk=getattr(cast, who).user_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(
        f"/api/v1/withdrawals/{withdrawal_id}/secure-duty",
        {"guarantee_company_id": principal_id},
        content_type="application/json",
        headers={"Idempotency-Key": key or str(uuid4())},
    )


def nothing_is_claimed() -> bool:
    claimed = {*GuaranteeAccount.objects.values_list("reserved_minor", flat=True)}
    authorities = {*GuaranteeAuthority.objects.values_list("claimed_minor", flat=True)}
    return not GuaranteeReservation.objects.exists() and claimed | authorities <= {0}


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 201), ("bob", 201), ("charlie", 404), ("olga", 403), ("victor", 403), ("ada", 403), ("sven", 403),
     (None, 401)],
)  # fmt: skip
def test_secure_duty__on_a_principals_guarantee_by_everybody(
    cast: Cast, at: datetime, who: str | None, status: int
) -> None:
    a_schedule(at)
    an_authority(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    assert secure(cast, who, withdrawal.pk, cast.cedar.pk).status_code == status
    assert nothing_is_claimed() is (status != 201)


def test_secure_duty__draws_on_the_principal_and_leaves_the_agents_own_alone(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    own, authority = a_guarantee(cast, at), an_authority(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    answer, again = (secure(cast, "alice", withdrawal.pk, cast.cedar.pk, key="k") for _ in range(2))
    assert (answer.status_code, answer.content) == (201, again.content)
    assert answer.json()["guarantee_company_id"] == cast.cedar.pk
    claim = GuaranteeReservation.objects.get()
    assert (claim.account.company_id, claim.authority_id, claim.amount_minor) == (cast.cedar.pk, authority.pk, OWED)
    for row, reserved in ((own, 0), (claim.account, OWED)):
        row.refresh_from_db()
        assert row.reserved_minor == reserved
    authority.refresh_from_db()
    assert authority.claimed_minor == OWED


def test_secure_duty__on_a_principal_is_owed_by_the_agent_and_given_back_when_paid(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    authority = an_authority(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    secure(cast, "alice", withdrawal.pk, cast.cedar.pk)
    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    debt = DutyDebt.objects.get()
    assert (debt.company_id, debt.total_minor) == (cast.alder.pk, OWED)
    account = GuaranteeAccount.objects.get(company=cast.cedar)
    assert (account.reserved_minor, account.used_minor) == (0, OWED)
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    account.refresh_from_db()
    authority.refresh_from_db()
    assert (account.used_minor, authority.claimed_minor) == (0, 0)


def test_secure_duty__on_its_own_guarantee_by_name(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    assert secure(cast, "alice", withdrawal.pk, cast.alder.pk).status_code == 201
    assert GuaranteeReservation.objects.get().authority_id is None


@pytest.mark.parametrize("is_seen", [False, True])
def test_secure_duty__over_the_sub_limit_tells_the_shortfall(cast: Cast, at: datetime, is_seen: bool) -> None:
    a_schedule(at)
    an_authority(cast, at, limit="300000.00", sub_limit="305777.77", sees_balance=is_seen)
    withdrawal = an_assessed_withdrawal(cast, at)
    answer = secure(cast, "alice", withdrawal.pk, cast.cedar.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "authority_exceeded")
    facts = answer.json()["facts"]
    assert (facts["available"], facts["shortfall"]) == ("305777.77", "0.01")
    assert "300000" not in answer.content.decode()
    assert nothing_is_claimed()


@pytest.mark.parametrize(("is_seen", "shortfall"), [(False, None), (True, "5777.78")])
def test_secure_duty__tells_the_principals_balance_only_to_who_may_see_it(
    cast: Cast, at: datetime, is_seen: bool, shortfall: str | None
) -> None:
    a_schedule(at)
    an_authority(cast, at, limit="300000.00", sees_balance=is_seen)
    withdrawal = an_assessed_withdrawal(cast, at)
    answer = secure(cast, "alice", withdrawal.pk, cast.cedar.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "headroom_missing")
    assert answer.json()["facts"].get("shortfall") == shortfall
    assert ("300000" in answer.content.decode()) is is_seen
    assert nothing_is_claimed()


@pytest.mark.parametrize("why", ["expired", "not yet", "revoked", "never"])
def test_secure_duty__without_an_authority_in_force_is_not_found(cast: Cast, at: datetime, why: str) -> None:
    a_schedule(at)
    begins = {"not yet": Validity(date(2026, 11, 24))}.get(why, Validity(date(2026, 11, 23)))
    authority = an_authority(cast, at, validity=begins)
    if why == "expired":
        GuaranteeAuthority.objects.update(validity=("2026-11-01", "2026-11-23"))
    elif why == "revoked":
        revoke_authority(company_id=cast.cedar.pk, authority_id=authority.pk, actor=cast.charlie, at=at)
    elif why == "never":
        GuaranteeAuthority.objects.all().delete()
    withdrawal = an_assessed_withdrawal(cast, at)
    answer = secure(cast, "alice", withdrawal.pk, cast.cedar.pk)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    nobodys = secure(cast, "alice", withdrawal.pk, 10**9)
    assert (nobodys.status_code, nobodys.json()["title"]) == (404, answer.json()["title"])
    assert nothing_is_claimed()


@pytest.mark.parametrize("principal_id", ["x", 0, -1, 2**63, [], True, None])
def test_secure_duty__refuses_what_is_no_company(cast: Cast, at: datetime, principal_id: Any) -> None:
    a_schedule(at)
    an_authority(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    assert secure(cast, "alice", withdrawal.pk, principal_id).status_code == 400
    assert nothing_is_claimed()
