"""Writing down who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import orjson
from django.db import connection
from django.db.models import Model

from bonded.rules.errors import Fact
from bonded.rules.permissions import Actor


def record_activity(act: StrEnum, target: Model, *, actor: Actor, at: datetime, **facts: Fact) -> None:
    """Add the act to the history of its target, whose row the act has locked or just made.

    Facts are what a later reader needs in order to understand the act: amounts with units, states, reasons.
    """
    kind = target._meta.label_lower.partition(".")[2]
    record_activity_on(act, kind, str(target.pk), actor=actor, at=at, **facts)


def record_activity_on(
    act: StrEnum, target_kind: str, target_id: str, *, actor: Actor, at: datetime, **facts: Fact
) -> None:
    """Add the act to the history of a thing that is no row, or no longer one."""
    record_activities(act, target_kind, [(target_id, facts)], actor=actor, at=at)


def record_activities(
    act: StrEnum, target_kind: str, records: Sequence[tuple[str, Mapping[str, Fact]]], *, actor: Actor, at: datetime
) -> None:
    """Add one act to the histories of many things of a kind, each (target id, facts); one statement."""
    if not records:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bonded_activity"
            "       (stream, act, target_kind, target_id, actor_id, actor_role, acted_at, facts)"
            " SELECT %s || ':' || u.target_id, %s, %s, u.target_id, %s, %s, %s, u.facts"
            "   FROM json_to_recordset(%s::json) AS u (place int, target_id text, facts jsonb) ORDER BY u.place",
            [
                target_kind, act.value, target_kind, actor.user_id, actor.role.value, at,
                orjson.dumps(
                    [{"place": n, "target_id": name, "facts": facts} for n, (name, facts) in enumerate(records)]
                ).decode(),
            ],
        )  # fmt: skip
