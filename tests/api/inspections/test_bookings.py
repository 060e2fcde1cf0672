"""Viewings over HTTP: every caller, every refusal, once for one key, and nothing for rivals to learn."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import ApiToken, Lot, Membership, User
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from inspections.models import Booking, Claim, Escort, RoomHours
from inspections.rules.findings import Intent
from tariffs.actions.guarantees import set_guarantee
from tariffs.models import GuaranteeAccount
from tests.cast import Cast
from tests.situations.inspections import (
    SLOT,
    a_booking,
    a_buyer_who_may_book,
    a_session,
    a_viewing_room,
    a_weighed_in_session,
    an_open_session,
    booking_of,
    viewable_lots,
)
from tests.situations.tariffs import a_schedule, an_authority

EVERYBODY = ["alice", "bob", "charlie", "olga", "victor", "ada", "audrey", "sven", None]
STATEMENTS_OF_A_BOOKING = 31
DAY = "/viewing-desks/DESK-1/free-slots?from=2026-11-23&days=1"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let every request come at the moment of the test."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def call(cast: Cast, who: str | None, path: str, body: Any = None, *, key: str | None = "") -> Any:
    """Post the body, or get when there is none."""
    client = Client()
    if who:
        actor: Actor = getattr(cast, who)
        client.force_login(User.objects.get(pk=actor.user_id or 0), backend="django.contrib.auth.backends.ModelBackend")
    if body is None:
        return client.get(f"/api/v1{path}")
    headers = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def request_for(lots: list[Lot], **changes: Any) -> dict[str, Any]:
    """Ask for the next slot of the first desk."""
    asked = {
        "desk": "DESK-1",
        "starts_at": "2026-11-23T10:15:00+08:00",
        "stock_numbers": [lot.stock_number for lot in lots],
        "visitors": ["Alice Alder"],
    }
    return asked | changes


def expected_status(who: str | None, *, allowed: set[str], missing: set[str], done: int = 200) -> int:
    if who is None:
        return 401
    return done if who in allowed else 404 if who in missing else 403


def weighing(booking: Booking, *, seal: str | None = None) -> dict[str, Any]:
    return {
        "witness": "vera",
        "lots": [
            {
                "stock_number": row.lot.stock_number,
                "weight_carats": "1.000",
                "pieces": 1,
                "seal_number": seal or row.lot.seal_number,
            }
            for row in booking.lots.select_related("lot")
        ],
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_book_viewing__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    a_buyer_who_may_book(cast, at)
    set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
    a_viewing_room(cast)
    answer = call(cast, who, "/bookings", request_for(viewable_lots(cast, at)))

    assert answer.status_code == expected_status(who, allowed={"alice", "bob", "charlie"}, missing=set(), done=201)
    assert Booking.objects.count() == (answer.status_code == 201)


def test_book_viewing__runs_so_many_statements(cast: Cast, at: datetime, django_assert_num_queries: Any) -> None:
    """From the caller's token to the stored answer, its savepoints counted."""
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    lots = viewable_lots(cast, at, 3)
    alice = Membership.objects.get(user_id=cast.alice.user_id or 0)
    token = ApiToken.objects.create(user=alice.user, membership=alice, name="desk", prefix="btp_")[1]
    headers = {"Authorization": f"Token {token}", "Idempotency-Key": "once"}
    with django_assert_num_queries(STATEMENTS_OF_A_BOOKING):
        answer = Client().post("/api/v1/bookings", request_for(lots), content_type="application/json", headers=headers)
    assert answer.status_code == 201


