"""Who deals on the platform."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.permissions import Role


class CompanyKind(StrEnum):
    """What a company does here."""

    TRADER = "trader"  # Buys stones, and may supply them too.
    SUPPLIER = "supplier"  # Sends stones into bond.
    PLATFORM = "platform"  # Runs the vault and the books.
    CUSTOMS = "customs"  # The customs office.


class RoleDoesNotFit(InputInvalid):
    """People of such a company do not act in this role."""

    code = "role_does_not_fit"


class UsernameTaken(RuleViolation):
    """A user name is somebody else's."""

    code = "username_taken"


class OwnMembership(RuleViolation):
    """Nobody ends the membership in which they act."""

    code = "own_membership"


ROLES_OF: Mapping[CompanyKind, frozenset[Role]] = {
    CompanyKind.TRADER: frozenset({Role.BUYER, Role.SUPPLIER}),
    CompanyKind.SUPPLIER: frozenset({Role.SUPPLIER}),
    CompanyKind.PLATFORM: frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR}),
    CompanyKind.CUSTOMS: frozenset({Role.CUSTOMS_OFFICER}),
}


def require_role_fits(role: Role, kind: CompanyKind) -> None:
    """Refuse a role in which no one acts for such a company; raises RoleDoesNotFit with those that fit."""
    if role not in ROLES_OF[kind]:
        raise RoleDoesNotFit(
            f"Nobody acts as {role.value} for a company of the kind {kind.value}.", roles=sorted(ROLES_OF[kind])
        )
