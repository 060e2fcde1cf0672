"""The main job on a real platform, where every process is there: web, workers, the clock, and the customs office.

First by programs, with the whole sample; then once more on top of itself; then by five people at their consoles.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser

from config.local.commands import PLAY_DEMO
from config.local.platforms import Platform
from tests.browser.conftest import Windows
from tests.browser.hands import Keyboard, Mouse
from tests.browser.job_by_hand import agreed, examined, into_bond, released, settled
from tests.browser.people import Person

pytestmark = pytest.mark.platform

PREPARE = (
    "import json; from django.conf import settings; from config.demo.story import Story;"
    " story = Story(settings.PUBLIC_URL); story.prepare();"
    " print('passwords:', json.dumps({name: one.password for name, one in story.people.items()}))"
)
INVARIANTS = (
    "from bonded.queries.invariants import broken_invariants;"
    " print('broken:', [str(one) for one in broken_invariants()])"
)
# Whoever can do it by keyboard alone has met every page; `make pages` does it by mouse too.
HANDS = [Mouse, Keyboard] if os.environ.get("EVERY_LOOK") else [Keyboard]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give a platform of these tests' own, up and running."""
    with Platform(tmp_path_factory.mktemp("main-job")) as platform:
        platform.start()
        yield platform


@pytest.fixture(scope="module")
def passwords(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Prepare vault, rooms, rates and people; give everybody's password."""
    told = said_by(platform, PREPARE, tmp_path_factory.mktemp("passwords") / "log")
    found = re.search(r"passwords: (\{.*\})", told)
    assert found, told
    passwords: dict[str, str] = json.loads(found[1])
    return passwords


def said_by(platform: Platform, code: str, log: Path) -> str:
    """Run a piece of code on the platform and give what it printed."""
    assert platform.run(("python", "manage.py", "shell", "-c", code), log=log) == 0, log.read_text()
    return log.read_text()


def rows(platform: Platform, question: str, *words: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(platform.environment["OWNER_DATABASE_URL"]) as connection:
        return connection.execute(question, words).fetchall()


def lots_and_gone(platform: Platform) -> tuple[int, int]:
    """Count the lots, and those of them that left."""
    ((lots, gone),) = rows(platform, "SELECT count(*), count(*) FILTER (WHERE goods_state = 'out') FROM bonded_lot")
    return lots, gone


def play(platform: Platform, folder: Path, name: str) -> str:
    log = folder / name
    status = platform.run(PLAY_DEMO, log=log)
    told = log.read_text()
    assert status == 0, told
    return told


def test_main_job__comes_to_its_end_and_may_be_played_again(platform: Platform, tmp_path: Path) -> None:
    # Whoever was here before brought lots, and took some away.
    lots, gone = lots_and_gone(platform)
    told = play(platform, tmp_path, "first.log")

    for step in ("Into bond", "Found", "Examined", "Released", "Settled", "Verified"):
        assert step in told
    assert "FAILED" not in told
    assert lots_and_gone(platform) == (lots + 53_829, gone + 2)
    assert rows(platform, "SELECT DISTINCT state FROM bonded_withdrawal") == [("handed_over",)]
    assert rows(platform, "SELECT DISTINCT state, paid_minor = total_minor FROM tariffs_dutydebt") == [("paid", True)]
    assert rows(platform, "SELECT sum(balance_minor) FROM tariffs_ledgeraccount") == [(0,)]
    assert rows(platform, "SELECT count(*) FROM bonded_refusedline WHERE code = 'measures_do_not_fit_weight'") == [(6,)]
    # The office sends some messages twice and out of order; each took effect once.
    assert rows(
        platform,
        "SELECT count(*) FROM (SELECT declaration_id, sequence FROM bonded_customsstatuschange"
        " WHERE sequence IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1) doubled",
    ) == [(0,)]
    assert rows(platform, "SELECT DISTINCT state FROM bonded_declaration") == [("cleared",)]

    play(platform, tmp_path, "second.log")

    assert lots_and_gone(platform) == (lots + 53_829, gone + 4)
    assert "broken: []" in said_by(platform, INVARIANTS, tmp_path / "invariants.log")


@pytest.mark.parametrize("hands", HANDS)
def test_main_job__is_done_on_the_consoles(
    platform: Platform, passwords: dict[str, str], browser: Browser, hands: type[Mouse], tmp_path: Path
) -> None:
    name = hands.__name__.upper()
    stock, reference = f"BJ-{name}", f"BJ-26-{name}"
    windows = Windows(browser, platform.url)
    sven, victor, alice, olga, ada = (
        Person(windows, hands, username, passwords[username]) for username in ("sven", "victor", "alice", "olga", "ada")
    )

    into_bond(sven, victor, stock=stock, reference=reference, vera=passwords["vera"])
    examined(alice, victor, stock=stock, vera=passwords["vera"])
    agreed(alice, sven, stock=stock)
    debt, amount = released(alice, olga, victor, vera=passwords["vera"])
    settled(ada, debt, amount, statement=name)

    windows.close()
    assert windows.faults == []
    stone = "SELECT goods_state, trade_state, seal_number FROM bonded_lot WHERE stock_number = %s"
    assert rows(platform, stone, stock) == [("out", "sold", f"{stock}-B")]
    assert rows(
        platform, "SELECT state, paid_minor = total_minor FROM tariffs_dutydebt WHERE reference = %s", debt
    ) == [("paid", True)]
    assert "broken: []" in said_by(platform, INVARIANTS, tmp_path / "log")