def test_book_viewing__tells_everything_about_it(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    lot = viewable_lots(cast, at)[0]
    answer = call(cast, "alice", "/bookings", request_for([lot]))

    booking = Booking.objects.get()
    assert answer.json() == {
        "id": str(booking.pk),
        "company": "Alder Trading",
        "desk": "DESK-1",
        "room": "Room of DESK-1",
        "starts_at": "2026-11-23T02:15:00+00:00",
        "ends_at": "2026-11-23T03:15:00+00:00",
        "state": "booked",
        "escort": "vera",
        "scale": "BAL-1",
        "visitors": ["Alice Alder"],
        "remote_visitors": [],
        "officer": None,
        "instruments": [],
        "stock_numbers": [lot.stock_number],
        "trays": [1],
        "announced": [],
        "duty": "4615.00",
        "shortfall": "0.00",
        "currency": "CNY",
        "booked_at": "2026-11-23T02:00:00+00:00",
        "cancellation_reason": "",
        "held_until": None,
        "justification": "",
        "exceptions": [],
        "moved_from": None,
        "moved_to": None,
        "session": None,
    }


def test_book_viewing__repeated_with_its_key_happens_once(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    body = request_for(viewable_lots(cast, at))
    first, again = (call(cast, "alice", "/bookings", body, key="k-1") for _ in range(2))

    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (201, first.content, "true")
    assert (Booking.objects.count(), Claim.objects.count()) == (1, 4)
    assert call(cast, "alice", "/bookings", body, key=None).json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize(
    "changes",
    [
        {"stock_numbers": []},
        {"stock_numbers": "D-1"},
        {"starts_at": "tomorrow"},
        {"visitors": [""]},
        {"desk": None},
        {"company": "Cedar"},
    ],
)
def test_book_viewing__refuses_what_is_malformed(cast: Cast, at: datetime, changes: dict[str, Any]) -> None:
    a_viewing_room(cast)
    answer = call(cast, "alice", "/bookings", request_for(viewable_lots(cast, at), **changes))

    assert (answer.status_code, answer.json()["code"]) == (400, "input_invalid")
    assert not Booking.objects.exists()


@pytest.mark.parametrize("changes", [{"desk": "DESK-9"}, {"escort": "victor"}, {"scale": "BAL-9"}])
def test_book_viewing__refuses_what_is_not_there(cast: Cast, at: datetime, changes: dict[str, Any]) -> None:
    a_viewing_room(cast)
    answer = call(cast, "alice", "/bookings", request_for(viewable_lots(cast, at), **changes))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not Booking.objects.exists()


def test_book_viewing__names_every_problem(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at, limit="0.00")
    a_viewing_room(cast)
    body = request_for(viewable_lots(cast, at), starts_at="2026-11-23T10:20:00+08:00", visitors=[])
    answer = call(cast, "alice", "/bookings", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "booking_refused")
    assert [(one["code"], one["overridable_by"]) for one in answer.json()["problems"]] == [
        ("slot_not_offered", ["administrator"]),
        ("visitors_missing", []),
        ("headroom_missing", []),
    ]


def test_a_rival__learns_nothing(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
    a_viewing_room(cast, code="DESK-2")
    Escort.objects.create(keeper=User.objects.get(username="victor"))
    lot = booking.lots.get().lot

    of_desk = call(cast, "charlie", "/bookings", request_for(viewable_lots(cast, at))).json()
    of_lot = call(cast, "charlie", "/bookings", request_for([lot], desk="DESK-2")).json()
    assert of_desk == of_lot
    assert (of_lot["code"], of_lot["title"]) == ("slot_taken", "This time is no longer free.")
    assert of_lot["facts"] == {
        "starts_at": SLOT.isoformat(),
        "next_free": ["2026-11-23T03:30:00+00:00", "2026-11-23T04:45:00+00:00", "2026-11-23T06:00:00+00:00"],
    }

    unknown = uuid4()
    for path, body in (
        ("", None),
        ("/cancel", {"reason": "x"}),
        ("/findings", {"stock_number": lot.stock_number, "intent": "buy"}),
    ):
        real = call(cast, "charlie", f"/bookings/{booking.pk}{path}", body)
        made_up = call(cast, "charlie", f"/bookings/{unknown}{path}", body)
        assert (real.status_code, made_up.status_code) == (404, 404)
        assert real.content.decode().replace(str(booking.pk), "") == made_up.content.decode().replace(str(unknown), "")
    assert call(cast, "charlie", "/bookings").json() == {"results": [], "next_cursor": None}
    booking.refresh_from_db()
    assert booking.state == "booked"


@pytest.mark.parametrize("who", EVERYBODY)
def test_get_booking__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    booking = a_booking(cast, at)
    one, listed = call(cast, who, f"/bookings/{booking.pk}"), call(cast, who, "/bookings")

    sees = {"alice", "bob", "olga", "victor", "ada", "audrey"}
    assert one.status_code == expected_status(who, allowed=sees, missing={"charlie"})
    if who in sees:
        assert [row["id"] for row in listed.json()["results"]] == [str(booking.pk)]


@pytest.mark.parametrize("who", EVERYBODY)
def test_cancel_booking__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    booking = a_booking(cast, at)
    answer = call(cast, who, f"/bookings/{booking.pk}/cancel", {"reason": "ill"})

    may = {"alice", "bob", "victor", "ada"}
    assert answer.status_code == expected_status(who, allowed=may, missing={"charlie"})
    booking.refresh_from_db()
    assert booking.state == ("cancelled" if who in may else "booked")


@pytest.mark.parametrize("who", EVERYBODY)
def test_check_in__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    booking = a_booking(cast, at)
    answer = call(cast, who, f"/bookings/{booking.pk}/check-in", {"identity_note": "passport"})

    assert answer.status_code == expected_status(who, allowed={"victor"}, missing=set())
    booking.refresh_from_db()
    assert booking.state == ("in_session" if who == "victor" else "booked")


@pytest.mark.parametrize("who", EVERYBODY)
def test_open_session__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    session = a_session(cast, at)
    answer = call(cast, who, f"/bookings/{session.booking_id}/open", weighing(session.booking))

    assert answer.status_code == expected_status(who, allowed={"victor"}, missing={"charlie"})
    session.refresh_from_db()
    assert session.state == ("open" if who == "victor" else "checked_in")


@pytest.mark.parametrize("who", EVERYBODY)
def test_record_finding__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    session = an_open_session(cast, at)
    said = {"stock_number": Lot.objects.get().stock_number, "intent": "buy", "agreed_carats": "0.99", "remarks": "fine"}
    answer = call(cast, who, f"/bookings/{session.booking_id}/findings", said)

    may = {"alice", "bob", "victor"}
    assert answer.status_code == expected_status(who, allowed=may, missing={"charlie"})
    if who in may:
        finding = answer.json()["session"]["lots"][0]["finding"]
        assert finding == {"intent": "buy", "agreed_carats": "0.990", "remarks": "fine"}


@pytest.mark.parametrize("who", EVERYBODY)
def test_weigh_in_session__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    session = an_open_session(cast, at)
    answer = call(cast, who, f"/bookings/{session.booking_id}/weigh-in", weighing(session.booking, seal="N-00001"))

    assert answer.status_code == expected_status(who, allowed={"victor"}, missing={"charlie"})
    session.refresh_from_db()
    assert session.state == ("weighed_in" if who == "victor" else "open")


@pytest.mark.parametrize("who", EVERYBODY)
def test_close_session__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    session = a_weighed_in_session(cast, at, intents=[Intent.DECLINE])
    answer = call(cast, who, f"/bookings/{session.booking_id}/close", {})

    assert answer.status_code == expected_status(who, allowed={"victor"}, missing=set())
    session.refresh_from_db()
    assert session.state == ("closed" if who == "victor" else "weighed_in")


def test_a_visit__from_papers_to_the_end_each_step_once(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    stock_number = Lot.objects.get().stock_number
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("victor", "check-in", {"identity_note": "passport"}),
        ("victor", "open", weighing(booking)),
        ("alice", "findings", {"stock_number": stock_number, "intent": "second_look"}),
        ("victor", "weigh-in", weighing(booking, seal="N-00001")),
        ("victor", "close", {}),
    ]
    for who, step, body in steps:
        first, again = (call(cast, who, f"/bookings/{booking.pk}/{step}", body, key=step) for _ in range(2))
        assert (first.status_code, again.content) == (200, first.content)

    told = call(cast, "alice", f"/bookings/{booking.pk}").json()
    assert (told["state"], told["session"]["state"]) == ("done", "closed")
    assert told["session"]["lots"] == [
        {
            "stock_number": stock_number,
            "out_carats": "1.000",
            "out_pieces": 1,
            "is_viewable": True,
            "in_carats": "1.000",
            "in_pieces": 1,
            "is_within_tolerance": True,
            "is_same_stone": None,
            "seal_number": "N-00001",
            "finding": {"intent": "second_look", "agreed_carats": None, "remarks": ""},
        }
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"witness": "alice"}, 404),
        ({"witness": "victor"}, 409),
        ({"lots": []}, 400),
        ({"lots": [{"stock_number": "D-X"}]}, 400),
        (
            {"lots": [{"stock_number": "D-X", "weight_carats": "1.0", "pieces": 1, "seal_number": "S-1"}]},
            404,
        ),
    ],
)
def test_open_session__refuses_and_opens_nothing(cast: Cast, at: datetime, change: Any, status: int) -> None:
    session = a_session(cast, at)
    answer = call(cast, "victor", f"/bookings/{session.booking_id}/open", weighing(session.booking) | change)

    assert answer.status_code == status
    assert Lot.objects.get().goods_state == "in_vault"
    session.refresh_from_db()
    assert session.state == "checked_in"


