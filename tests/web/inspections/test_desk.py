"""The keeper's console: who comes today, a visit at the desk before a second keeper, and the gate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache

from bonded.actions.release_tokens import issue_release_token
from bonded.models import User
from inspections.actions.booking_passes import issue_booking_pass
from inspections.actions.visitors import identities_of
from inspections.models import Booking, BookingPass
from inspections.rules.findings import Intent
from inspections.rules.visitors import Paper
from tests.cast import Cast
from tests.situations.bonded import a_released_withdrawal, lots_in_the_vault
from tests.situations.inspections import a_booking, a_request, a_session, a_viewing_room, booking_of, with_findings
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


def test_desk__counts_no_try_that_was_right(cast: Cast, at: datetime) -> None:
    booking = a_session(cast, at).booking
    client, address = signed_in("victor"), f"/vault/visits/{booking.pk}/weigh-out"
    of_seal = f"seal {booking.lots.get().lot.stock_number}"

    # Confirmed, and refused for a seal that is another's.
    confirmed = [client.post(address, readings(booking) | WITNESS | {of_seal: "OTHER-1"}) for _ in range(6)]

    assert [one.status_code for one in confirmed] == [409] * 6
    assert "Too many tries" not in confirmed[-1].content.decode()
    assert client.post(address, readings(booking) | WITNESS).status_code == 303


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


def test_code__leads_to_the_desk_and_the_field_of_the_lot(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    lot, client, desk = booking.lots.get().lot, signed_in("victor"), f"/vault/visits/{booking.pk}"

    codes = (lot.stock_number, lot.seal_number, str(booking.pk))
    led = [client.post("/code/go", {"code": code}) for code in codes]

    assert [(one.status_code, one["Location"]) for one in led] == [
        (303, f"{desk}#lot-{lot.pk}"),
        (303, f"{desk}#lot-{lot.pk}"),
        (303, desk),
    ]
    client.post(f"{desk}/let-in", {"identity_note": "seen"})
    assert f'id="lot-{lot.pk}"' in client.get(desk).content.decode()


def test_code__of_a_pass_fills_it_in_and_lets_its_visitors_in_once(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    token = issue_booking_pass(booking_id=booking.pk, actor=cast.alice, at=at).token
    client = signed_in("victor")

    page = client.post("/code/go", {"code": token}).content.decode()
    assert f'data-key="p" value="{token}"' in page
    assert Booking.objects.get().state == "booked"
    form = {"pass": token, "identity_note": "seen"}
    assert client.post(f"/vault/visits/{booking.pk}/let-in", form).status_code == 303
    assert BookingPass.objects.get().used_at == at
    assert client.post("/code/go", {"code": token}).status_code == 400


def test_let_in__refuses_the_pass_of_another_visit(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    other = booking_of(
        a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2"),
        lots_in_the_vault(cast, at),
        actor=cast.alice,
        at=at,
    )
    token = issue_booking_pass(booking_id=other.pk, actor=cast.alice, at=at).token

    refused = signed_in("victor").post(
        f"/vault/visits/{booking.pk}/let-in", {"pass": token, "identity_note": "seen by Victor"}
    )

    assert refused.status_code == 409
    assert "This pass is of another visit." in refused.content.decode()
    assert 'value="seen by Victor"' in refused.content.decode()
    assert set(Booking.objects.values_list("state", flat=True)) == {"booked"}
    assert BookingPass.objects.get().used_at is None


ANNOUNCED = {"Alice Alder": "E1234567", "Bob Alder": "K7654321"}


def papers(**numbers: str) -> dict[str, Any]:
    """What the keeper types of papers: one line for each visitor, as the page has them."""
    kinds = ["passport", "identity_card"]
    return {
        "identity_note": "both seen",
        "paper_name": list(ANNOUNCED),
        "document_kind": kinds,
        "document_number": [numbers.get(name.split()[0].lower(), number) for name, number in ANNOUNCED.items()],
    }


def a_booking_with_papers(cast: Cast, at: datetime) -> Booking:
    """Alice and Bob are announced, each with a paper."""
    kinds = ("passport", "identity_card")
    told = [Paper(name, kind, number) for (name, number), kind in zip(ANNOUNCED.items(), kinds, strict=True)]
    return a_booking(cast, at, visitors=list(ANNOUNCED), identities=identities_of(told))


def test_let_in__takes_the_papers_of_several_visitors(cast: Cast, at: datetime) -> None:
    booking = a_booking_with_papers(cast, at)
    client, desk = signed_in("victor"), f"/vault/visits/{booking.pk}"
    page = client.get(desk).content.decode()
    assert page.count('name="document_number"') == 2
    assert "…4567" in page
    assert "…4321" in page
    assert "E1234567" not in page

    assert client.post(f"{desk}/let-in", papers()).status_code == 303

    assert set(booking.announced.values_list("name", "seen_at")) == {("Alice Alder", at), ("Bob Alder", at)}


def test_let_in__lets_one_come_and_the_other_stay_at_home(cast: Cast, at: datetime) -> None:
    booking = a_booking_with_papers(cast, at)

    assert signed_in("victor").post(f"/vault/visits/{booking.pk}/let-in", papers(bob="")).status_code == 303

    assert set(booking.announced.values_list("name", "seen_at")) == {("Alice Alder", at), ("Bob Alder", None)}


def test_let_in__says_whose_paper_is_another_and_keeps_what_was_typed(cast: Cast, at: datetime) -> None:
    booking = a_booking_with_papers(cast, at)

    refused = signed_in("victor").post(f"/vault/visits/{booking.pk}/let-in", papers(bob="WRONG99"))

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Who: Bob Alder" in page
    assert 'value="WRONG99"' in page
    assert 'value="identity_card" selected' in page
    assert Booking.objects.get().state == "booked"
    assert set(booking.announced.values_list("seen_at", flat=True)) == {None}


def test_let_in__refuses_a_kind_of_paper_that_is_none(cast: Cast, at: datetime) -> None:
    booking = a_booking_with_papers(cast, at)

    wrong = papers() | {"document_kind": ["passport", "library_card"]}
    assert signed_in("victor").post(f"/vault/visits/{booking.pk}/let-in", wrong).status_code == 400
    assert Booking.objects.get().state == "booked"


def test_weigh_out__reads_a_scale_and_refuses_one_that_moves(cast: Cast, at: datetime) -> None:
    booking = a_session(cast, at).booking
    number, client = booking.lots.get().lot.stock_number, signed_in("victor")
    address, form = f"/vault/visits/{booking.pk}/weigh-out", readings(booking) | WITNESS

    moving = client.post(address, form | {f"carats {number}": "US,GS,+0001.000ct"})
    assert moving.status_code == 400
    assert "Was read: US,GS,+0001.000ct" in moving.content.decode()
    assert client.post(address, form | {f"carats {number}": "0.2001 g"}).status_code == 303
    assert str(Booking.objects.get().session.lots.get().out_carats) == "1.001"
    assert "1.0005 ct; 1.001 ct is kept" in client.get(f"/vault/visits/{booking.pk}").content.decode()
