"""Companies and their people: registered, given roles, and let go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity, record_activity_on
from bonded.models.parties import Company, Membership, User
from bonded.rules.errors import NotFound
from bonded.rules.parties import CompanyKind, OwnMembership, UsernameTaken, require_role_fits
from bonded.rules.permissions import Act, Actor, Role, require


@transaction.atomic
def register_company(
    *, name: str, kind: CompanyKind, registration_number: str, country: str, actor: Actor, at: datetime
) -> Company:
    """Let a company deal here; `country` is ISO 3166-1 alpha-2. A registration number is refused when it is known."""
    require(actor, Act.REGISTER_COMPANY)
    company = Company.objects.create(name=name, kind=kind, registration_number=registration_number, country=country)
    record_activity(Act.REGISTER_COMPANY, company, actor=actor, at=at, kind=kind.value, country=country)
    return company


@transaction.atomic
def set_standing(*, company_id: int, is_in_good_standing: bool, reason: str, actor: Actor, at: datetime) -> Company:
    """Say whether a company is in good standing; one that is not books no visit. Raises NotFound."""
    require(actor, Act.SET_STANDING)
    company = _locked(company_id)
    company.is_in_good_standing = is_in_good_standing
    company.save(update_fields=["is_in_good_standing"])
    record_activity(
        Act.SET_STANDING, company, actor=actor, at=at, is_in_good_standing=is_in_good_standing, reason=reason
    )
    return company


@transaction.atomic
def add_member(
    *, company_id: int, username: str, email: str, role: Role, actor: Actor, at: datetime
) -> tuple[Membership, bool]:
    """Let a person act for a company, and say whether the person is new here and has no password yet.

    Raises NotFound, RoleDoesNotFit, and UsernameTaken when somebody of that name has another address; a role that
    the person has there already is refused by the database.
    """
    require(actor, Act.ADD_MEMBER)
    company = _locked(company_id)
    require_role_fits(role, CompanyKind(company.kind))
    person, is_new = User.objects.get_or_create(username=username, defaults={"email": email})
    if person.email.casefold() != email.casefold():
        raise UsernameTaken("Somebody of this name is here with another address.", username=username)
    if is_new:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    membership = Membership.objects.create(user=person, company=company, role=role)
    record_activity(Act.ADD_MEMBER, company, actor=actor, at=at, member=person.pk, role=role.value)
    return membership, is_new


@transaction.atomic
def end_membership(*, company_id: int, membership_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Let a person act for a company in a role no more; its machines' tokens end with it.

    Raises NotFound, and OwnMembership for what the actor acts in, so that somebody is left who can undo it.
    """
    require(actor, Act.END_MEMBERSHIP)
    company = _locked(company_id)
    membership = Membership.objects.filter(pk=membership_id, company=company).first()
    if membership is None:
        raise NotFound("There is no such membership.", membership_id=membership_id)
    if membership.user_id == actor.user_id:
        raise OwnMembership("Another administrator ends your own membership.")
    record_activity_on(
        Act.END_MEMBERSHIP,
        "company",
        str(company.pk),
        actor=actor,
        at=at,
        member=membership.user_id,
        role=membership.role,
        reason=reason,
    )
    membership.delete()


def _locked(company_id: int) -> Company:
    for company in Company.objects.filter(pk=company_id).locked():
        return company
    raise NotFound("There is no such company.", company_id=company_id)