@pytest.mark.parametrize("who", EVERYBODY)
def test_free_slots__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    a_booking(cast, at)
    desks, slots = call(cast, who, "/viewing-desks"), call(cast, who, DAY)

    assert slots.status_code == expected_status(who, allowed=set(EVERYBODY[:-2]) - {None}, missing=set())  # type: ignore[arg-type]
    if slots.status_code == 200:
        assert [one["starts_at"] for one in slots.json()["results"]] == [
            "2026-11-23T03:30:00+00:00",
            "2026-11-23T04:45:00+00:00",
            "2026-11-23T06:00:00+00:00",
            "2026-11-23T07:15:00+00:00",
            "2026-11-23T08:30:00+00:00",
        ]
        hours = [{"weekday": day, "opens_at": "09:00:00", "closes_at": "18:00:00"} for day in range(1, 6)]
        assert desks.json() == {
            "results": [
                {
                    "code": "DESK-1",
                    "room": "Room of DESK-1",
                    "slot_minutes": 60,
                    "changeover_minutes": 15,
                    "hours": hours,
                }
            ]
        }


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("DESK-9/free-slots", 404, "not_found"),
        ("DESK-1/free-slots?from=today", 400, "input_invalid"),
        ("DESK-1/free-slots?days=many", 400, "input_invalid"),
        ("DESK-1/free-slots?days=0", 400, "days_invalid"),
        ("DESK-1/free-slots?days=63", 400, "days_invalid"),
    ],
)
def test_free_slots__refuses_what_can_not_be_searched(
    cast: Cast, at: datetime, query: str, status: int, code: str
) -> None:
    a_viewing_room(cast)
    answer = call(cast, "alice", f"/viewing-desks/{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_free_slots__of_a_closed_room_are_none(cast: Cast, at: datetime) -> None:
    a_viewing_room(cast)
    RoomHours.objects.all().delete()
    assert call(cast, "alice", DAY).json() == {"results": []}


# On a principal's guarantee.


def a_place_to_book(cast: Cast, at: datetime) -> list[Lot]:
    a_schedule(at)
    a_viewing_room(cast)
    return viewable_lots(cast, at)


def reserved_minor(cast: Cast) -> int:
    return GuaranteeAccount.objects.get(company=cast.cedar).reserved_minor


def test_book_viewing__on_a_principals_guarantee_and_giving_it_back(cast: Cast, at: datetime) -> None:
    lots = a_place_to_book(cast, at)
    an_authority(cast, at)
    asked = request_for(lots, guarantee_company_id=cast.cedar.pk)
    answer, again = (call(cast, "alice", "/bookings", asked, key="k") for _ in range(2))
    assert (answer.status_code, answer.content) == (201, again.content)
    assert reserved_minor(cast) == 4_615_00
    cancelled = call(cast, "alice", f"/bookings/{answer.json()['id']}/cancel", {"reason": "ill"})
    assert cancelled.status_code == 200
    assert reserved_minor(cast) == 0


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_book_viewing__on_the_guarantee_of_who_gave_no_authority_is_not_found(
    cast: Cast, at: datetime, who: str
) -> None:
    lots = a_place_to_book(cast, at)
    set_guarantee(company_id=cast.cedar.pk, limit=Money(9_000_00, "CNY"), actor=cast.ada, at=at)
    answer = call(cast, who, "/bookings", request_for(lots, guarantee_company_id=cast.cedar.pk))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (Booking.objects.count(), reserved_minor(cast)) == (0, 0)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"sub_limit": "4614.99"}, "authority_exceeded"),
        ({"limit": "4614.99", "sub_limit": "5000.00"}, "headroom_missing"),
    ],
)
def test_book_viewing__over_the_sub_limit_or_the_principals_limit(
    cast: Cast, at: datetime, limits: dict[str, str], code: str
) -> None:
    lots = a_place_to_book(cast, at)
    an_authority(cast, at, **limits)
    answer = call(cast, "alice", "/bookings", request_for(lots, guarantee_company_id=cast.cedar.pk))
    assert answer.status_code == 409
    assert [problem["code"] for problem in answer.json()["problems"]] == [code]
    assert (Booking.objects.count(), reserved_minor(cast)) == (0, 0)


