"""Days that come for money: a guarantee that ends, duty that is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.models import Notice
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from tariffs.actions.deadlines import tell_money_deadlines
from tariffs.models import GuaranteeInstrument
from tests.cast import Cast
from tests.situations.notices import told_of
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule

DAY = timedelta(days=1)


def test_tell_money_deadlines__says_that_a_guarantee_ends(cast: Cast, at) -> None:
    a_guarantee(cast, at)
    (instrument,) = GuaranteeInstrument.objects.all()
    today = at.date()
    counts = []
    for left in (15, 14, 7, 1, 0, -1):
        # The range ends on the day after the last one.
        GuaranteeInstrument.objects.update(validity=DateRange(today - 400 * DAY, today + (left + 1) * DAY))
        counts.append(tell_money_deadlines(actor=SYSTEM, at=at))
    assert counts == [0, 1, 1, 1, 1, 0]
    assert set(told_of(instrument.pk)) == {("alice", "guarantee.ends"), ("bob", "guarantee.ends")}
    last_days = {(today + left * DAY).isoformat() for left in (14, 7, 1, 0)}
    assert {facts["ends_on"] for facts in Notice.objects.values_list("facts", flat=True)} == last_days


def test_tell_money_deadlines__says_that_duty_is_due_until_it_is_paid(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    noon = at + (debt.due_on - at.date()) - 7 * DAY
    for moment in (noon - 8 * DAY, noon, noon, noon + DAY, noon + 6 * DAY, noon + 8 * DAY):
        tell_money_deadlines(actor=SYSTEM, at=moment)
    facts = Notice.objects.filter(user=cast.alice.user_id, kind="duty.due").order_by("due_at").values_list("facts")
    assert [one["days"] for (one,) in facts] == ["7", "1"]
    assert {name for name, _ in told_of(debt.reference)} == {"alice", "bob"}
    for value in (str(debt.total_minor), "Alder"):
        assert value not in str(list(Notice.objects.values()))


def test_tell_money_deadlines__is_the_platforms_own(cast: Cast, at) -> None:
    with pytest.raises(NotPermitted):
        tell_money_deadlines(actor=cast.ada, at=at)
