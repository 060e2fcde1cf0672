"""The keeper's day in a real browser: in at the door, to a desk and back, out at the gate; by mouse, and by keyboard.

A scale and a scanner are keyboards that type fast and end with Enter; so they are played here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from bonded.actions.release_tokens import issue_release_token
from bonded.models import Consignment, Lot, User
from inspections.actions.sessions import check_in
from inspections.models import Booking
from inspections.rules.findings import Intent
from tests.cast import Cast
from tests.factories import LocationFactory
from tests.situations.bonded import a_released_withdrawal, an_accepted_consignment
from tests.situations.inspections import a_booking, a_buyer_who_may_book, a_viewing_room, booking_of, with_findings

PASSWORD = "a long enough word"
Window = Callable[..., Page]


@pytest.fixture
def vera_confirms(transactional_db: None, cast: Cast) -> None:
    """Vera has a password, and nobody has tried one yet."""
    cache.clear()
    vera = User.objects.get(username="vera")
    vera.set_password(PASSWORD)
    vera.save()


def confirm(page: Page) -> None:
    """Let Vera confirm at Victor's desk with her own words."""
    page.get_by_label("User name").fill("vera")
    page.get_by_label("Password").fill(PASSWORD)


def scan(page: Page, line: str) -> None:
    """Type as a scanner or a scale does, into whatever has the cursor."""
    page.keyboard.type(line)
    page.keyboard.press("Enter")


def test_keeper__takes_in_weighs_out_and_in_and_hands_over(
    vera_confirms: None, cast: Cast, at: datetime, window: Window, clock: SimpleNamespace
) -> None:
    consignment, place = an_accepted_consignment(cast, at), LocationFactory()
    released = a_released_withdrawal(cast, at)
    token = issue_release_token(withdrawal_id=released.pk, actor=cast.alice, at=at)
    page = window("victor", width=1024)
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto("/arrivals")
    page.get_by_role("button", name=consignment.reference).click()
    page.get_by_label("Weight, carats").fill("1.000")
    page.get_by_label("Pieces").fill("1")
    page.get_by_label("New seal").fill("DOOR-0001")
    page.get_by_label("Place").fill(place.code)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Scale").fill("BAL-1")
    confirm(page)
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("status")).to_contain_text(f"{consignment.reference} is in the vault")

    lot = Lot.objects.get(consignment=consignment)
    a_buyer_who_may_book(cast, at)
    booking = booking_of(a_viewing_room(cast), [lot], actor=cast.alice, at=at)
    page.get_by_role("link", name="Today").click()
    page.get_by_role("button", name="10:15").click()
    page.get_by_label("Which papers were seen").fill("passport seen")
    page.get_by_role("button", name="Let in").click()
    page.get_by_label("Reading, carats").fill("1.000")
    page.get_by_label("Pieces").fill("1")
    page.get_by_label("Seal read from the packet").fill("DOOR-0001")
    confirm(page)
    page.get_by_role("button", name="Open the packets").click()
    expect(page.get_by_role("heading", name="Weigh in")).to_be_visible()
    with_findings(Booking.objects.get(pk=booking.pk).session, [Intent.BUY], cast, at)
    page.get_by_label("Reading, carats").fill("1.000")
    page.get_by_label("Pieces").fill("1")
    page.get_by_label("New seal").fill("BACK-0001")
    confirm(page)
    page.get_by_role("button", name="Seal and put back").click()
    page.get_by_role("button", name="End the visit").click()
    expect(page.get_by_role("status")).to_contain_text("The visit is over")

    page.get_by_role("link", name="Gate").click()
    page.get_by_label("Pass p").fill(token)
    confirm(page)
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status")).to_contain_text("Handed over")
    released.refresh_from_db()
    lot.refresh_from_db()
    assert (released.state, lot.goods_state, lot.seal_number) == ("handed_over", "in_vault", "BACK-0001")


def test_keeper__weighs_in_at_the_door_by_scanner_and_scale_alone(
    vera_confirms: None, cast: Cast, at: datetime, window: Window
) -> None:
    consignment, place = an_accepted_consignment(cast, at, lots=[{}, {}]), LocationFactory()
    first, second = consignment.lots.order_by("pk")
    page = window("victor", width=1024)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/arrivals")

    # The cursor stands in the code box; the second lot comes first out of the bag.
    scan(page, second.stock_number)
    expect(page.get_by_label("Weight, carats")).to_be_focused()
    for line in ("ST,GS,+0001.000ct", "1", "DOOR-0002", place.code):
        scan(page, line)
    expect(page.get_by_text("1 of 2 lots weighed")).to_be_visible()
    # The other line is ready, at the same place.
    expect(page.get_by_label("Weight, carats")).to_be_focused()
    for line in ("+   1.0104 ct", "1", "DOOR-0001"):
        scan(page, line)
    expect(page.get_by_text("differs by +0.010 ct")).to_be_visible()
    page.keyboard.press("t")
    scan(page, "BAL-1")
    for typed in ("vera", PASSWORD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is in the vault")

    first.refresh_from_db()
    second.refresh_from_db()
    assert Consignment.objects.get().state == "received"
    assert (str(first.weight_carats), first.is_on_hold) == ("1.010", True)
    assert (second.seal_number, second.is_on_hold) == ("DOOR-0002", False)


def test_keeper__goes_from_a_scanned_packet_to_its_field_and_from_a_pass_to_the_gate(
    vera_confirms: None, cast: Cast, at: datetime, window: Window
) -> None:
    booking = a_booking(cast, at)
    check_in(booking_id=booking.pk, identity_note="passport seen", actor=cast.victor, at=at)
    lot = booking.lots.get().lot
    page = window("victor", width=1024)
    page.goto("/vault/today")

    scan(page, lot.seal_number)
    expect(page.get_by_label("Reading, carats")).to_be_focused()
    for line in ("0.2000 g", "1", lot.seal_number, "vera"):
        scan(page, line)
    scan(page, PASSWORD)
    expect(page.get_by_role("heading", name="Weigh in")).to_be_visible()

    released = a_released_withdrawal(cast, at)
    token = issue_release_token(withdrawal_id=released.pk, actor=cast.alice, at=at)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/gate")
    scan(page, "NOTHING-1")
    expect(page.get_by_role("alert")).to_contain_text("Nothing here goes by this number")
    scan(page, token)
    expect(page.get_by_label("User name")).to_be_focused()
    assert token not in page.url
    page.keyboard.type("vera")
    page.keyboard.press("Tab")
    scan(page, PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("Handed over")
    released.refresh_from_db()
    assert released.state == "handed_over"
