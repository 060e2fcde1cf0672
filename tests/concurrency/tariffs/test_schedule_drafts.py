"""Drafts in many hands at once: approved, published and discarded once, and no two say different things of one day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import SYSTEM
from tariffs.actions.schedule_drafts import approve_draft, discard_draft, draft_rollback, draft_schedule, publish_draft
from tariffs.actions.versions import publish_versions
from tariffs.models import Measure, ScheduleDraft
from tariffs.rules.schedule import SupersededTooSoon
from tests.cast import make_cast
from tests.situations.tariffs import a_measure, a_schedule
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AT_ONCE = 50
ROW = {
    "jurisdiction": "CN", "kind": "duty_mfn", "hs_code": "7103", "origin": "", "regime": "", "rate": "3%",
    "valid_from": "2026-12-01", "valid_until": "", "mark": "S", "source": "notice 1",
}  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)


def codes(outcomes: list[object]) -> list[str]:
    assert all(isinstance(one, ScheduleDraft | RuleViolation) for one in outcomes), outcomes
    return [one.code if isinstance(one, RuleViolation) else "done" for one in outcomes]


def test_publish_and_discard__fifty_at_once_end_a_draft_in_one_way() -> None:
    cast = make_cast()
    a_schedule(AT - timedelta(days=1))
    draft = draft_schedule(title="December", measures=[ROW], exchange_rates=[], actor=cast.ada, at=AT)
    approve_draft(draft_id=draft.pk, actor=cast.amir, at=AT)
    acts = [
        partial(publish_draft, draft_id=draft.pk, actor=cast.ada, at=AT)
        if number % 2
        else partial(discard_draft, draft_id=draft.pk, reason="slip", actor=cast.ada, at=AT)
        for number in range(AT_ONCE)
    ]
    assert sorted(codes(outcomes_at_once(*acts))) == ["done", *["step_not_allowed"] * (AT_ONCE - 1)]
    draft.refresh_from_db()
    assert Measure.objects.known().filter(rate="3%").count() == (draft.state == "published")


def test_publish__of_two_drafts_about_the_same_lets_one_be_looked_at_again() -> None:
    cast = make_cast()
    a_schedule(AT - timedelta(days=1))
    drafts = [
        draft_schedule(title=rate, measures=[ROW | {"rate": rate}], exchange_rates=[], actor=cast.ada, at=AT)
        for rate in ("2%", "3%")
    ]
    for draft in drafts:
        approve_draft(draft_id=draft.pk, actor=cast.amir, at=AT)
    acts = [partial(publish_draft, draft_id=drafts[number % 2].pk, actor=cast.ada, at=AT) for number in range(AT_ONCE)]
    found = codes(outcomes_at_once(*acts))
    assert found.count("done") == 1
    assert set(found) <= {"done", "step_not_allowed", "earlier_draft_waits", "draft_outdated"}
    assert ScheduleDraft.objects.get(state="published").title == "2%"
    assert Measure.objects.known().filter(kind="duty_mfn", hs_code="7103").count() == 2


def test_publish_versions__fifty_at_once_about_one_day_are_one_after_the_other() -> None:
    acts = [
        partial(
            publish_versions,
            [a_measure("vat", "71", f"{number}%")],
            actor=SYSTEM,
            at=AT + timedelta(microseconds=number % 5),
        )
        for number in range(AT_ONCE)
    ]
    outcomes = outcomes_at_once(*acts)
    assert all(isinstance(one, list | SupersededTooSoon) for one in outcomes), outcomes
    published = sum(isinstance(one, list) for one in outcomes)
    assert 1 <= published <= 5
    assert (Measure.objects.count(), Measure.objects.known().count()) == (published, 1)


def test_publish__of_two_rollbacks_lets_one_be_looked_at_again() -> None:
    cast = make_cast()
    a_schedule(AT - timedelta(days=3))
    for days, rate in ((2, "2%"), (1, "3%")):
        publish_versions([a_measure("duty_mfn", "7103", rate)], actor=SYSTEM, at=AT - timedelta(days=days))
    drafts = [
        draft_rollback(title="", known_at=AT - timedelta(days=days), from_on=AT.date(), actor=cast.ada, at=AT)
        for days in (3, 2)
    ]
    for draft in drafts:
        approve_draft(draft_id=draft.pk, actor=cast.amir, at=AT)
    acts = [partial(publish_draft, draft_id=drafts[number % 2].pk, actor=cast.ada, at=AT) for number in range(AT_ONCE)]
    found = codes(outcomes_at_once(*acts))
    assert found.count("done") == 1
    assert set(found) <= {"done", "step_not_allowed", "earlier_draft_waits", "draft_outdated"}
    assert ScheduleDraft.objects.get(state="published").pk == drafts[0].pk
    duties = Measure.objects.known().filter(kind="duty_mfn", hs_code="7103").order_by("validity")
    assert [one.rate for one in duties] == ["3%", "4%"]


def test_publish__of_a_rollback_and_a_file_at_once_leaves_one_of_two_orders() -> None:
    cast = make_cast()
    a_schedule(AT - timedelta(days=2))
    publish_versions([a_measure("duty_mfn", "7103", "3%")], actor=SYSTEM, at=AT - timedelta(days=1))
    draft = draft_rollback(title="", known_at=AT - timedelta(days=2), from_on=AT.date(), actor=cast.ada, at=AT)
    approve_draft(draft_id=draft.pk, actor=cast.amir, at=AT)
    loaded = partial(publish_versions, [a_measure("fee", "7103", "1%")], actor=SYSTEM, at=AT)
    back, _ = outcomes_at_once(partial(publish_draft, draft_id=draft.pk, actor=cast.ada, at=AT), loaded)
    is_first = isinstance(back, ScheduleDraft)
    assert is_first or codes([back]) == ["draft_outdated"]
    assert Measure.objects.known().filter(kind="fee").count() == 1
    assert Measure.objects.known().filter(rate="4%").count() == is_first
