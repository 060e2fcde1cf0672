"""Walking along sorted slots and spans gives what asking every pair would give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.availability import Choice, Spans, free_visits, untaken, within
from inspections.rules.slots import Slot

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    """Spans in order, never two at once; they may touch."""
    edges = sorted(draw(st.sets(st.integers(0, 600), max_size=12)))
    touching = draw(st.booleans())
    pairs = pairwise(edges) if touching else zip(edges[::2], edges[1::2], strict=False)
    return [(BEGIN + since * MINUTE, BEGIN + until * MINUTE) for since, until in pairs]


@st.composite
def slots(draw: st.DrawFn) -> list[Slot]:
    visit, changeover = draw(st.integers(1, 60)), draw(st.integers(0, 30))
    begins = sorted(draw(st.sets(st.integers(0, 600), max_size=12)))
    return [
        Slot(BEGIN + at * MINUTE, BEGIN + (at + visit) * MINUTE, BEGIN + (at + visit + changeover) * MINUTE)
        for at in begins
    ]


def is_untaken(slot: Slot, taken: Spans) -> bool:
    return all(slot.busy_until <= since or until <= slot.starts_at for since, until in taken)


@given(slots(), spans())
def test_untaken__is_what_overlaps_nothing(every: list[Slot], taken: Spans) -> None:
    assert untaken(every, taken) == [slot for slot in every if is_untaken(slot, taken)]


@given(slots(), spans())
def test_within__is_what_one_span_covers(every: list[Slot], there: Spans) -> None:
    assert within(every, there) == [
        slot for slot in every if any(since <= slot.starts_at and slot.busy_until <= until for since, until in there)
    ]


@given(slots(), st.lists(spans(), max_size=3), st.lists(spans(), min_size=1, max_size=3), spans())
def test_free_visits__have_all_and_one_of_each(every: list[Slot], needed: list[Spans], one: list[Spans], shift) -> None:
    choice = Choice(list(range(len(one))), dict(enumerate(one)), {0: shift})
    expected = [
        slot
        for slot in every
        if all(is_untaken(slot, taken) for taken in needed)
        and any(is_untaken(slot, taken) and (key or within([slot], shift)) for key, taken in enumerate(one))
    ]
    assert free_visits(every, all_of=needed, one_of=[choice]) == expected


def test_free_visits__need_one_of_a_choice_of_none() -> None:
    slot = Slot(BEGIN, BEGIN + MINUTE, BEGIN + MINUTE)
    assert free_visits([slot], all_of=[], one_of=[Choice([], {}, {})]) == []
    assert free_visits([slot], all_of=[], one_of=[]) == [slot]
