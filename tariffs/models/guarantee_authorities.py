"""Standing authorities of agents to use a company's guarantee."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor, Role
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.rules.guarantee_authorities import AuthorityState


class GuaranteeAuthorityQuerySet(TableQuerySet["GuaranteeAuthority"]):
    """Authorities."""

    def visible_to(self, actor: Actor) -> GuaranteeAuthorityQuerySet:
        """Keep what the actor may see: staff all, a buyer those that its company gave or was given."""
        if actor.is_staff:
            return self
        ours = Q(account__company_id__in=actor.company_ids) | Q(agent_id__in=actor.company_ids)
        return self.filter(ours) if actor.role == Role.BUYER else self.none()

    def in_force(self, on: date) -> GuaranteeAuthorityQuerySet:
        """Keep those that may be used on a day."""
        return self.filter(state=AuthorityState.GRANTED, validity__contains=on)


class GuaranteeAuthority(Table):
    """One row lets one agent use one company's guarantee on some days, up to a sub-limit in minor units.

    `claimed_minor` is what the agent's claims by it hold now, reserved or used.
    """

    account = models.ForeignKey(GuaranteeAccount, on_delete=models.PROTECT, related_name="authorities")
    agent = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="guarantee_authorities")
    validity = DateRangeField()
    sub_limit_minor = models.BigIntegerField()
    claimed_minor = models.BigIntegerField(default=0)
    sees_balance = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=enum_choices(AuthorityState), default=AuthorityState.GRANTED)
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = GuaranteeAuthorityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "guarantee authorities"
        constraints = [
            values_check("state", AuthorityState, "an_authority_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(claimed_minor__gte=0, claimed_minor__lte=F("sub_limit_minor")),
                name="no_authority_is_overdrawn",
            ),
            models.CheckConstraint(condition=Q(sub_limit_minor__gt=0), name="an_authority_is_of_an_amount"),
            models.CheckConstraint(
                condition=Q(validity__isempty=False, validity__startswith__isnull=False),
                name="an_authority_begins_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state=AuthorityState.GRANTED, revoked_at__isnull=True)
                | Q(state=AuthorityState.REVOKED, revoked_at__isnull=False),
                name="a_revoked_authority_says_when",
            ),
            ExclusionConstraint(
                name="an_agent_has_one_authority_a_day",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("agent", RangeOperators.EQUAL),
                    ("validity", RangeOperators.OVERLAPS),
                ],
                condition=Q(state=AuthorityState.GRANTED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.account_id}"
