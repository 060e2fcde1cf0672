"""The feed of a company's events, for machines that ask instead of being told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bonded.models.client_events import ClientEvent
from bonded.queries.invariants import Question, rows_of
from bonded.rules.client_events import EventFacts
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some events in their order, and whether there are more already."""

    events: list[EventFacts]
    has_more: bool


def events_after(*, event_id: UUID | None, limit: int, actor: Actor) -> FeedPage:
    """Give up to `limit` events of the company that were published after one of them, or from the first.

    Nothing comes later into a place that was read before: ask again with the last event's id and
    nothing is missed. Runs two SQL statements. Raises NotFound for an id that is not the company's.
    """
    require(actor, Act.READ_CLIENT_EVENTS)
    published = ClientEvent.objects.visible_to(actor).published().filter(company_id=actor.company_id)
    after = 0 if event_id is None else published.filter(public_id=event_id).values_list("position", flat=True).first()
    if after is None:
        raise NotFound("There is no such event.", event_id=str(event_id))
    rows = list(published.filter(position__gt=after).order_by("position")[: limit + 1])
    return FeedPage([row.as_facts() for row in rows[:limit]], len(rows) > limit)


def _feeds_with_gaps() -> list[str]:
    return rows_of("""
        SELECT company_id, count(*), max(position) FROM bonded_clientevent WHERE position IS NOT NULL
         GROUP BY company_id HAVING count(*) <> max(position)
    """)


CLIENT_EVENT_INVARIANTS: dict[str, Question] = {
    "A company's published events are numbered from one without a gap.": _feeds_with_gaps,
}
