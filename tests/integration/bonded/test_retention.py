"""Putting away customs messages whose term is over: whole months, nothing open, ids stay."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bonded.actions.partitions import create_partitions
from bonded.actions.retention import put_away_customs_messages
from bonded.models import Activity, CustomsMessageId, IncomingCustomsMessage
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from bonded.rules.retention import StillInTerm
from tests.cast import Cast
from tests.situations.customs import store

JANUARY, FEBRUARY = datetime(2001, 1, 5, tzinfo=UTC), datetime(2001, 2, 5, tzinfo=UTC)


def old_messages() -> None:
    """A dealt-with message in January 2001 and a parked one in February."""
    create_partitions(actor=SYSTEM, at=JANUARY, months_ahead=1)
    for name, moment in (("m-1", JANUARY), ("m-2", FEBRUARY)):
        store(b"old", at=moment, message_id=name)
    IncomingCustomsMessage.objects.update(state="parked", cause="unreadable", settled_at=FEBRUARY)
    IncomingCustomsMessage.objects.filter(message_id="m-1").update(state="dealt_with")
    connection.check_constraints()


def stored_ids() -> list[str]:
    return list(IncomingCustomsMessage.objects.order_by("pk").values_list("message_id", flat=True))


def test_command__says_what_would_be_dropped_and_drops_nothing(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    old_messages()

    call_command("put_away_customs_messages", "--before=2001-03")

    assert capsys.readouterr().out.splitlines() == [
        "2001-01: 1 messages, would be dropped.",
        "2001-02: 1 messages, stays, 1 messages are open.",
        "2 months before 2001-03.",
    ]
    assert stored_ids() == ["m-1", "m-2"]
    assert Activity.objects.count() == 0


def test_command__drops_whole_months_and_keeps_what_is_open_and_every_id(cast: Cast) -> None:
    old_messages()

    call_command("put_away_customs_messages", "--before=2001-03", "--apply")

    assert stored_ids() == ["m-2"]
    assert list(CustomsMessageId.objects.order_by("received_at").values_list("message_id", flat=True)) == ["m-1", "m-2"]
    assert not store(b"old", at=FEBRUARY, message_id="m-1").is_new
    record = Activity.objects.get()
    assert (record.act, record.target_kind, record.target_id) == (
        "bonded.customs_message.put_away",
        "inboxmonth",
        "2001-01",
    )
    assert record.facts == {"messages": 1, "kept_years": 10}


def test_command__refuses_what_is_still_in_its_term(cast: Cast) -> None:
    with pytest.raises(CommandError, match=r"^Messages of the last years stay\. The first to stay: \d{4}-\d{2}-01\.$"):
        call_command("put_away_customs_messages", "--before=2999-01", "--apply")


def test_put_away_customs_messages__refuses_what_is_still_in_its_term(cast: Cast, at: datetime) -> None:
    old_messages()
    with pytest.raises(StillInTerm) as refusal:
        put_away_customs_messages(before=date(2001, 2, 1), kept_years=26, actor=SYSTEM, at=at)
    assert refusal.value.facts == {"before": "2001-02-01", "first_kept_month": "2000-11-01", "kept_years": 26}
    assert stored_ids() == ["m-1", "m-2"]


def test_put_away_customs_messages__is_the_systems_only(cast: Cast, at: datetime) -> None:
    old_messages()
    with pytest.raises(NotPermitted):
        put_away_customs_messages(before=date(2001, 3, 1), kept_years=10, actor=cast.ada, at=at)
    assert stored_ids() == ["m-1", "m-2"]
