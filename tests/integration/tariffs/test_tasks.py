"""What the timetable calls."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bonded.rules.money import Money
from config.celery import TIMETABLE
from tariffs import tasks
from tariffs.actions.guarantees import reserve_headroom
from tariffs.models import GuaranteeAccount
from tariffs.rules.guarantees import ReservationPurpose
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee


def test_expire_claims__lets_lapse_what_is_due(cast: Cast, at, monkeypatch: pytest.MonkeyPatch) -> None:
    a_guarantee(cast, at)
    reserve_headroom(
        company_id=cast.alder.pk,
        amount=Money(100, "CNY"),
        purpose=ReservationPurpose.VIEWING,
        reference=uuid4(),
        expires_at=at + timedelta(hours=1),
        actor=cast.alice,
        at=at,
    )
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: at))
    assert tasks.expire_claims() == 0
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: at + timedelta(hours=1)))
    assert tasks.expire_claims() == 1
    assert GuaranteeAccount.objects.get().reserved_minor == 0


def test_timetable__names_every_task_of_tariffs() -> None:
    assert {name for name in TIMETABLE if name.startswith("tariffs.")} == {
        tasks.expire_claims.name,
        tasks.make_account_statements.name,
        tasks.price_lots.name,
        tasks.review_guarantees.name,
        tasks.tell_money_deadlines.name,
        tasks.tell_new_lots.name,
    }
