"""The keeper's console: who comes today, a visit at the desk before a second keeper, and the gate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache

from bonded.actions.release_tokens import issue_release_token
from bonded.models import User
from inspections.models import Booking
from inspections.rules.findings import Intent
from tests.cast import Cast
from tests.situations.bonded import a_released_withdrawal
from tests.situations.inspections import a_booking, a_request, a_session, with_findings
from tests.situations.web_clients import signed_in

PASSWORD = "a long enough word"
WITNESS = {"witness": "vera", "witness_password": PASSWORD}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def passwords(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vera, Victor and Olga have passwords, nobody has tried one yet, and the pages live at the tests' moment."""
    cache.clear()
    monkeypatch.setattr("config.middleware.timezone", type("Clock", (), {"now": staticmethod(lambda: at)}))
    for user in User.objects.filter(username__in=["vera", "victor", "olga"]):
        user.set_password(PASSWORD)
        user.save()


def readings(booking: Booking, seal: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in booking.lots.select_related("lot"):
        number = one.lot.stock_number
        found |= {f"carats {number}": str(one.lot.weight_carats), f"pieces {number}": str(one.lot.pieces)}
        found[f"seal {number}"] = seal or one.lot.seal_number
    return found


def test_desk__takes_a_visit_from_the_door_to_its_end(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    client, desk = signed_in("victor"), f"/vault/visits/{booking.pk}"
    today = client.get("/vault/today").content.decode()
    assert desk in today
    assert booking.lots.get().lot.stock_number in today

    assert client.post(f"{desk}/let-in", {"identity_note": HOSTILE, "key": "in"}).status_code == 303
    assert client.post(f"{desk}/let-in", {"identity_note": HOSTILE, "key": "in"}).status_code == 303
    out = client.post(f"{desk}/weigh-out", readings(booking) | WITNESS)
    assert out.status_code == 303, out.content.decode()
    session = Booking.objects.get().session
    with_findings(session, [Intent.BUY], cast, at)
    assert client.post(f"{desk}/weigh-in", readings(booking, "NEW-0001") | WITNESS).status_code == 303
    assert client.post(f"{desk}/close").status_code == 303

    session.refresh_from_db()
    assert (session.state, session.identity_note) == ("closed", HOSTILE)
    assert HOSTILE not in client.get(desk).content.decode()
    assert "weigh-in" not in client.get(desk).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"witness_password": "wrong"},
        {"witness": "victor"},
        {"witness": "olga"},
        {"witness": "nobody"},
        {"witness": "a\0b"},
        {"witness_password": "x" * 1_000_000},
    ],
)
def test_desk__opens_nothing_without_another_keeper(cast: Cast, at: datetime, wrong: dict[str, str]) -> None:
    booking = a_session(cast, at).booking

    refused = signed_in("victor").post(f"/vault/visits/{booking.pk}/weigh-out", readings(booking) | WITNESS | wrong)

    assert refused.status_code == 409
    page = refused.content.decode()
    assert "name, password or code is not right" in page
    assert PASSWORD not in page
    assert Booking.objects.get().session.state == "checked_in"


def test_desk__asks_a_witness_who_has_a_code_for_it(cast: Cast, at: datetime) -> None:
    booking = a_session(cast, at).booking
    secret = generate_totp_secret()
    TOTP.activate(User.objects.get(username="vera"), secret)
    form, client = readings(booking) | WITNESS, signed_in("victor")

    refused = client.post(f"/vault/visits/{booking.pk}/weigh-out", form)
    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"
    opened = client.post(f"/vault/visits/{booking.pk}/weigh-out", form | {"witness_code": code})

    assert (refused.status_code, opened.status_code) == (409, 303)


