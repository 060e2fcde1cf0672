"""Companies and their people, for the administrator: registered, invited, given roles, let go."""

from __future__ import annotations

from enum import StrEnum

from allauth.account.forms import ResetPasswordForm
from allauth.core.context import request_context
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.parties import add_member, end_membership, register_company, set_standing
from bonded.models.parties import Company
from bonded.queries.parties import company_by_id, member_of_company, members_of_company
from bonded.rules.errors import InputInvalid
from bonded.rules.parties import ROLES_OF, CompanyKind
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.fields import choice_of, text_of, whole_of
from bonded.web.lists import listed
from bonded.web.stale import require_unchanged

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)


@console(*READERS)
def companies(request: PageRequest) -> HttpResponse:
    """List the companies, in the order of their registration."""
    context = {
        "page": listed(request, Company.objects.visible_to(request.actor), "id"),
        "kinds": list(CompanyKind),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "bonded/administrator/companies.html", context)


@acts(Role.ADMINISTRATOR, shows=companies)
def register(request: PageRequest) -> HttpResponse:
    """Let a company deal here."""
    company = register_company(
        name=text_of(request, "name"),
        kind=choice_of(request, "kind", CompanyKind),
        registration_number=text_of(request, "registration_number", most=40),
        country=text_of(request, "country", most=2, pattern=r"[A-Z]{2}"),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Registered. Now add its people."), "one_company", company_id=company.pk)


@console(*READERS)
def one_company(request: PageRequest, company_id: int) -> HttpResponse:
    """Show one company and who acts for it."""
    company = company_by_id(company_id, actor=request.actor)
    context = {
        "company": company,
        "members": members_of_company(company.pk, actor=request.actor),
        "roles": sorted(ROLES_OF[CompanyKind(company.kind)]),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "bonded/administrator/company.html", context)


class Standing(StrEnum):
    """How a company may stand."""

    GOOD = "good"
    BAD = "bad"


@acts(Role.ADMINISTRATOR, shows=one_company)
def standing(request: PageRequest, company_id: int) -> HttpResponse:
    """Say whether the company is in good standing."""
    require_unchanged("company", str(company_id), request.POST)
    set_standing(
        company_id=company_id,
        is_in_good_standing=choice_of(request, "standing", Standing) is Standing.GOOD,
        reason=text_of(request, "reason"),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The company's standing is changed."), "one_company", company_id=company_id)


def email_of(request: PageRequest) -> str:
    """Give the address that was typed; raises InputInvalid."""
    email = text_of(request, "email", most=200)
    try:
        validate_email(email)
    except ValidationError:
        raise InputInvalid("Write an e-mail address.", field="email") from None
    return email


def send_invitation(request: PageRequest, email: str) -> None:
    """Send the mail by which a person sets a password, once what was done is kept; a mail that fails undoes nothing."""

    def mail() -> None:
        form = ResetPasswordForm({"email": email})
        # The library asks its own context for the request's host; a callback may run outside of it.
        with request_context(request):
            if form.is_valid():
                form.save(request)

    transaction.on_commit(mail, robust=True)


@acts(Role.ADMINISTRATOR, shows=one_company)
def add(request: PageRequest, company_id: int) -> HttpResponse:
    """Let a person act for the company; who is new here is invited by mail to set a password."""
    email = email_of(request)
    _membership, is_new = add_member(
        company_id=company_id,
        username=text_of(request, "username", most=150, pattern=r"[\w.@+-]+"),
        email=email,
        role=choice_of(request, "role", Role),
        actor=request.actor,
        at=request.at,
    )
    if is_new:
        send_invitation(request, email)
    told = _("Added, and invited by mail to set a password.") if is_new else _("Added.")
    return done(request, told, "one_company", company_id=company_id)


@acts(Role.ADMINISTRATOR, shows=one_company)
def invite_again(request: PageRequest, company_id: int) -> HttpResponse:
    """Send a member the mail by which a password is set once more."""
    company = company_by_id(company_id, actor=request.actor)
    member = member_of_company(company.pk, whole_of(request, "membership"), actor=request.actor)
    send_invitation(request, member.user.email)
    return done(request, _("The mail is on its way."), "one_company", company_id=company_id)


@acts(Role.ADMINISTRATOR, shows=one_company)
def end(request: PageRequest, company_id: int) -> HttpResponse:
    """Let a person act for the company in a role no more."""
    end_membership(
        company_id=company_id,
        membership_id=whole_of(request, "membership"),
        reason=text_of(request, "reason"),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Ended; the person acts in this role no more."), "one_company", company_id=company_id)
