"""The offices' files: changed only where nobody has seen anything yet."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bonded.gateways.customs_office_changes import DeclarationFile
from bonded.gateways.customs_office_courses import course
from bonded.gateways.customs_office_files import Delivery, OfficeFiles
from bonded.gateways.customs_office_scenario_files import load_scenario

CALLS = iter(range(1_000_000))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[OfficeFiles]:
    files = OfficeFiles(tmp_path / "office.sqlite")
    yield files
    files.close()


def change(
    files: OfficeFiles,
    act: Callable[[DeclarationFile], None],
    *,
    path: str = "/amendments",
    office: str = "SIM",
    now: float = 0.0,
) -> None:
    def then(database: sqlite3.Connection, mrn: str) -> None:
        act(DeclarationFile(database, office, "D1", mrn, 1.0, now))

    key = f"k-{next(CALLS)}"
    files.take(office=office, path=path, key=key, number="D1", mrn="M", body=b"{}", then=then)


def lodge(files: OfficeFiles, scenario: str = "slow", *, office: str = "SIM") -> None:
    lines = course(load_scenario(scenario), office=office, number="D1", mrn="M", procedure="home_use", seed=1, now=0.0)
    change(files, lambda declaration: declaration.plan(lines), path="/declarations", office=office)


def said(files: OfficeFiles, *, until: float, office: str = "SIM") -> list[tuple[int, str, float]]:
    found: list[Delivery] = files.claim_due([office], now=until, limit=100)
    files.settle(done=[one.id for one in found], again=[])
    return [(one.line.sequence, one.line.word.value, one.line.issued_at) for one in found]


def test_amend__is_said_next_and_moves_what_nobody_has_seen(files: OfficeFiles) -> None:
    lodge(files)
    assert said(files, until=15) == [(1, "received", 5), (2, "entered", 10), (3, "accepted", 15)]
    change(files, DeclarationFile.amend, now=19.5)
    assert said(files, until=100) == [
        *((4, "accepted", 20.5), (5, "tax", 21.5), (6, "released", 26.5), (7, "cleared", 31.5)),
    ]


def test_amend__says_the_tax_again_where_the_office_has_no_word_for_a_correction(files: OfficeFiles) -> None:
    lodge(files)
    said(files, until=20)
    change(files, DeclarationFile.amend, now=20)
    assert said(files, until=22)[0] == (5, "tax", 21)


def test_amend__is_corrected_where_the_office_has_the_word(files: OfficeFiles) -> None:
    lodge(files, office="GBCDS")
    said(files, until=10, office="GBCDS")
    change(files, DeclarationFile.amend, office="GBCDS", now=11)
    assert said(files, until=12, office="GBCDS") == [(3, "corrected", 12)]


def test_amend__says_nothing_of_what_is_released_or_unknown(files: OfficeFiles) -> None:
    change(files, DeclarationFile.amend)
    assert said(files, until=100) == []
    lodge(files)
    said(files, until=25)
    change(files, DeclarationFile.amend, now=26)
    assert said(files, until=100) == [(6, "cleared", 30)]


def test_cancel__takes_back_what_nobody_has_seen(files: OfficeFiles) -> None:
    lodge(files)
    said(files, until=10)
    change(files, DeclarationFile.cancel, now=12)
    change(files, DeclarationFile.cancel, now=12.5)
    change(files, DeclarationFile.amend, now=30)
    assert said(files, until=14) == [(3, "cancelled", 13)]
    change(files, DeclarationFile.amend, now=40)
    assert said(files, until=100) == []


def test_cancel__comes_too_late_for_what_is_released(files: OfficeFiles) -> None:
    lodge(files)
    said(files, until=25)
    change(files, DeclarationFile.cancel, now=26)
    assert said(files, until=100) == [(6, "cleared", 30)]


def test_go_on__ends_the_wait_once_and_changes_nothing_later(files: OfficeFiles) -> None:
    lodge(files, "query")
    assert [word for _, word, _ in said(files, until=20)] == ["received", "entered", "query"]
    change(files, DeclarationFile.go_on, path="/answers", now=20)
    change(files, DeclarationFile.go_on, path="/answers", now=20)
    assert [(sequence, word, round(at, 3)) for sequence, word, at in said(files, until=30)] == [
        *((4, "accepted", 21), (5, "tax", 21.2), (6, "released", 21.4), (7, "cleared", 21.6)),
    ]


def test_go_on__is_not_needed_for_ever(files: OfficeFiles) -> None:
    lodge(files, "query")
    assert len(said(files, until=60)) == 3
    assert len(said(files, until=62)) == 4


def test_offer__gives_what_is_due_the_next_cursors_in_the_order_of_its_time(files: OfficeFiles) -> None:
    lodge(files, "reorder")
    first = files.offer("SIM", after=0, now=0.5, limit=100)
    assert [one.cursor for one in first] == list(range(1, len(first) + 1))
    everything = files.offer("SIM", after=0, now=50, limit=100)
    assert everything[: len(first)] == first
    assert [one.cursor for one in everything] == [1, 2, 3, 4, 5, 6]
    assert [one.line.due_at for one in everything] == sorted(one.line.due_at for one in everything)
    assert files.offer("SIM", after=2, now=50, limit=2) == everything[2:4]
    assert files.offer("CNSW", after=0, now=50, limit=100) == []


def test_claim_due__leaves_offices_that_are_fetched_from_alone(files: OfficeFiles) -> None:
    lodge(files)
    assert said(files, until=100, office="CNSW") == []
    assert len(said(files, until=100)) == 6


def test_count_fault__counts_up_to_the_most(files: OfficeFiles) -> None:
    assert [files.count_fault("a", most=2) for _ in range(4)] == [True, True, False, False]
    assert files.count_fault("b", most=1) is True


def test_office_files__empties_a_file_of_another_version(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.sqlite") as old:
        old.execute("CREATE TABLE delivery (id INTEGER PRIMARY KEY, message_id TEXT)")
    old.close()
    files = OfficeFiles(tmp_path / "old.sqlite")
    lodge(files)
    files.close()
    again = OfficeFiles(tmp_path / "old.sqlite")
    assert len(said(again, until=100)) == 6
    again.close()


def test_offer__leaves_out_what_was_sent_before_the_office_was_fetched_from(files: OfficeFiles) -> None:
    lodge(files)
    assert len(said(files, until=10)) == 2
    assert [one.line.sequence for one in files.offer("SIM", after=0, now=50, limit=100)] == [3, 4, 5, 6]
