"""The officer's main job in a real browser: a clean release by clicking, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal, a_withdrawal_ready_to_leave


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
    page.keyboard.press("Enter")
    expect(page.get_by_text("Everything is settled.")).to_be_visible()
    page.keyboard.press("a")

    expect(page.get_by_role("status")).to_contain_text("Released")
    ready.refresh_from_db()
    assert ready.state == "released"


def test_officer__goes_through_the_rows_of_any_list_by_keyboard(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page]
) -> None:
    first, second = (a_requested_withdrawal(cast, at + timedelta(minutes=minute)) for minute in (0, 1))
    page = window("olga")

    def here() -> str:
        return str(page.evaluate("document.activeElement.getAttribute('href')"))

    page.goto("/queue")
    for key, expected in (("j", first), ("j", second), ("j", second), ("k", first), ("k", first), ("j", second)):
        page.keyboard.press(key)
        assert here() == f"/releases/{expected.pk}"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/releases/{second.pk}$"))

    # The newest first; from nowhere, k begins at the end.
    page.goto("/withdrawals")
    page.keyboard.press("k")
    assert here() == f"/withdrawals/{first.pk}"
    page.locator("#find").focus()
    page.keyboard.press("j")
    assert page.locator("#find").input_value() == "j"
