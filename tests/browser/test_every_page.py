"""Every page, in both languages and both colour schemes, at three widths: nothing that axe finds, nothing cut off.

Every run has each language and each scheme once; `make pages` has each language in each scheme.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.every_page import FILES, LOOKERS, Address, addresses, console_doors
from tests.cast import Cast

WIDTHS = (360, 768, 1440)
ALL = list(product(("en", "zh-hans"), ("light", "dark")))
LOOKS = ALL if os.environ.get("EVERY_LOOK") else [("en", "dark"), ("zh-hans", "light")]
AXE = Axe()
OPTIONS = {"resultTypes": ["violations"]}
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def faults_of(page: Page, address: Address) -> list[str]:
    """Say what is wrong with a page: its answer, what axe finds, and whether it scrolls sideways."""
    answer = page.goto(address.path)
    assert answer is not None
    if answer.status != 200:
        return [f"{address}: answers {answer.status}"]
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(IS_TOO_WIDE):
            faults.append(f"{address}: scrolls sideways at {width} px")
    for violation in AXE.run(page, options=OPTIONS).response["violations"]:
        faults += [f"{address}: {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    return faults


def test_every_page__is_named_with_who_looks_at_it() -> None:
    read = {name for name, pattern in console_doors() if not getattr(pattern.callback, "acts", False)}

    assert read - FILES == set(LOOKERS)


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_every_page__has_no_fault(
    transactional_db: None, cast: Cast, at: datetime, window: Callable[..., Page], language: str, scheme: str
) -> None:
    windows: dict[str | None, Page] = {}
    faults: list[str] = []
    for address in addresses(cast, at):
        if address.username not in windows:
            windows[address.username] = window(address.username, language=language, scheme=scheme)
        faults += faults_of(windows[address.username], address)

    assert faults == []
