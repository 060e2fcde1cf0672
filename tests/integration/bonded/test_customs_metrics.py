"""What a monitor sees of customs messages, and when the workers count as late."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bonded.actions.office_lines import pause_line
from bonded.models import CustomsTally
from bonded.rules.customs_offices import SIMULATOR
from bonded.rules.customs_tallies import LAG_BOUNDS_SECONDS, Tally
from tests.cast import Cast
from tests.situations.customs import a_declared_withdrawal, apply_all, message, store

pytestmark = pytest.mark.django_db


def metrics() -> dict[str, float]:
    answer = Client().get("/metrics", headers={"Authorization": "Bearer the-monitor"})
    lines = answer.content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line.startswith("bonded_customs"))
    return {name: float(value) for name, value in pairs}


def test_count_lag__puts_each_lag_under_its_bound() -> None:
    tally = Tally()
    for seconds in (-5.0, 0.1, 0.11, 3600.0, 3600.1):
        tally.count_lag(seconds)
    assert tally.lags == [2, 1, *[0] * 8, 1, 1]
    assert len(tally.lags) == len(LAG_BOUNDS_SECONDS) + 1
    assert tally.lag_seconds == pytest.approx(7200.31)


def test_apply_customs_messages__counts_what_became_of_each(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    for sequence, status in enumerate("L?J", start=1):
        store(message(declaration, sequence, status, at=at), at=at)
    store(b"[]", at=at, message_id="m-9")
    apply_all(at + timedelta(seconds=3))
    store(message(declaration, 2, "C", at=at, message_id="late"), at=at)
    apply_all(at + timedelta(seconds=3))
    tally = CustomsTally.objects.get()
    assert (tally.office, tally.day, tally.applied, tally.superseded, tally.parked) == (SIMULATOR, at.date(), 2, 1, 2)
    assert tally.lags == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]
    assert tally.lag_seconds == 6.0


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer else", "the-monitor"])
def test_metrics__are_for_the_monitor_alone(token: str, settings) -> None:
    settings.METRICS_TOKEN = "the-monitor"
    assert Client().get("/metrics", headers={"Authorization": token}).status_code == 404
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": token}).status_code == 404


def test_metrics__tell_each_office(cast: Cast, at: datetime, settings) -> None:
    settings.METRICS_TOKEN = "the-monitor"
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    store(message(declaration, 5, "P", at=at), at=at)
    apply_all(at)
    store(message(declaration, 2, "J", at=at), at=timezone.now() - timedelta(seconds=100))
    seen = metrics()
    assert seen['bonded_customs_messages_settled_total{became="applied",office="SIM"}'] == 1
    assert seen['bonded_customs_messages{office="SIM",state="unread"}'] == 1
    assert seen['bonded_customs_messages{office="SIM",state="waiting"}'] == 1
    assert seen['bonded_customs_messages{office="SIM",state="to_send"}'] == 1
    assert seen['bonded_customs_messages{office="GBCDS",state="unread"}'] == 0
    assert 99 < seen['bonded_customs_oldest_seconds{direction="in",office="SIM"}'] < 130
    assert seen['bonded_customs_lag_seconds_bucket{le="0.1",office="SIM"}'] == 1
    assert seen['bonded_customs_lag_seconds_count{office="SIM"}'] == 1


def test_lagz__is_late_when_a_message_lies_unread_for_a_minute(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    assert Client().get("/lagz").json() == {"status": "in time", "oldest_unapplied_seconds": {}}
    store(message(declaration, 1, "L", at=at), at=timezone.now() - timedelta(seconds=30))
    assert Client().get("/lagz").status_code == 200
    store(message(declaration, 2, "J", at=at), at=timezone.now() - timedelta(seconds=61))
    answer = Client().get("/lagz")
    assert (answer.status_code, answer.json()["status"]) == (503, "late")
    assert answer.json()["oldest_unapplied_seconds"]["SIM"] in range(61, 90)


def test_lagz__leaves_a_paused_office_out(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    assert Client().get("/lagz").status_code == 503
    pause_line(office=SIMULATOR, sending=False, applying=True, reason="a flood", actor=cast.ada, at=at)
    assert Client().get("/lagz").status_code == 200