def test_desk__refuses_a_witness_whose_tries_are_not_counted(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bonded.web.witnesses.count_call", lambda name, *, kept_seconds: None)
    booking = a_session(cast, at).booking

    refused = signed_in("victor").post(f"/vault/visits/{booking.pk}/weigh-out", readings(booking) | WITNESS)

    assert refused.status_code == 409
    assert "counted now" in refused.content.decode()
    assert Booking.objects.get().session.state == "checked_in"


def test_desk__lets_nobody_try_passwords(cast: Cast, at: datetime) -> None:
    booking = a_session(cast, at).booking
    client, form = signed_in("victor"), readings(booking) | WITNESS
    for _ in range(5):
        client.post(f"/vault/visits/{booking.pk}/weigh-out", form | {"witness_password": "wrong"})

    refused = client.post(f"/vault/visits/{booking.pk}/weigh-out", form)

    assert "Too many tries" in refused.content.decode()
    assert Booking.objects.get().session.state == "checked_in"


def test_desk__refuses_readings_that_are_none_and_keeps_what_was_typed(cast: Cast, at: datetime) -> None:
    booking = a_session(cast, at).booking
    number, client = booking.lots.get().lot.stock_number, signed_in("victor")

    for wrong in ({f"carats {number}": "x"}, {f"pieces {number}": "-1"}, {f"carats {number}": "9" * 1_000_000}):
        form = readings(booking) | WITNESS | wrong
        assert client.post(f"/vault/visits/{booking.pk}/weigh-out", form).status_code == 400
    differs = client.post(f"/vault/visits/{booking.pk}/weigh-out", readings(booking, "OTHER-1") | WITNESS)
    assert differs.status_code == 409
    assert 'value="OTHER-1"' in differs.content.decode()


def test_today__is_for_the_house(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)

    for username in ("olga", "ada", "audrey", "vera"):
        assert f"{booking.lots.get().lot.stock_number}" in signed_in(username).get("/visits/today").content.decode()
    for username in ("alice", "charlie", "sven"):
        assert signed_in(username).get("/visits/today").status_code == 403
    for username in ("alice", "olga", "ada"):
        assert signed_in(username).get("/vault/today").status_code == 403
        assert signed_in(username).get(f"/vault/visits/{booking.pk}").status_code == 403
        assert signed_in(username).post(f"/vault/visits/{booking.pk}/let-in").status_code == 403
        assert signed_in(username).get("/gate").status_code == 403
    unknown = "00000000-0000-4000-8000-000000000000"
    assert signed_in("victor").post(f"/vault/visits/{unknown}/weigh-out", WITNESS).status_code == 404


@pytest.mark.parametrize(("answer", "state"), [("approve", "booked"), ("refuse", "refused")])
def test_decide__says_why(cast: Cast, at: datetime, answer: str, state: str) -> None:
    asked = a_request(cast, at)
    client = signed_in("victor")

    assert f"/vault/visits/{asked.pk}" in client.get("/vault/today").content.decode()
    assert client.post(f"/vault/visits/{asked.pk}/decide", {"answer": answer}).status_code == 400
    assert client.post(f"/vault/visits/{asked.pk}/decide", {"answer": answer, "reason": "so"}).status_code == 303
    asked.refresh_from_db()
    assert asked.state == state


def test_gate__lets_goods_out_once_by_their_pass(cast: Cast, at: datetime) -> None:
    released = a_released_withdrawal(cast, at)
    token = issue_release_token(withdrawal_id=released.pk, actor=cast.alice, at=at)
    client = signed_in("victor")

    wrong = client.post("/gate/hand-over", WITNESS | {"token": "wrong" * 100_000})
    alone = client.post("/gate/hand-over", {"token": token, "witness": "victor", "witness_password": PASSWORD})
    first = client.post("/gate/hand-over", WITNESS | {"token": token, "key": "one"})
    second = client.post("/gate/hand-over", WITNESS | {"token": token, "key": "one"})

    assert [wrong.status_code, alone.status_code] == [409, 409]
    assert [first.status_code, second.status_code] == [303, 303]
    released.refresh_from_db()
    assert released.state == "handed_over"
