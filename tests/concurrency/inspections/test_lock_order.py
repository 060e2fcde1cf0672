"""Acts that need several companies' guarantees lock them all first, in one order, so that none waits crosswise."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, transaction

from bonded.actions.withdrawals import request_withdrawal
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import Procedure
from inspections.models import Booking
from tariffs.actions.guarantees import set_guarantee
from tariffs.models import GuaranteeAccount
from tests.cast import make_cast
from tests.situations.inspections import a_buyer_who_may_book, a_viewing_room, booking_of, viewable_lots
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until_somebody_waits() -> bool:
    """Look, for five seconds at most, whether some session waits for a lock."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.05)
    return False


def test_request_withdrawal__holds_no_rivals_guarantee_while_it_waits_for_its_own() -> None:
    """Alder's account is the first by key; who holds a rival's and waits for it locks crosswise with its like."""
    cast = make_cast()
    a_buyer_who_may_book(cast, AT)
    rival = Actor(cast.charlie.user_id, Role.BUYER, frozenset({cast.cedar.pk}))
    set_guarantee(company_id=cast.cedar.pk, limit=Money(9_000_000_00, "CNY"), actor=cast.ada, at=AT)
    lots = viewable_lots(cast, AT)
    booking_of(a_viewing_room(cast), lots, actor=rival, at=AT)
    is_held = threading.Event()

    def hold_ours_and_look_at_the_rivals() -> bool:
        with transaction.atomic():
            list(GuaranteeAccount.objects.filter(company=cast.alder).locked())
            is_held.set()
            waits = wait_until_somebody_waits()
            try:
                GuaranteeAccount.objects.select_for_update(nowait=True).get(company=cast.cedar)
            except OperationalError:
                return False
            return waits

    def ask() -> object:
        is_held.wait()
        return request_withdrawal(lot_ids=[lots[0].pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=AT)

    is_free, withdrawal = outcomes_at_once(hold_ours_and_look_at_the_rivals, ask)

    assert is_free is True
    assert not isinstance(withdrawal, BaseException)
    assert Booking.objects.get().state == "cancelled"
    assert GuaranteeAccount.objects.get(company=cast.cedar).reserved_minor == 0
