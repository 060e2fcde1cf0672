"""People at their consoles, who do all by mouse or all by keyboard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Windows
from tests.browser.hands import Mouse

# How long workers and the customs office may take over their part.
PATIENCE_SECONDS = 60


class Person:
    """Somebody at a console, with their own window and their own way to work it."""

    def __init__(self, windows: Windows, hands: type[Mouse], username: str, password: str) -> None:
        self.page = windows.open()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.hands = hands(self.page)
        self.page.goto("/account/login/")
        self.write("User name", username)
        self.write("Password", password)
        self.press("Sign in")
        expect(self.page.get_by_role("button", name=username.capitalize()).or_(self._me(username))).to_be_visible()

    def _me(self, username: str) -> Locator:
        return self.page.locator("header.top").get_by_text(username.capitalize(), exact=True)

    def write(self, label: str, text: str) -> None:
        """Write into the first field of this name."""
        self.hands.write(self.page.get_by_label(label).first, text)

    def press(self, name: str) -> None:
        """Press the button of this name."""
        self.hands.press(self.page.get_by_role("button", name=name, exact=True).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of this name, also one that looks like a button."""
        link = self.page.get_by_role("link", name=name)
        self.hands.press(link.or_(self.page.get_by_role("button", name=name)).first)

    def unfold(self, words: str) -> None:
        """Open what is folded under these words."""
        self.hands.press(self.page.locator("summary").filter(has_text=words).first)

    def find(self, number: str) -> None:
        """Go to the thing of this number by the search box of every page."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(number)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(number)

    def wait_for(self, is_there: Callable[[Page], bool], what: str) -> None:
        """Read the page anew until others have done their part."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_there(self.page):
            assert time.monotonic() < deadline, f"{what} did not come:\n{self.page.locator('main').inner_text()}"
            time.sleep(0.5)
            self.page.reload()

    def is_told(self, words: str) -> None:
        """Be told so by the page."""
        expect(self.page.get_by_role("status").filter(has_text=words).first).to_be_visible()
