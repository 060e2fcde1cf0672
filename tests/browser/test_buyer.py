"""The buyer's console through a browser: from the catalogue to a booked visit, by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import Page, expect

from bonded.models import Lot
from bonded.rules.permissions import SYSTEM
from inspections.models import Booking
from tariffs.actions.landed_prices import price_catalogue
from tests.cast import Cast
from tests.situations.inspections import SLOT, a_buyer_who_may_book, a_viewing_room, viewable_lots

Window = Callable[..., Page]


def stones_to_book(cast: Cast, at: datetime) -> list[Lot]:
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    lots = viewable_lots(cast, at, 2)
    price_catalogue(actor=SYSTEM, at=at)
    return lots


def test_buyer__finds_a_stone_and_books_a_visit(
    transactional_db: None, cast: Cast, at: datetime, window: Window
) -> None:
    lot, _other = stones_to_book(cast, at)
    page = window("alice")

    page.goto("/stones")
    page.get_by_role("link", name=lot.stock_number).click()
    expect(page.get_by_text("CN¥40,115.00 landed", exact=True)).to_be_visible()
    page.get_by_role("button", name="View this stone").click()
    expect(page.get_by_text("That is enough.")).to_be_visible()
    page.locator(f'button[value="{SLOT.isoformat()}|DESK-1"]').click()
    expect(page.get_by_role("heading", name="Held for you")).to_be_visible()
    page.get_by_label("Name", exact=True).first.fill("Alice Alder")
    page.get_by_role("button", name="Book b").click()

    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    assert Booking.objects.get().state == "booked"


def test_buyer__does_it_by_keyboard_alone(transactional_db: None, cast: Cast, at: datetime, window: Window) -> None:
    lot, _other = stones_to_book(cast, at)
    page = window("alice")
    page.goto("/")

    page.keyboard.press("/")
    page.keyboard.type(lot.stock_number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=lot.stock_number)).to_be_visible()
    page.keyboard.press("v")
    expect(page.get_by_role("heading", name="Book a visit")).to_be_visible()
    time = page.locator(f'button[value="{SLOT.isoformat()}|DESK-1"]')
    for _ in range(80):
        page.keyboard.press("Tab")
        if time.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Held for you")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "visitor":
            break
    page.keyboard.type("Alice Alder")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The visit is booked.")).to_be_visible()
    assert Booking.objects.get().visitors == ["Alice Alder"]


def test_buyer__narrows_the_search_without_loading_the_page_anew(
    transactional_db: None, cast: Cast, at: datetime, window: Window
) -> None:
    stones_to_book(cast, at)
    page = window("alice")
    page.goto("/stones")
    page.evaluate("window.isTheSamePage = true")

    page.get_by_label("Carats from").fill("2")
    page.get_by_label("Carats from").press("Tab")

    expect(page.get_by_text("Nothing is on offer that fits. Ask for less")).to_be_visible()
    assert page.evaluate("window.isTheSamePage") is True
    assert "carats_from=2" in page.url
    page.go_back()


def test_buyer__books_without_a_script(transactional_db: None, cast: Cast, at: datetime, window: Window) -> None:
    lot, _other = stones_to_book(cast, at)
    page = window("alice", has_scripts=False)

    page.goto("/stones?carats_from=0.5")
    page.get_by_role("link", name=lot.stock_number).click()
    page.get_by_role("button", name="View this stone").click()
    page.locator(f'button[value="{SLOT.isoformat()}|DESK-1"]').click()
    page.get_by_label("Name", exact=True).first.fill("Alice Alder")
    page.get_by_role("button", name="Book b").click()

    expect(page.get_by_text("The visit is booked.")).to_be_visible()
