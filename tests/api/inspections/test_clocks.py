"""Times over HTTP, asked for by clients whose clocks have just changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from inspections.models import Scale
from tests.api.inspections.test_bookings import call, request_for
from tests.cast import Cast
from tests.situations.inspections import a_buyer_who_may_book, a_viewing_room, viewable_lots


@pytest.mark.parametrize("day", ["2027-03-15", "2027-03-29", "2027-11-01", "2027-11-08"])
@pytest.mark.parametrize("name", ["Asia/Shanghai", "Europe/London", "America/New_York"])
def test_times__are_the_same_for_clients_everywhere(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch, day: str, name: str
) -> None:
    """The Mondays after the changes: what is read there at home is booked, and told, as the same instant."""
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    Scale.objects.update(calibrated_until=date(2028, 6, 30))
    lots = viewable_lots(cast, at)
    opens_at = datetime.fromisoformat(f"{day}T09:00:00+08:00").astimezone(UTC)
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: opens_at - timedelta(days=9)))
    expected = [opens_at + timedelta(minutes=75 * number) for number in range(7)]
    with timezone.override(name):
        slots = call(cast, "alice", f"/viewing-desks/DESK-1/free-slots?from={day}&days=1").json()["results"]
        times = call(cast, "alice", f"/viewing-times?from={day}&days=1").json()["results"]
        assert [datetime.fromisoformat(one["starts_at"]) for one in slots] == expected
        assert [datetime.fromisoformat(one) for one in times[0]["starts_at"]] == expected
        at_home = expected[2].astimezone(ZoneInfo(name)).isoformat()
        answer = call(cast, "alice", "/bookings", request_for(lots, starts_at=at_home))
    assert (answer.status_code, answer.json()["starts_at"]) == (201, expected[2].isoformat())
