"""Booking on one page: tray, times, headroom, hold, confirm; and what others may not do with it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from bonded.actions.holds import place_hold
from bonded.models import Lot
from bonded.models.activity import Activity
from bonded.rules.holds import HoldKind
from inspections.models import Booking
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_booking,
    a_buyer_who_may_book,
    a_hold,
    a_session,
    a_viewing_room,
    viewable_lots,
    wait_of,
)
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in

PLACE = f"{SLOT.isoformat()}|DESK-1"


@pytest.fixture(autouse=True)
def _clock(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def a_tray(cast: Cast, at: datetime, count: int = 2) -> list[Lot]:
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    return viewable_lots(cast, at, count)


def test_book__goes_from_the_stone_to_a_held_time_to_a_booked_visit(cast: Cast, at: datetime) -> None:
    lots, client = a_tray(cast, at), signed_in("alice")
    for lot in lots:
        client.post("/book/tray", {"stock_number": lot.stock_number})

    page = said(client, "/book")
    assert all(lot.stock_number in page for lot in lots)
    assert "CN¥9,230.00 of duty would be reserved; CN¥500,000.00 are left" in page
    assert PLACE in page

    held = client.post("/book/hold", {"place": PLACE, "key": key_of(page)})
    booking = Booking.objects.get()
    assert (held.status_code, held["Location"]) == (303, f"/visits/{booking.pk}")
    assert f'data-until="{(at + timedelta(minutes=10)).isoformat()}"' in said(client, f"/visits/{booking.pk}")
    assert "Your tray is empty" in said(client, "/book")

    visitors = {
        "visitor": ["Alice Alder", "", "Bob"],
        "document_kind": ["passport"] * 3,
        "document_number": ["P1234567", "", ""],
    }
    client.post(f"/visits/{booking.pk}/confirm", visitors)
    booking.refresh_from_db()
    assert (booking.state, booking.visitors) == ("booked", ["Alice Alder", "Bob"])
    assert list(booking.announced.values_list("name", "last_four")) == [("Alice Alder", "4567")]


def test_hold_visit__sent_twice_holds_once(cast: Cast, at: datetime) -> None:
    (lot,), client = a_tray(cast, at, 1), signed_in("alice")
    client.post("/book/tray", {"stock_number": lot.stock_number})
    form = {"place": PLACE, "key": key_of(said(client, "/book"))}

    first, second = client.post("/book/hold", form), client.post("/book/hold", form)

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_hold_visit__that_somebody_was_faster_for_says_when_else_and_keeps_the_tray(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    lot, client = Lot.objects.get(booked_lots__booking=booking), signed_in("charlie")
    client.post("/book/tray", {"stock_number": lot.stock_number})

    refused = client.post("/book/hold", {"place": PLACE})

    assert refused.status_code == 409
    assert lot.stock_number in refused.content.decode()
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("place", ["", "|", "tomorrow|DESK-1", f"{SLOT.isoformat()}|", NAUGHTY])
def test_hold_visit__refuses_what_is_no_time(cast: Cast, at: datetime, place: str) -> None:
    (lot,), client = a_tray(cast, at, 1), signed_in("alice")
    client.post("/book/tray", {"stock_number": lot.stock_number})

    refused = client.post("/book/hold", {"place": place})

    assert refused.status_code == 400
    assert "<script>alert(1)" not in refused.content.decode()
    assert not Booking.objects.exists()


def test_tray__takes_only_what_one_sees(cast: Cast, at: datetime) -> None:
    client = signed_in("alice")

    assert client.post("/book/tray", {"stock_number": "NOT-THERE"}).status_code == 404
    assert client.post("/book/tray", {"stock_number": "x" * 1_000_000}).status_code == 404
    assert "Your tray is empty" in said(client, "/book")


def test_book__drops_a_lot_that_went_out_of_sight(cast: Cast, at: datetime) -> None:
    lots, client = a_tray(cast, at), signed_in("alice")
    for lot in lots:
        client.post("/book/tray", {"stock_number": lot.stock_number})
    said(client, "/book")
    place_hold(lot_id=lots[0].pk, kind=HoldKind.CUSTOMS, reason="a query", actor=cast.olga, at=at)

    page = said(client, "/book")

    assert lots[0].stock_number not in page
    assert lots[1].stock_number in page


@pytest.mark.parametrize("row", [1, 2])
def test_confirm_visit__refuses_a_paper_of_nobody_and_shows_its_row(cast: Cast, at: datetime, row: int) -> None:
    booking = a_hold(cast, at)
    names, numbers = ["Alice Alder", "", "", ""], ["", "", "", ""]
    numbers[row] = "E12345678"

    refused = signed_in("alice").post(
        f"/visits/{booking.pk}/confirm",
        {"visitor": names, "document_kind": ["passport"] * 4, "document_number": numbers},
    )

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "Write the name of whoever this paper belongs to." in page
    assert 'value="E12345678"' in page.partition("<details open>")[2]
    booking.refresh_from_db()
    assert (booking.state, booking.visitors) == ("held", [])


def test_confirm_visit__refused_keeps_what_was_typed(cast: Cast, at: datetime) -> None:
    booking = a_hold(cast, at)

    client, address = signed_in("alice"), f"/visits/{booking.pk}"
    empty = said(client, address)
    names = ["Ann", "Ben", "Cem", "Dora"]
    kinds = ["passport", "passport", "identity_card", "passport"]
    refused = client.post(f"{address}/confirm", {"visitor": names, "document_kind": kinds, "document_number": [""] * 4})

    page = refused.content.decode()
    assert refused.status_code == 409
    assert all(f'value="{name}"' in page for name in names)
    assert re.findall(r'value="(\w+)" selected', page) == kinds
    assert 'value="Ann"' in page.partition("<details open>")[0]
    # The rows after the first are folded until somebody fills them in.
    assert ("<details open>" in page, "<details open>" in empty) == (True, False)
    assert 'name="justification"' in page
    booking.refresh_from_db()
    assert booking.state == "held"


def test_visit__is_nobody_elses(cast: Cast, at: datetime) -> None:
    booking = a_hold(cast, at)
    rival, before = signed_in("charlie"), Activity.objects.count()

    assert rival.get(f"/visits/{booking.pk}").status_code == 404
    for act in ("confirm", "cancel", "pass", "findings", "photos"):
        assert rival.post(f"/visits/{booking.pk}/{act}", {"reason": "x", "visitor": "x"}).status_code in (400, 404), act
    assert rival.post(f"/visits/{booking.pk}/move?move={booking.pk}", {"place": PLACE}).status_code == 404
    assert signed_in("sven").get(f"/visits/{booking.pk}").status_code == 403
    assert signed_in("olga").post(f"/visits/{booking.pk}/confirm", {"visitor": "x"}).status_code == 403
    booking.refresh_from_db()
    assert (booking.state, Activity.objects.count()) == ("held", before)


def test_cancel_visit__needs_its_reason_and_shows_hostile_words_as_words(cast: Cast, at: datetime) -> None:
    booking, client = a_booking(cast, at), signed_in("alice")

    assert client.post(f"/visits/{booking.pk}/cancel", {"reason": ""}).status_code in (400, 409)
    assert client.post(f"/visits/{booking.pk}/cancel", {"reason": "x" * 1_000_000}).status_code in (400, 409)
    assert client.post(f"/visits/{booking.pk}/cancel", {"reason": NAUGHTY}).status_code == 303
    page = said(client, f"/visits/{booking.pk}")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page


def test_move_visit__has_the_new_time_and_leads_from_the_old_one(cast: Cast, at: datetime) -> None:
    booking, client = a_booking(cast, at, starts_at=NEXT_SLOTS[1]), signed_in("alice")
    page = said(client, f"/book?move={booking.pk}")
    place = f"{NEXT_SLOTS[0].isoformat()}|DESK-1"
    assert place in page

    moved = client.post(f"/visits/{booking.pk}/move?move={booking.pk}", {"place": place, "key": key_of(page)})

    after = Booking.objects.get(moved_from=booking)
    assert moved["Location"] == f"/visits/{after.pk}"
    assert f"/visits/{after.pk}" in said(client, f"/visits/{booking.pk}")


def test_print_pass__is_a_pdf_of_a_booked_visit(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)

    printed = signed_in("alice").post(f"/visits/{booking.pk}/pass")

    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")


def test_write_finding__needs_an_open_session(cast: Cast, at: datetime) -> None:
    session = a_session(cast, at)
    lot = Lot.objects.get(booked_lots__booking=session.booking_id)
    form = {"stock_number": lot.stock_number, "intent": "buy", "agreed_carats": "1.000", "remarks": NAUGHTY}

    refused = signed_in("alice").post(f"/visits/{session.booking_id}/findings", form)

    assert refused.status_code == 409


def test_wait_for_place__shows_the_wait_and_lets_it_be_left(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    entry = wait_of(booking, actor=cast.charlie, at=at)
    client = signed_in("charlie")

    assert f"/visits/places/{entry.pk}" in said(client, "/visits")
    assert signed_in("alice").post(f"/visits/places/{entry.pk}", {"answer": "leave"}).status_code == 404
    assert client.post(f"/visits/places/{entry.pk}", {"answer": "leave"}).status_code == 303
    entry.refresh_from_db()
    assert entry.state == "left"


def test_calendar__shows_its_address_once(cast: Cast) -> None:
    client = signed_in("alice")

    client.post("/visits/calendar/make", {"sort": "company"})

    assert "/api/v1/calendar-feeds/" in said(client, "/visits/calendar")
    assert "/api/v1/calendar-feeds/" not in said(client, "/visits/calendar")
    assert client.post("/visits/calendar/make", {"sort": NAUGHTY}).status_code == 400
