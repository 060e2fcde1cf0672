"""The main job on a real platform: every process, real HTTP, the whole sample, and once more on top of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.local.commands import PLAY_DEMO
from config.local.platforms import Platform

pytestmark = pytest.mark.platform

INVARIANTS = (
    "import json; from bonded.queries.invariants import broken_invariants;"
    " print('broken:', json.dumps([str(one) for one in broken_invariants()]))"
)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give a platform of this test's own, up and running."""
    with Platform(tmp_path_factory.mktemp("main-job")) as platform:
        platform.start()
        yield platform


def rows(platform: Platform, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(platform.environment["OWNER_DATABASE_URL"]) as connection:
        return connection.execute(question).fetchall()


def play(platform: Platform, folder: Path, name: str) -> str:
    log = folder / name
    status = platform.run(PLAY_DEMO, log=log)
    told = log.read_text()
    assert status == 0, told
    return told


def test_main_job__comes_to_its_end_and_may_be_played_again(platform: Platform, tmp_path: Path) -> None:
    told = play(platform, tmp_path, "first.log")

    for step in ("Into bond", "Found", "Examined", "Released", "Settled", "Verified"):
        assert step in told
    assert "FAILED" not in told
    assert rows(platform, "SELECT count(*), count(*) FILTER (WHERE goods_state = 'out') FROM bonded_lot") == [
        (53_829, 2)
    ]
    assert rows(platform, "SELECT state, count(*) FROM bonded_withdrawal GROUP BY state") == [("handed_over", 1)]
    assert rows(platform, "SELECT state, paid_minor = total_minor FROM tariffs_dutydebt") == [("paid", True)]
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

    assert rows(platform, "SELECT count(*), count(*) FILTER (WHERE goods_state = 'out') FROM bonded_lot") == [
        (53_829, 4)
    ]
    assert rows(platform, "SELECT count(*) FROM bonded_consignment") == [(8,)]
    log = tmp_path / "invariants.log"
    assert platform.run(("python", "manage.py", "shell", "-c", INVARIANTS), log=log) == 0
    assert "broken: []" in log.read_text()
