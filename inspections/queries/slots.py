"""Free slots: what a desk still offers, alone or together with lots, escort and scale."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from django.db import connection

from bonded.rules.permissions import Actor
from inspections.models.viewing_rooms import Desk
from inspections.queries.viewing_rooms import openings_of
from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.openings import offered_slots
from inspections.rules.permissions import Act, require
from inspections.rules.slots import ROOM_ZONE, Slot, SlotTerms, last_day_of
from inspections.rules.viewing_rooms import LONGEST_CLAIM

NEXT_SEARCH_DAYS = 14
MOST_NEXT = 3

# The claims that may matter are read once, by their beginning; no claim lasts longer than the span allowed for.
_FREE = """
    WITH busy AS MATERIALIZED (
        SELECT claim.during
          FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) AS wanted (kind, id)
          JOIN inspections_claim claim ON claim.resource_kind = wanted.kind AND claim.resource_id = wanted.id
         WHERE claim.is_active
           AND lower(claim.during) > %(earliest)s::timestamptz
           AND lower(claim.during) < %(last)s::timestamptz
    )
    SELECT slot.number
      FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[])
           WITH ORDINALITY AS slot (starts_at, busy_until, number)
     WHERE NOT EXISTS (SELECT FROM busy WHERE busy.during && tstzrange(slot.starts_at, slot.busy_until))
     ORDER BY slot.number
"""


def free_slots(
    desk: Desk,
    *,
    first_on: date,
    days: int,
    at: datetime,
    actor: Actor,
    also: Collection[Resource] = (),
    terms: SlotTerms | None = None,
) -> list[Slot]:
    """Give a desk's slots that begin after `at` and that nothing claims, in order.

    `also` names what must be free with the desk; `terms` how long the visit takes, if not as long as the desk says.
    The search is one SQL statement, however many days; reading when the room is open are three. Raises DaysInvalid.
    """
    require(actor, Act.READ_SLOTS)
    opening = openings_of([desk], first_on=first_on, last_on=last_day_of(first_on, days))[desk.pk]
    offered = offered_slots(first_on, days, opening=opening, grid=desk.terms, terms=terms or desk.terms)
    offered = [slot for slot in offered if slot.starts_at > at]
    if not offered or not desk.is_in_use:
        return []
    wanted = sorted({Resource(ResourceKind.DESK, desk.pk), *also})
    with connection.cursor() as cursor:
        cursor.execute(
            _FREE,
            {
                "kinds": [resource.kind.value for resource in wanted],
                "ids": [resource.id for resource in wanted],
                "earliest": offered[0].starts_at - LONGEST_CLAIM,
                "last": offered[-1].busy_until,
                "starts": [slot.starts_at for slot in offered],
                "ends": [slot.busy_until for slot in offered],
            },
        )
        return [offered[number - 1] for (number,) in cursor.fetchall()]


def next_free(
    desk: Desk, *, after: datetime, at: datetime, actor: Actor, also: Collection[Resource], terms: SlotTerms
) -> list[datetime]:
    """Give up to three beginnings of slots from the day of `after` on, in UTC, at which all of it is free together."""
    first_on = max(after, at).astimezone(ROOM_ZONE).date()
    slots = free_slots(desk, first_on=first_on, days=NEXT_SEARCH_DAYS, at=at, actor=actor, also=also, terms=terms)
    return [slot.starts_at.astimezone(UTC) for slot in slots[:MOST_NEXT]]
