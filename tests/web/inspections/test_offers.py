"""Offers on pages: made by a buyer who has looked, answered by the supplier, seen by nobody else."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from inspections.models import Offer
from tests.cast import Cast
from tests.situations.inspections import a_lot_looked_at, an_offer
from tests.situations.web_clients import NAUGHTY, said, signed_in


@pytest.fixture(autouse=True)
def _clock(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def test_make_offer__comes_to_the_supplier_who_accepts_it(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    form = {"price_per_carat": "4000", "currency": "USD", "procedure": "home_use", "note": NAUGHTY}

    made = signed_in("alice").post(f"/stones/{lot.stock_number}/offer/make", form)

    offer = Offer.objects.get()
    assert made["Location"] == f"/offers/{offer.pk}"
    page = said(signed_in("sven"), f"/offers/{offer.pk}")
    assert "$4,000.00" in page
    assert "<script>alert(1)" not in page
    assert signed_in("alice").post(f"/offers/{offer.pk}/answer", {"answer": "accept"}).status_code in (403, 404, 409)
    assert signed_in("sven").post(f"/offers/{offer.pk}/answer", {"answer": "accept"}).status_code == 303
    offer.refresh_from_db()
    assert offer.state == "accepted"
    assert f"/withdrawals/{offer.withdrawal_id}" in said(signed_in("alice"), f"/offers/{offer.pk}")
    assert f"/withdrawals/{offer.withdrawal_id}" not in said(signed_in("sven"), f"/offers/{offer.pk}")


@pytest.mark.parametrize(
    "wrong", [{"price_per_carat": "NaN"}, {"price_per_carat": "-1"}, {"currency": "XXX"}, {"procedure": "theft"},
              {"ends_at": "soon"}, {"price_per_carat": "9" * 1_000_000}]
)  # fmt: skip
def test_make_offer__refuses_bad_words_and_keeps_the_rest(cast: Cast, at: datetime, wrong: dict[str, str]) -> None:
    lot = a_lot_looked_at(cast, at)
    form = {"price_per_carat": "4000", "currency": "USD", "procedure": "home_use", "note": "kept"} | wrong

    refused = signed_in("alice").post(f"/stones/{lot.stock_number}/offer/make", form)

    assert refused.status_code == 400
    assert "kept</textarea>" in refused.content.decode()
    assert not Offer.objects.exists()


def test_counter_offer__is_the_suppliers_and_answered_by_the_buyer(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)

    assert signed_in("alice").post(f"/offers/{offer.pk}/counter", {}).status_code == 403
    countered = signed_in("sven").post(f"/offers/{offer.pk}/counter", {"price_per_carat": "4500", "currency": "USD"})

    assert countered.status_code == 303
    assert "$4,500.00" in said(signed_in("alice"), f"/offers/{offer.pk}")
    assert signed_in("alice").post(f"/offers/{offer.pk}/answer", {"answer": "refuse", "reason": "x"}).status_code == 303


def test_offer__is_nobody_elses(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    rival = signed_in("charlie")

    assert rival.get(f"/offers/{offer.pk}").status_code == 404
    assert rival.post(f"/offers/{offer.pk}/answer", {"answer": "withdraw"}).status_code == 404
    assert str(offer.pk) not in said(rival, "/offers")
    offer.refresh_from_db()
    assert offer.state == "offered"
    assert signed_in("alice").post(f"/offers/{offer.pk}/answer", {"answer": "maybe"}).status_code == 400