@pytest.mark.parametrize("company_id", ["x", 0, 2**63, None])
def test_book_viewing__refuses_what_is_no_company(cast: Cast, at: datetime, company_id: Any) -> None:
    answer = call(cast, "alice", "/bookings", request_for(a_place_to_book(cast, at), guarantee_company_id=company_id))
    assert (answer.status_code, Booking.objects.count()) == (400, 0)


@pytest.mark.parametrize("who", EVERYBODY)
def test_list_viewing_times__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    a_viewing_room(cast)
    answer = call(cast, who, "/viewing-times?from=2026-11-23&days=1")
    assert answer.status_code == expected_status(who, allowed=set(EVERYBODY) - {"sven"}, missing=set())  # type: ignore[arg-type]


def test_list_viewing_times__tells_the_soonest_of_all_desks(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at)
    room = a_viewing_room(cast)
    a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    lots = viewable_lots(cast, at, 2)
    booking_of(room, lots[:1], actor=cast.alice, at=at)
    path = f"/viewing-times?stock_number={lots[1].stock_number}&from=2026-11-23&days=1&first=2"
    assert call(cast, "alice", path).json() == {
        "results": [
            {
                "desk": "DESK-1",
                "room": "Room of DESK-1",
                "visit_minutes": 60,
                "starts_at": ["2026-11-23T03:30:00+00:00"],
            },
            {
                "desk": "DESK-2",
                "room": "Room of DESK-2",
                "visit_minutes": 60,
                "starts_at": ["2026-11-23T02:15:00+00:00"],
            },
        ]
    }


@pytest.mark.parametrize("query", ["days=0", "days=63", "days=x", "first=0", "first=x", "from=x", "desk=NONE"])
def test_list_viewing_times__refuses(cast: Cast, at: datetime, query: str) -> None:
    a_viewing_room(cast)
    assert call(cast, "alice", f"/viewing-times?{query}").status_code == (404 if "desk" in query else 400)
