"""Companies, their people, and the tokens of their machines."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import AbstractUser
from django.db import models
from knox.models import AbstractAuthToken, AuthTokenManager

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.parties import CompanyKind
from bonded.rules.permissions import Actor, Role


class CompanyQuerySet(TableQuerySet["Company"]):
    """Companies."""

    def visible_to(self, actor: Actor) -> CompanyQuerySet:
        """Keep what the actor may see: staff see all, others only their own."""
        return self if actor.is_staff else self.filter(pk__in=actor.company_ids)


class Company(Table):
    """One row is one registered company, customs office or operator."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=enum_choices(CompanyKind))
    registration_number = models.CharField(max_length=40, unique=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    is_in_good_standing = models.BooleanField(default=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        constraints = [values_check("kind", CompanyKind, "a_company_has_a_known_kind")]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):  # type: ignore[django-manager-missing]
    """One row is one person who signs in; what they may do is said by their memberships."""

    class Meta(AbstractUser.Meta):
        pass


class Membership(Table):  # type: ignore[django-manager-missing]
    """One row lets a person act in one role for one company."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=enum_choices(Role))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "company", "role"], name="a_person_has_a_role_in_a_company_once"),
            models.CheckConstraint(
                condition=models.Q(
                    role__in=[role.value for role in Role if role not in (Role.SYSTEM, Role.ANONYMOUS)],
                ),
                name="nobody_is_a_member_as_the_system_or_as_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role} of {self.company}"


class ApiTokenManager(AuthTokenManager):  # type: ignore[misc]
    """Tokens, each with its membership: whoever reads one asks next who acts by it."""

    def get_queryset(self) -> models.QuerySet[ApiToken]:
        """Give them."""
        return cast("models.QuerySet[ApiToken]", super().get_queryset().select_related("membership"))


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """One row is the digest of a machine's token; it acts in its membership and is shown once, when made."""

    name = models.CharField(max_length=80)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")

    objects = ApiTokenManager()
