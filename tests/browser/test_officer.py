"""The officer's main job in a real browser: a clean release by clicking, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.situations.bonded import a_withdrawal_ready_to_leave


def test_officer__releases_in_three_clicks(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    page = window("olga")
    page.goto("/queue")

    page.get_by_role("link", name="Alder Trading").click()
    page.get_by_role("button", name="Release a", exact=True).click()

    expect(page.get_by_role("status")).to_contain_text("Released")
    ready.refresh_from_db()
    assert ready.state == "released"


def test_officer__releases_by_keyboard_alone(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    ready = a_withdrawal_ready_to_leave(cast, at)
    page = window("olga")
    page.goto("/")

    page.keyboard.press("j")
    expect(page.get_by_text("Everything is settled.")).to_be_visible()
    page.keyboard.press("a")

    expect(page.get_by_role("status")).to_contain_text("Released")
    ready.refresh_from_db()
    assert ready.state == "released"
