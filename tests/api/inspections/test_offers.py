"""Offers over HTTP: every caller, every refusal, once for one key, and nothing for rivals to learn."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from bonded.models import Lot, Withdrawal
from bonded.rules.money import Money
from inspections.actions.offers import counter_offer, refuse_offer
from inspections.models import Offer
from tests.api.inspections.test_bookings import EVERYBODY, call, expected_status
from tests.cast import Cast
from tests.situations.inspections import a_lot_looked_at, a_lot_that_two_looked_at, an_offer

STAFF = {"olga", "victor", "ada", "audrey"}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let every request come at the moment of the test."""
    come_at(monkeypatch, at)


def come_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: moment))


def request_for(lot: Lot, **changes: Any) -> dict[str, Any]:
    return {"stock_number": lot.stock_number, "price_per_carat": "4000.00", "currency": "USD"} | changes


def state_of(offer: Offer) -> str:
    return Offer.objects.values_list("state", flat=True).get(pk=offer.pk)


@pytest.mark.parametrize("who", EVERYBODY)
def test_make_offer__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    lot = a_lot_looked_at(cast, at)
    answer = call(cast, who, "/offers", request_for(lot))

    expected = 409 if who == "charlie" else expected_status(who, allowed={"alice", "bob"}, missing=set(), done=201)
    assert answer.status_code == expected
    assert Offer.objects.count() == (answer.status_code == 201)


def test_make_offer__tells_everything_about_it(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    asked = request_for(lot, cachet_number="CACHET-1", note="For a ring.", ends_at="2026-11-24T10:00:00+08:00")
    answer = call(cast, "alice", "/offers", asked)

    assert answer.json() == {
        "id": str(Offer.objects.get().pk),
        "stock_number": lot.stock_number,
        "company": "Alder Trading",
        "state": "offered",
        "weight_carats": "1.000",
        "currency": "USD",
        "price_per_carat": "4000.00",
        "total": "4000.00",
        "counter_price_per_carat": None,
        "counter_total": None,
        "cachet_number": "CACHET-1",
        "note": "For a ring.",
        "refusal_reason": "",
        "made_at": "2026-11-23T02:00:00+00:00",
        "ends_at": "2026-11-24T02:00:00+00:00",
        "ended_at": None,
        "procedure": "home_use",
        "withdrawal_id": None,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"price_per_carat": "4e3"}, "amount_invalid"),
        ({"price_per_carat": "4000.001"}, "amount_invalid"),
        ({"price_per_carat": "0.00"}, "amount_invalid"),
        ({"price_per_carat": "-1.00"}, "amount_invalid"),
        ({"price_per_carat": "NaN"}, "amount_invalid"),
        ({"currency": "XXX"}, "currency_unknown"),
        ({"ends_at": "2026-12-01T10:00:01+08:00"}, "offer_term_invalid"),
        ({"ends_at": "2026-11-23T10:00:00+08:00"}, "offer_term_invalid"),
        ({"ends_at": "soon"}, "input_invalid"),
        ({"procedure": "gift"}, "input_invalid"),
        ({"cachet_number": "a seal"}, "seal_number_invalid"),
        ({"note": "x" * 501}, "input_invalid"),
        ({"company": 1}, "input_invalid"),
        ({"stock_number": 7.5, "currency": None}, "input_invalid"),
    ],
)
def test_make_offer__malformed(cast: Cast, at: datetime, changes: dict[str, Any], code: str) -> None:
    answer = call(cast, "alice", "/offers", request_for(a_lot_looked_at(cast, at), **changes))
    assert (answer.status_code, answer.json()["code"], Offer.objects.count()) == (400, code, 0)


def test_make_offer__once_for_one_key(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    first, again = (call(cast, "alice", "/offers", request_for(lot), key="one") for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert Offer.objects.count() == 1
    assert call(cast, "alice", "/offers", request_for(lot), key=None).status_code == 400


def test_make_offer__on_an_unknown_lot(cast: Cast, at: datetime) -> None:
    asked = request_for(a_lot_looked_at(cast, at), stock_number="NO-1")
    assert call(cast, "alice", "/offers", asked).status_code == 404


ANSWERS: list[tuple[str, Any, str, set[str], set[str]]] = [
    # Step, body, state after it, who may, and for whom the offer is not there.
    ("counter", {"price_per_carat": "4500.00", "currency": "USD"}, "countered", {"sven"}, set()),
    ("accept", {}, "accepted", {"sven"}, {"charlie"}),
    ("refuse", {"reason": "Too little."}, "refused", {"sven"}, {"charlie"}),
    ("withdraw", {}, "withdrawn", {"alice", "bob"}, {"charlie"}),
]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(("step", "body", "state", "allowed", "missing"), ANSWERS)
def test_answer_offer__by_caller(
    cast: Cast, at: datetime, who: str | None, step: str, body: Any, state: str, allowed: set[str], missing: set[str]
) -> None:
    offer = an_offer(cast, at)
    answer = call(cast, who, f"/offers/{offer.pk}/{step}", body)

    its_own = step in ("accept", "refuse") and who in ("alice", "bob")
    assert answer.status_code == (409 if its_own else expected_status(who, allowed=allowed, missing=missing))
    assert state_of(offer) == (state if answer.status_code == 200 else "offered")
    assert Withdrawal.objects.count() == (state_of(offer) == "accepted")


@pytest.mark.parametrize(("step", "state"), [("accept", "accepted"), ("refuse", "refused")])
@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "sven"])
def test_answer_counter__by_caller(cast: Cast, at: datetime, who: str, step: str, state: str) -> None:
    offer = an_offer(cast, at)
    assert call(cast, "sven", f"/offers/{offer.pk}/counter", ANSWERS[0][1]).json()["counter_total"] == "4500.00"
    answer = call(cast, who, f"/offers/{offer.pk}/{step}", {})
    assert answer.status_code == {"charlie": 404, "sven": 409}.get(who, 200)
    assert state_of(offer) == (state if answer.status_code == 200 else "countered")


