"""The release packet's viewings: who looked at the lots, what was weighed, what came of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Lot
from bonded.rules.withdrawals import Procedure
from inspections.actions.findings import record_finding
from inspections.rules.findings import Intent
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal
from tests.situations.inspections import a_lot_looked_at, an_open_session
from tests.situations.web_clients import NAUGHTY, said, signed_in

pytestmark = pytest.mark.django_db


def test_release__shows_who_looked_at_its_lots_as_evidence(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    asked = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    weighed = lot.session_lots.get()

    for username in ("olga", "ada", "audrey"):
        page = said(signed_in(username), f"/releases/{asked.pk}").partition('id="viewings"')[2]
        assert f"/visits/{weighed.session.booking_id}" in page
        assert weighed.seal_out in page
        assert weighed.seal_in in page
        assert "Alder Trading" in page
        assert "Buy" in page
        assert "differs" not in page
    assert 'id="viewings"' not in said(signed_in("alice"), f"/withdrawals/{asked.pk}")


def test_release__shows_a_viewing_that_is_not_over_and_strange_words(cast: Cast, at: datetime) -> None:
    session = an_open_session(cast, at)
    weighed = session.lots.get()
    record_finding(
        booking_id=session.booking_id,
        lot_id=weighed.lot_id,
        intent=Intent.BUY,
        agreed_carats=Decimal("1.000"),
        remarks=NAUGHTY,
        actor=cast.alice,
        at=at,
    )
    asked = request_withdrawal(lot_ids=[weighed.lot_id], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)

    page = said(signed_in("olga"), f"/releases/{asked.pk}")

    assert "not back yet" in page
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


def test_release__says_that_nobody_looked(cast: Cast, at: datetime) -> None:
    a_lot_looked_at(cast, at)
    asked = a_requested_withdrawal(cast, at)

    assert "Nobody has looked at these lots" in said(signed_in("olga"), f"/releases/{asked.pk}")
    assert Lot.objects.count() == 2
