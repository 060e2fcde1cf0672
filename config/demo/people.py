"""Who plays the demonstration: companies, people with fresh passwords, and their API tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bonded.models import ApiToken, Company, Membership, User
from bonded.rules.parties import CompanyKind
from bonded.rules.permissions import Role

COMPANIES: dict[str, tuple[str, CompanyKind, str]] = {
    "alder": ("Alder Trading (Shenzhen)", CompanyKind.TRADER, "CN"),
    "cedar": ("Cedar Gems (Guangzhou)", CompanyKind.TRADER, "CN"),
    "stones": ("Svensson Stones (Antwerp)", CompanyKind.SUPPLIER, "BE"),
    "platform": ("Luohu Bonded Vault", CompanyKind.PLATFORM, "CN"),
    "customs": ("Customs Office (simulated)", CompanyKind.CUSTOMS, "CN"),
}
PEOPLE: dict[str, tuple[str, Role]] = {
    "alice": ("alder", Role.BUYER),
    "charlie": ("cedar", Role.BUYER),
    "olga": ("customs", Role.CUSTOMS_OFFICER),
    "victor": ("platform", Role.VAULT_KEEPER),
    "vera": ("platform", Role.VAULT_KEEPER),
    "ada": ("platform", Role.ADMINISTRATOR),
    "amir": ("platform", Role.ADMINISTRATOR),
    "sven": ("stones", Role.SUPPLIER),
}


class StepFailed(Exception):
    """A step of the job was refused, or did not come about in time."""


# Who signs in to which console; the others only act over the API.
CONSOLES = {
    "alice": "buyer",
    "sven": "supplier",
    "victor": "vault keeper",
    "olga": "customs officer",
    "ada": "administrator",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the demonstration with what they need for signing in, made anew each time."""

    username: str
    role: Role
    company_id: int
    password: str
    token: str


def make_people() -> dict[str, Person]:
    """Write the companies and people where they are missing, and give everybody a fresh password and token."""
    companies = {
        key: Company.objects.get_or_create(
            registration_number=f"DEMO-{key.upper()}", defaults={"name": name, "kind": kind, "country": country}
        )[0]
        for key, (name, kind, country) in COMPANIES.items()
    }
    return {name: _person(name, companies[company], role) for name, (company, role) in PEOPLE.items()}


def _person(username: str, company: Company, role: Role) -> Person:
    if User.objects.filter(username=username).exclude(memberships__company__registration_number__startswith="DEMO-"):
        raise StepFailed(f"{username} is a real user here; the demonstration is for a platform of its own.")
    user, _ = User.objects.get_or_create(username=username, defaults={"first_name": username.capitalize()})
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    # Administrators keep reference data on the administration site.
    user.is_staff = user.is_superuser = role is Role.ADMINISTRATOR
    user.save()
    membership, _ = Membership.objects.get_or_create(user=user, company=company, role=role)
    ApiToken.objects.filter(user=user, name="demonstration").delete()
    _, token = ApiToken.objects.create(user=user, membership=membership, name="demonstration", prefix="btp_")
    return Person(username, role, company.pk, password, token)
