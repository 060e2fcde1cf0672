"""The people of the tests, always the same, so that a test's names say what may be seen and done.

Alice buys for Alder Trading and Bob is her colleague; Charlie buys for a rival. Olga and Oscar are
customs officers, Victor and Vera keep the vault, Ada is the administrator and Amir approves what
she makes, Audrey audits, Sven supplies stones.
"""

from __future__ import annotations

from dataclasses import dataclass

from bonded.models import Company, Membership, User
from bonded.queries.parties import actor_of_membership
from bonded.rules.parties import CompanyKind
from bonded.rules.permissions import Actor, Role

PEOPLE: dict[str, tuple[str, Role]] = {
    "alice": ("alder", Role.BUYER),
    "bob": ("alder", Role.BUYER),
    "charlie": ("cedar", Role.BUYER),
    "olga": ("customs", Role.CUSTOMS_OFFICER),
    "oscar": ("customs", Role.CUSTOMS_OFFICER),
    "victor": ("platform", Role.VAULT_KEEPER),
    "vera": ("platform", Role.VAULT_KEEPER),
    "ada": ("platform", Role.ADMINISTRATOR),
    "amir": ("platform", Role.ADMINISTRATOR),
    "audrey": ("platform", Role.AUDITOR),
    "sven": ("stones", Role.SUPPLIER),
}
COMPANIES: dict[str, tuple[str, CompanyKind, str]] = {
    "alder": ("Alder Trading", CompanyKind.TRADER, "CN"),
    "cedar": ("Cedar Gems", CompanyKind.TRADER, "CN"),
    "stones": ("Svensson Stones", CompanyKind.SUPPLIER, "BE"),
    "platform": ("Luohu Bonded Vault", CompanyKind.PLATFORM, "CN"),
    "customs": ("Customs Office (simulated)", CompanyKind.CUSTOMS, "CN"),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """The actors by first name, and the companies."""

    alder: Company
    cedar: Company
    stones: Company
    alice: Actor
    bob: Actor
    charlie: Actor
    olga: Actor
    oscar: Actor
    victor: Actor
    vera: Actor
    ada: Actor
    amir: Actor
    audrey: Actor
    sven: Actor


def make_cast() -> Cast:
    """Write the companies and people to the database; nobody has a password."""
    companies = {
        key: Company.objects.create(name=name, kind=kind, registration_number=f"TEST-{key}", country=country)
        for key, (name, kind, country) in COMPANIES.items()
    }
    actors = {}
    for name, (company, role) in PEOPLE.items():
        user = User.objects.create(username=name, first_name=name.capitalize())
        membership = Membership.objects.create(user=user, company=companies[company], role=role)
        actors[name] = actor_of_membership(membership)
    return Cast(**actors, alder=companies["alder"], cedar=companies["cedar"], stones=companies["stones"])
