"""Letting an agent use a company's guarantee, and ending that."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.actions.activity import record_activity
from bonded.queries.parties import require_company
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.validity import Validity
from tariffs.actions.locks import lock_guarantee
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.rules.guarantee_authorities import STEPS, AuthorityInvalid, AuthorityOverlaps, AuthorityState
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


@transaction.atomic
def grant_authority(
    *,
    company_id: int,
    agent_id: int,
    sub_limit: Money,
    validity: Validity,
    sees_balance: bool,
    actor: Actor,
    at: datetime,
) -> GuaranteeAuthority:
    """Let an agent use a company's guarantee on some days, up to a sub-limit; the same again changes nothing.

    Raises NotFound, GuaranteeMissing, AuthorityInvalid, AuthorityOverlaps.
    """
    require(actor, Act.GRANT_AUTHORITY)
    require_company(company_id, actor=actor)
    # An agent is another company, which the principal does not see elsewhere.
    require_company(agent_id, actor=SYSTEM)
    is_over = validity.until_on is not None and validity.until_on <= business_day(at)
    if sub_limit.minor <= 0 or agent_id == company_id or is_over:
        raise AuthorityInvalid(
            "An authority is for another company, of an amount above 0 and for days to come.",
            agent_id=agent_id,
            sub_limit=str(sub_limit),
        )
    account = lock_guarantee(company_id)
    says = {
        "validity": DateRange(validity.from_on, validity.until_on),
        "sub_limit_minor": sub_limit.minor,
        "sees_balance": sees_balance,
    }
    granted = account.authorities.filter(agent_id=agent_id, state=AuthorityState.GRANTED)
    for before in granted.filter(validity__overlap=says["validity"]):
        if any(getattr(before, name) != value for name, value in says.items()):
            raise AuthorityOverlaps("The agent has an authority on these days.", authority_id=before.pk)
        return before
    authority = account.authorities.create(agent_id=agent_id, granted_at=at, **says)
    _record(authority, company_id, actor=actor, at=at)
    return authority


@transaction.atomic
def revoke_authority(*, company_id: int, authority_id: int, actor: Actor, at: datetime) -> GuaranteeAuthority:
    """End an authority; nothing new is claimed by it, and what was claimed stays claimed.

    Raises NotFound, StepNotAllowed when it was revoked before.
    """
    require(actor, Act.GRANT_AUTHORITY)
    require_company(company_id, actor=actor)
    account = lock_guarantee(company_id)
    authority = account.authorities.filter(pk=authority_id).first()
    if authority is None:
        raise NotFound("There is no such authority.", authority_id=authority_id)
    require_step(STEPS, AuthorityState(authority.state), AuthorityState.REVOKED)
    authority.state, authority.revoked_at = AuthorityState.REVOKED, at
    authority.save(update_fields=["state", "revoked_at"])
    _record(authority, company_id, actor=actor, at=at)
    return authority


def _record(authority: GuaranteeAuthority, company_id: int, *, actor: Actor, at: datetime) -> None:
    record_activity(
        Act.GRANT_AUTHORITY,
        authority,
        actor=actor,
        at=at,
        principal_id=company_id,
        agent_id=authority.agent_id,
        state=authority.state,
        sub_limit_minor=authority.sub_limit_minor,
        sees_balance=authority.sees_balance,
    )
