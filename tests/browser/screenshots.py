"""Pictures of the pages that people use most, for the README: `make screenshots` takes them anew.

No test of the suite: pytest runs it when the file is named.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime

import pytest
from PIL import Image
from playwright.sync_api import Page

from bonded.actions.declarations import lodge_declaration
from bonded.models import Withdrawal
from bonded.rules.withdrawals import WithdrawalState
from config.local.folders import PROJECT
from tariffs.actions.duty import secure_duty
from tests.browser.every_page import addresses
from tests.cast import Cast
from tests.situations.tariffs import cleared_by_customs

FOLDER = PROJECT / "docs" / "screenshots"
# The page's name, who looks at it, in which language and which colours.
PICTURES = (
    ("stones", "alice", "en", "light"),
    ("stone", "alice", "zh-hans", "light"),
    ("book", "alice", "en", "dark"),
    ("at_desk", "vera", "en", "light"),
    ("release", "olga", "en", "light"),
    ("money", "ada", "en", "light"),
)
WIDTH, HEIGHT = 1280, 900
COLOURS = 128


def require_chinese_letters() -> None:
    """Say what to install where no font has Chinese letters, instead of taking a picture of empty boxes."""
    listed = shutil.which("fc-list")
    fonts = subprocess.run([listed, ":lang=zh-cn"], capture_output=True, text=True, check=True).stdout if listed else ""
    assert fonts, "No font here has Chinese letters: install one, on Debian fonts-noto-cjk."


def settle(asked: Withdrawal, cast: Cast, at: datetime) -> None:
    """Have everything about a withdrawal that an officer asks for."""
    secure_duty(withdrawal_id=asked.pk, actor=cast.alice, at=at)
    lodge_declaration(withdrawal_id=asked.pk, actor=cast.alice, at=at)
    cleared_by_customs(asked, at)


@pytest.mark.parametrize(("name", "username", "language", "scheme"), PICTURES)
def test_screenshots__are_taken(
    transactional_db: None,
    cast: Cast,
    at: datetime,
    window: Callable[..., Page],
    name: str,
    username: str,
    language: str,
    scheme: str,
) -> None:
    require_chinese_letters()
    paths = {(one.name, one.username): one.path for one in addresses(cast, at)}
    if name == "release":
        settle(Withdrawal.objects.get(state=WithdrawalState.REQUESTED), cast, at)
    page = window(username, language=language, scheme=scheme, width=WIDTH)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    if name == "book":
        # Its tray has a stone in it.
        page.goto(paths["stone", "alice"])
        page.keyboard.press("v")
        page.wait_for_url("**/book**")
    else:
        answer = page.goto(paths[name, username])
        assert answer is not None
        assert answer.ok
    page.wait_for_load_state("networkidle")

    FOLDER.mkdir(exist_ok=True)
    taken = Image.open(io.BytesIO(page.screenshot()))
    # A third of the space, and no difference to the eye.
    taken.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
