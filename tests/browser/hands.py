"""Two ways to work a page: with a mouse, and with the keyboard alone."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import FilePayload, Locator, Page
from playwright.sync_api import TimeoutError as NotInTime

# More than any page has to step through.
MOST_STEPS = 150
HAS_FOCUS = "element => element === document.activeElement"


class Mouse:
    """Clicks what it needs."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        """Press a button, follow a link, open what is folded, or choose one of several."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Write into a field in place of what is there."""
        target.fill(text)

    def choose_file(self, target: Locator, file: FilePayload) -> None:
        """Choose a file from the disk."""
        target.set_input_files(file)


class Keyboard(Mouse):
    """Steps by Tab to what it needs, and never touches the mouse."""

    def press(self, target: Locator) -> None:
        """Press Enter on it, or the space bar where that is what chooses."""
        self._reach(target)
        is_choice = target.evaluate("element => element.matches('input[type=radio], input[type=checkbox]')")
        self.page.keyboard.press("Space" if is_choice else "Enter")

    def write(self, target: Locator, text: str) -> None:
        """Type into a field in place of what is there."""
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose_file(self, target: Locator, file: FilePayload) -> None:
        """Open the dialogue for files by the space bar; now and then Chromium wants to be asked twice."""
        for seconds in (3, 15):
            self._reach(target)
            with suppress(NotInTime):
                with self.page.expect_file_chooser(timeout=seconds * 1000) as asked:
                    self.page.keyboard.press("Space")
                asked.value.set_files(file)
                return
        raise AssertionError(f"{target} opens no dialogue for files.")

    def _reach(self, target: Locator) -> None:
        """Go on from where the cursor is, round the page if need be."""
        target.wait_for()
        for _ in range(MOST_STEPS):
            if target.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The keyboard does not reach {target}.")
