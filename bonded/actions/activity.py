"""Writing down who did what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db.models import Model

from bonded.models.activity import Activity
from bonded.rules.errors import Fact
from bonded.rules.permissions import Actor


def record_activity(act: StrEnum, target: Model, *, actor: Actor, at: datetime, **facts: Fact) -> None:
    """Add the act to the history of its target, whose row the act has locked or just made.

    Facts are what a later reader needs in order to understand the act: amounts with units, states, reasons.
    """
    kind = target._meta.label_lower.partition(".")[2]
    Activity.objects.create(
        stream=f"{kind}:{target.pk}",
        act=act.value,
        target_kind=kind,
        target_id=str(target.pk),
        actor_id=actor.user_id,
        actor_role=actor.role.value,
        acted_at=at,
        facts=facts,
    )
