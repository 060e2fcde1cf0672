"""Every page there is: who looks at it, and at which of its things. A page that is not named here fails a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import Cast
from tests.situations.pages import a_lived_in_platform

# The address's name → who looks at it. Words of the address (ids) come from `a_lived_in_platform`.
LOOKERS: dict[str, tuple[str, ...]] = {
    "home": ("alice", "olga", "victor", "ada", "sven", "audrey"),
    "find": ("alice",),
    "notices": ("alice",),
    "preferences": ("alice",),
    "memberships": ("alice",),
    "stone": ("alice", "olga"),
    "stones": ("alice", "olga", "sven"),
    "book": ("alice",),
    "visits": ("alice", "vera", "charlie"),
    "visit": ("alice", "vera"),
    "calendar": ("alice",),
    "offers": ("alice", "sven"),
    "offer": ("alice", "sven"),
    "new_offer": ("alice",),
    "withdrawals": ("alice", "olga"),
    "withdrawal": ("alice", "olga"),
    "new_withdrawal": ("alice",),
    "settle_duty": ("alice",),
    "declaration": ("alice", "olga"),
    "company": ("alice",),
    "queue": ("olga",),
    "arrivals": ("vera", "olga"),
    "arrival": ("vera", "ada"),
    "code_box": ("vera",),
    "customs_tasks": ("olga", "alice"),
    "customs_task": ("olga", "alice"),
    "customs_messages": ("olga", "ada"),
    "incoming_message": ("olga", "ada"),
    "outgoing_message": ("olga", "ada"),
    "vault": ("olga", "vera", "ada"),
    "vault_place": ("olga",),
    "vault_expected": ("audrey",),
    "gate": ("vera",),
    "visits_today": ("olga",),
    "vault_today": ("vera",),
    "at_desk": ("vera",),
    "release": ("olga", "ada"),
    "consignments": ("sven", "ada"),
    "consignment": ("sven", "ada"),
    "imports": ("sven", "ada"),
    "companies": ("ada", "audrey"),
    "one_company": ("ada", "audrey"),
    "health": ("ada", "audrey"),
    "jobs": ("ada", "audrey"),
    "import": ("sven", "ada"),
    "money": ("ada", "audrey"),
    "bank_file": ("ada",),
    "ledger": ("ada",),
    "guarantees": ("ada",),
    "schedule": ("ada", "audrey"),
    "schedule_draft": ("ada", "amir"),
    "in_force": ("ada",),
    "exchange_rates": ("ada", "audrey"),
    "guarantee": ("ada", "audrey"),
    "company_statements": ("ada",),
}
# Files are no pages, nor are parts of a page that it reads anew.
FILES = frozenset({"statement_pdf", "statement_csv", "import_progress"})
# Pages that the sign-in library makes, in our frame.
OF_THE_LIBRARY = {
    "account_login": None,
    "account_reset_password": None,
    "mfa_index": "alice",
    "mfa_activate_totp": "alice",
    "mfa_list_webauthn": "alice",
    "usersessions_list": "alice",
    "account_change_password": "alice",
}


@dataclass(frozen=True, slots=True)
class Address:
    """One page as one person sees it."""

    name: str
    username: str | None
    path: str

    def __str__(self) -> str:
        return f"{self.name} as {self.username or 'nobody'}"


def console_doors() -> Iterator[tuple[str, URLPattern]]:
    """Give every address that a console opens, by name."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns)
            elif getattr(one.callback, "is_console_door", False):
                yield str(one.name), one

    return walk(get_resolver().url_patterns)


def addresses(cast: Cast, at: datetime) -> list[Address]:
    """Fill the platform with something of everything and give every page that there is of it."""
    words: Mapping[str, Mapping[str, object]] = a_lived_in_platform(cast, at)
    from django.urls import reverse

    found = [
        Address(name, username, reverse(name, kwargs=dict(words.get(f"{name} as {username}", words.get(name, {})))))
        for name, lookers in LOOKERS.items()
        for username in lookers
    ]
    return found + [Address(name, username, reverse(name)) for name, username in OF_THE_LIBRARY.items()]