@pytest.mark.parametrize(("step", "body", "state"), [one[:3] for one in ANSWERS])
def test_answer_offer__once_for_one_key(cast: Cast, at: datetime, step: str, body: Any, state: str) -> None:
    offer = an_offer(cast, at)
    who, path = "alice" if step == "withdraw" else "sven", f"/offers/{offer.pk}/{step}"
    first, again = (call(cast, who, path, body, key="one") for _ in range(2))
    assert (first.status_code, again.content, again["Idempotency-Replayed"]) == (200, first.content, "true")
    later = call(cast, who, path, body)
    assert (later.status_code, later.json()["code"], state_of(offer)) == (409, "step_not_allowed", state)


@pytest.mark.parametrize(("step", "body", "state"), [one[:3] for one in ANSWERS])
def test_answer_offer__malformed(cast: Cast, at: datetime, step: str, body: Any, state: str) -> None:
    offer = an_offer(cast, at)
    who = "alice" if step == "withdraw" else "sven"
    assert call(cast, who, f"/offers/{offer.pk}/{step}", {**body, "state": state}).status_code == 400
    assert call(cast, who, f"/offers/{uuid4()}/{step}", body).status_code == 404
    assert state_of(offer) == "offered"


def test_counter_offer__of_a_supplier_of_other_lots(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    Lot.objects.filter(pk=offer.lot_id).update(supplier=cast.cedar)
    assert call(cast, "sven", f"/offers/{offer.pk}/counter", ANSWERS[0][1]).status_code == 404
    assert call(cast, "sven", "/offers").json()["results"] == []
    Lot.objects.filter(pk=offer.lot_id).update(supplier=cast.stones)


@pytest.mark.parametrize("who", EVERYBODY)
def test_get_offer__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    offer = an_offer(cast, at)
    allowed = {"alice", "bob", "sven"} | STAFF
    answer = call(cast, who, f"/offers/{offer.pk}")
    assert answer.status_code == expected_status(who, allowed=allowed, missing={"charlie"})
    listed = call(cast, who, "/offers")
    assert listed.status_code == (401 if who is None else 200)
    if who is not None:
        assert len(listed.json()["results"]) == (who in allowed)


def test_get_offer__tells_a_supplier_nothing_of_the_buyers_business(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    assert call(cast, "sven", f"/offers/{offer.pk}/accept", {}).json()["withdrawal_id"] is None
    told = [call(cast, who, f"/offers/{offer.pk}").json() for who in ("sven", "alice")]
    withdrawal = Withdrawal.objects.get()
    assert [(one["procedure"], one["withdrawal_id"]) for one in told] == [
        (None, None),
        ("home_use", str(withdrawal.pk)),
    ]
    assert call(cast, "sven", f"/withdrawals/{withdrawal.pk}").status_code in (403, 404)


def test_list_offers__page_by_page(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    offers = []
    for minute in range(3):
        moment = at + timedelta(minutes=minute)
        offers.append(an_offer(cast, moment, lot=lot))
        if minute < 2:
            refuse_offer(offer_id=offers[-1].pk, actor=cast.sven, at=moment)
    first = call(cast, "alice", "/offers?limit=2").json()
    second = call(cast, "alice", f"/offers?limit=2&cursor={first['next_cursor']}").json()
    ids = [one["id"] for one in first["results"] + second["results"]]
    assert (ids, second["next_cursor"]) == ([str(one.pk) for one in reversed(offers)], None)


def test_offers__of_others_can_be_told_from_nothing_by_no_answer(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charlie, who has looked too, hears of Alder's offer what he would hear of a lot that lies on somebody's desk."""
    _, lot, now = a_lot_that_two_looked_at(cast, at)
    come_at(monkeypatch, now)
    offer = an_offer(cast, now, lot=lot)
    counter_offer(offer_id=offer.pk, price=Money(4500_00, "USD"), actor=cast.sven, at=now)
    theirs = call(cast, "charlie", f"/offers/{offer.pk}").json()
    nobodys = call(cast, "charlie", f"/offers/{uuid4()}").json()
    assert theirs | {"facts": None} == nobodys | {"facts": None}
    refusal = call(cast, "charlie", "/offers", request_for(lot))
    assert (refusal.status_code, refusal.json()["facts"]) == (409, {})
    assert refusal.json()["problems"] == [
        {"code": "lot_not_viewable", "message": f"{lot.stock_number} can't be viewed now.", "overridable_by": []}
    ]
    for secret in (str(offer.pk), "Alder", "4500", "cachet"):
        assert secret not in refusal.content.decode()
        assert secret not in call(cast, "charlie", f"/lots/{lot.stock_number}").content.decode()
