"""Days that come for goods: said once for each threshold, to those whose goods they are."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from bonded import tasks
from bonded.actions.deadlines import tell_goods_deadlines
from bonded.actions.withdrawals import request_withdrawal
from bonded.models import BondEntry, KimberleyCertificate, Lot, Notice
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Procedure
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.notices import told_of
from tests.situations.tariffs import a_schedule

DAY = timedelta(days=1)


def test_tell_goods_deadlines__says_each_end_of_storage_once_per_threshold(cast: Cast, at, monkeypatch) -> None:
    a_schedule(at)
    lots = lots_in_the_vault(cast, at, lots=[{}, {}])
    request_withdrawal(lot_ids=[lots[0].pk], procedure=Procedure.RE_EXPORT, actor=cast.alice, at=at)
    reference = lots[0].consignment.reference
    ends_on = BondEntry.objects.get(lot=lots[0]).storage_limit_on
    said = []
    for left in (15, 14, 13, 7, 6, 1, 0, -1):
        # A day in Shanghai begins at 16:00 UTC of the day before.
        moment = at.replace(hour=16) + ((ends_on - DAY - date(2026, 11, 23)) - left * DAY)
        monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda moment=moment: moment))
        for _ in range(2):
            tasks.tell_goods_deadlines()
        said.append(Notice.objects.filter(user=cast.alice.user_id).count())
    assert said == [0, 1, 1, 2, 2, 3, 3, 3]
    everybody = ["alice", "bob", "sven"]
    assert told_of(reference) == [(name, "storage.ends") for name in everybody for _ in range(3)]
    days = Notice.objects.filter(user=cast.alice.user_id).order_by("due_at").values_list("facts", flat=True)
    assert list(days) == [{"ends_on": ends_on.isoformat(), "days": days} for days in ("14", "7", "1")]


def test_tell_goods_deadlines__says_nothing_of_what_has_left(cast: Cast, at) -> None:
    (lot,) = lots_in_the_vault(cast, at)
    moment = at + timedelta(days=360)
    entry = BondEntry.objects.filter(lot=lot)
    entry.update(written_off_pieces=entry.get().entered_pieces)
    assert tell_goods_deadlines(actor=SYSTEM, at=moment) == 0
    entry.update(written_off_pieces=0)
    assert tell_goods_deadlines(actor=SYSTEM, at=moment) == 1
    assert {name for name, _ in told_of(lot.consignment.reference)} == {"sven"}


def test_tell_goods_deadlines__says_that_a_certificate_expires(cast: Cast, at) -> None:
    (lot,) = lots_in_the_vault(cast, at)
    Lot.objects.filter(pk=lot.pk).update(kimberley_number="BW-1")
    KimberleyCertificate.objects.create(
        number="BW-1",
        consignment=lot.consignment,
        issuing_country="BW",
        issued_on=date(2026, 11, 1),
        expires_on=date(2026, 11, 30),
        weight_carats=1,
        value_usd_minor=1,
    )
    assert [tell_goods_deadlines(actor=SYSTEM, at=at) for _ in range(2)] == [1, 1]
    assert told_of("BW-1") == [("sven", "certificate.ends")]


def test_tell_goods_deadlines__is_the_platforms_own(cast: Cast, at) -> None:
    with pytest.raises(NotPermitted):
        tell_goods_deadlines(actor=cast.ada, at=at)
