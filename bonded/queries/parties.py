"""Who is acting."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q

from bonded.models.parties import ApiToken, Company, Membership, User
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.permissions import ANONYMOUS, Actor, Role


def actor_of_membership(membership: Membership) -> Actor:
    """Give the actor that a membership makes of its user.

    Staff act for no single company; a person who has the same trading role in several
    companies acts for the one whose membership was chosen.
    """
    return Actor(membership.user_id, Role(membership.role), frozenset({membership.company_id}))


def membership_id_of(actor: Actor) -> int:
    """Give the id of the membership in which a person acts; raises NotFound when it has ended meanwhile."""
    memberships = Membership.objects.filter(user_id=actor.user_id or 0, role=actor.role, company_id=actor.company_id)
    for membership_id in memberships.values_list("pk", flat=True):
        return membership_id
    raise NotFound("There is no such membership.")


def memberships_of(user_id: int) -> list[Membership]:
    """Give what a person may act as, the first one first, with the companies; one SQL statement."""
    return list(Membership.objects.filter(user_id=user_id).select_related("company").order_by("pk"))


def actor_of_user(user: Any, membership_id: int | None = None) -> Actor:
    """Give the actor for a signed-in user: the chosen membership, else the first; nobody when there is none."""
    if not user.is_authenticated:
        return ANONYMOUS
    memberships = memberships_of(user.pk)
    chosen = [membership for membership in memberships if membership.pk == membership_id]
    for membership in chosen or memberships:
        return actor_of_membership(membership)
    return ANONYMOUS


def actor_of_token(token: ApiToken) -> Actor:
    """Give the actor that a machine's token stands for; nobody when its membership is another person's."""
    return actor_of_membership(token.membership) if token.membership.user_id == token.user_id else ANONYMOUS


def buyer_of(user_id: int, company_id: int) -> Actor:
    """Give a person as a buyer of a company; raises NotFound when they buy for it no more."""
    member = Membership.objects.filter(user_id=user_id, company_id=company_id, role=Role.BUYER, user__is_active=True)
    if not member.exists():
        raise NotFound("This person does not buy for the company.")
    return Actor(user_id, Role.BUYER, frozenset({company_id}))


def is_keeper(user_id: int) -> bool:
    """Say whether a person is an active vault keeper."""
    return User.objects.filter(pk=user_id, is_active=True, memberships__role=Role.VAULT_KEEPER).exists()


def people_in(roles: Collection[str]) -> list[int]:
    """Give the ids of the active people who act in one of the roles, for anybody, in order."""
    people = User.objects.filter(is_active=True, memberships__role__in=roles)
    return list(people.order_by("pk").values_list("pk", flat=True).distinct())


def buyers_of_company(company_id: int) -> list[int]:
    """Give the ids of the people who buy for a company."""
    members = Membership.objects.filter(company=company_id, role=Role.BUYER, user__is_active=True)
    return sorted(set(members.values_list("user_id", flat=True)))


def people_of_companies(company_ids: Collection[int]) -> dict[int, set[int]]:
    """Give the ids of the active buyers and suppliers of companies, by company."""
    found: dict[int, set[int]] = {company_id: set() for company_id in company_ids}
    members = Membership.objects.filter(
        company_id__in=company_ids, role__in=[Role.BUYER, Role.SUPPLIER], user__is_active=True
    )
    for company_id, user_id in members.values_list("company_id", "user_id"):
        found[company_id].add(user_id)
    return found


def colleagues_of(user_id: int, *, roles: Collection[str]) -> set[int]:
    """Give the ids of the active people who act for the same company in the same one of the roles as a person."""
    own = Membership.objects.filter(
        Q(role__in=roles), user_id=user_id, company=OuterRef("company"), role=OuterRef("role")
    )
    others = Membership.objects.filter(Exists(own), user__is_active=True).exclude(user_id=user_id)
    return set(others.values_list("user_id", flat=True))


def reachable_by_mail(user_ids: Collection[int]) -> set[int]:
    """Give those of the people who are active, have an address, and act in some role still: who has none has left."""
    people = User.objects.filter(pk__in=user_ids, is_active=True, memberships__isnull=False).exclude(email="")
    return set(people.values_list("pk", flat=True))


def keeper_id_of(username: str, *, actor: Actor) -> int:
    """Give the id of an active vault keeper by user name; raises NotFound for anybody else.

    Only keepers may ask, so that nobody else learns who keeps the vault; others get NotPermitted.
    """
    if actor.role is not Role.VAULT_KEEPER:
        raise NotPermitted(f"A {actor.role.value} may not do this.", role=actor.role.value)
    keepers = User.objects.filter(username=username, is_active=True, memberships__role=Role.VAULT_KEEPER)
    found = keepers.values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("There is no vault keeper of this name.", username=username[:40])
    return found


def require_company(company_id: int, *, actor: Actor) -> None:
    """Refuse a company that is not there or not this actor's to see; raises NotFound. No SQL for the actor's own."""
    if company_id in actor.company_ids:
        return
    if not Company.objects.visible_to(actor).filter(pk=company_id).exists():
        raise NotFound("There is no such company.", company_id=str(company_id)[:20])


def companies_visible_to(actor: Actor) -> list[Company]:
    """Give the companies that the actor may see, by name."""
    return list(Company.objects.visible_to(actor).order_by("name", "pk"))


def company_by_id(company_id: int, *, actor: Actor) -> Company:
    """Give one company; raises NotFound when it is not there or not this actor's to see."""
    for company in Company.objects.visible_to(actor).filter(pk=company_id):
        return company
    raise NotFound("There is no such company.", company_id=str(company_id)[:20])


def members_of_company(company_id: int, *, actor: Actor) -> list[Membership]:
    """Give who acts for a company that the actor may see, with the people, by role and name."""
    company = company_by_id(company_id, actor=actor)
    found = Membership.objects.filter(company=company).select_related("user")
    return list(found.order_by("role", "user__username", "pk"))


def member_of_company(company_id: int, membership_id: int, *, actor: Actor) -> Membership:
    """Give one of them; raises NotFound."""
    for member in members_of_company(company_id, actor=actor):
        if member.pk == membership_id:
            return member
    raise NotFound("There is no such membership.", membership_id=membership_id)
