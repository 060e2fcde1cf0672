"""Buyers hear of new lots in their searches: once a day, of what came since, without a value."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bonded.actions.holds import place_hold
from bonded.actions.parties import end_membership
from bonded.actions.saved_searches import save_search
from bonded.actions.search_alerts import set_search_alert, tell_new_lots
from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Membership, Notice
from bonded.models.activity import Activity
from bonded.models.saved_searches import SavedSearch
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.holds import HoldKind
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.saved_searches import SETTLED_AFTER, TOLD_EVERY, search_id_from, subject_of
from bonded.rules.withdrawals import Procedure
from tariffs import tasks
from tariffs.actions.landed_prices import price_catalogue, price_changed_lots
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.notices import told_of
from tests.situations.tariffs import GEM, a_schedule

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def a_search(actor: Actor, at: datetime, query: str = "kind=coloured_gem", name: str = "Gems") -> SavedSearch:
    """Somebody keeps a search and wants to hear of it."""
    kept = save_search(name=name, query=query, actor=actor, at=at)
    return set_search_alert(search_id=kept.pk, is_wanted=True, actor=actor, at=at)


def swept(at: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the sweep at a moment."""
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: at))
    return tasks.tell_new_lots()


def test_tell_new_lots__tells_once_a_day_of_what_came_since(cast: Cast, at: datetime, monkeypatch: Any) -> None:
    a_schedule(at)
    lots_in_the_vault(cast, at - DAY, lots=[GEM])
    kept = a_search(cast.alice, at)
    lots_in_the_vault(cast, at + MINUTE, lots=[GEM, GEM, {}])
    due = at + TOLD_EVERY + SETTLED_AFTER

    assert swept(due - MINUTE, monkeypatch) == 0
    assert [swept(due, monkeypatch), swept(due + MINUTE, monkeypatch)] == [1, 0]

    notice = Notice.objects.get()
    assert (notice.user_id, notice.kind, notice.facts) == (cast.alice.user_id, "search.new_lots", {"lots": "2"})
    assert (notice.subject_id, notice.due_at) == (subject_of(kept.pk), due)
    lots_in_the_vault(cast, due - MINUTE, lots=[GEM])
    assert swept(due + DAY, monkeypatch) == 1
    assert list(Notice.objects.order_by("due_at").values_list("facts__lots", flat=True)) == ["2", "1"]
    assert swept(due + 2 * DAY, monkeypatch) == 1
    assert Notice.objects.count() == 2


def test_tell_new_lots__tells_nothing_of_what_is_not_on_offer(cast: Cast, at: datetime, monkeypatch: Any) -> None:
    a_schedule(at)
    a_search(cast.alice, at)
    lots = lots_in_the_vault(cast, at + MINUTE, lots=[GEM, GEM])
    place_hold(lot_id=lots[0].pk, kind=HoldKind.CUSTOMS, reason="A tip.", actor=cast.olga, at=at + MINUTE)
    taken = [lots[1].pk]
    request_withdrawal(lot_ids=taken, procedure=Procedure.RE_EXPORT, actor=cast.charlie, at=at + MINUTE)

    assert swept(at + 2 * DAY, monkeypatch) == 1
    assert not Notice.objects.exists()


def test_tell_new_lots__goes_by_landed_cost_once_prices_are_there(cast: Cast, at: datetime, monkeypatch: Any) -> None:
    a_schedule(at)
    cheap = a_search(cast.alice, at, "landed_to=100", name="Cheap")
    dear = a_search(cast.alice, at, "landed_from=100&view=cards&order=-landed", name="Dear")
    lots_in_the_vault(cast, at + MINUTE, lots=[GEM])
    later = at + 2 * DAY

    assert swept(later, monkeypatch) == 0
    price_catalogue(actor=SYSTEM, at=later)
    while price_changed_lots(limit=100, actor=SYSTEM, at=later):
        pass
    assert swept(later, monkeypatch) == 2

    assert told_of(subject_of(dear.pk)) == [("alice", "search.new_lots")]
    assert told_of(subject_of(cheap.pk)) == []


def test_tell_new_lots__reaches_those_behind_what_waits_for_prices(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SEARCHES_AT_ONCE", 2)
    a_schedule(at)
    for number in range(3):
        a_search(cast.alice, at, "landed_from=1", name=f"Waits {number}")
    plain = a_search(cast.alice, at)
    lots_in_the_vault(cast, at + MINUTE, lots=[GEM])

    assert swept(at + 2 * DAY, monkeypatch) == 1

    assert told_of(subject_of(plain.pk)) == [("alice", "search.new_lots")]


def test_tell_new_lots__passes_by_what_is_not_understood_and_who_buys_no_more(
    cast: Cast, at: datetime, monkeypatch: Any
) -> None:
    a_schedule(at)
    a_search(cast.alice, at, "carats_from=many")
    a_search(cast.bob, at)
    bobs = Membership.objects.get(user=cast.bob.user_id)
    end_membership(company_id=bobs.company_id, membership_id=bobs.pk, reason="Left.", actor=cast.ada, at=at)
    lots_in_the_vault(cast, at + MINUTE, lots=[GEM])
    assert swept(at + 2 * DAY, monkeypatch) == 1
    assert not Notice.objects.exists()


def test_set_search_alert__is_the_persons_own_and_said_once(cast: Cast, at: datetime) -> None:
    kept = save_search(name="Gems", query="", actor=cast.alice, at=at)
    for actor, refusal in ((cast.bob, NotFound), (cast.charlie, NotFound), (cast.olga, NotPermitted)):
        with pytest.raises(refusal):
            set_search_alert(search_id=kept.pk, is_wanted=True, actor=actor, at=at)
    assert SavedSearch.objects.get().told_until is None
    for moment in (at, at + DAY):
        set_search_alert(search_id=kept.pk, is_wanted=True, actor=cast.alice, at=moment)
    assert SavedSearch.objects.get().told_until == at
    assert Activity.objects.filter(act="bonded.saved_search.set_alert").count() == 1
    set_search_alert(search_id=kept.pk, is_wanted=False, actor=cast.alice, at=at)
    assert SavedSearch.objects.get().told_until is None
    with pytest.raises(NotPermitted):
        tell_new_lots(count_new=lambda query, since, until: 1, limit=1, actor=cast.ada, at=at)


@pytest.mark.parametrize(
    "text", ["search:", "search:x", "search:-1", "search:" + "9" * 40, "17", "lot:17", "search:１"]
)
def test_search_id_from__takes_only_what_a_notice_names(text: str) -> None:
    assert search_id_from(text) is None
    assert search_id_from(subject_of(17)) == 17
