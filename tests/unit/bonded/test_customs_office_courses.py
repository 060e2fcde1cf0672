"""What an office plans to say: the same for the same seed, in the manner of its scenario."""

from collections import Counter

from bonded.gateways.customs_office_courses import Line, course
from bonded.gateways.customs_office_scenario_files import load_scenario
from bonded.gateways.customs_office_scenarios import Scenario, Step
from bonded.gateways.customs_office_words import Word

IDS = [f"M-{sequence}" for sequence in range(1, 7)]


def planned(scenario: Scenario | str, *, office: str = "SIM", procedure: str = "home_use", seed: int = 1) -> list[Line]:
    loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
    lines = course(loaded, office=office, number="D1", mrn="M", procedure=procedure, seed=seed, now=100.0)
    return sorted(lines, key=lambda one: one.due_at)


def ids(scenario: str, seed: int = 1) -> list[str]:
    return [one.message_id for one in planned(scenario, seed=seed)]


def test_course__is_the_same_for_the_same_seed_and_differs_by_scenario() -> None:
    assert planned("unruly") == planned("unruly")
    assert planned("unruly") != planned("unruly", seed=2)
    assert ids("accept") == IDS
    assert Counter(ids("duplicate")) == dict.fromkeys(IDS, 2)
    assert sorted(ids("reorder")) == IDS
    assert ids("reorder") != IDS


def test_course__tells_no_tax_where_none_is_due() -> None:
    words = [one.word for one in planned("accept", procedure="into_bond")]
    assert words == [Word.RECEIVED, Word.ENTERED, Word.ACCEPTED, Word.RELEASED, Word.CLEARED]


def test_course__keeps_a_second_between_messages_that_have_no_numbers() -> None:
    assert [round(one.issued_at - 100, 3) for one in planned("accept")] == [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
    assert [one.issued_at - 100 for one in planned("accept", office="CNSW")] == [1, 2, 3, 4, 5, 6]


def test_course__falls_silent() -> None:
    assert [one.word for one in planned("silence")] == [Word.RECEIVED, Word.ENTERED, Word.ACCEPTED]


def test_course__leaves_a_gap_in_the_numbers() -> None:
    assert [one.sequence for one in planned("gap")] == [1, 2, 4, 5, 6]


def test_course__says_what_slipped_again_as_it_should_be() -> None:
    cut = [(one.message_id, one.is_corrupt) for one in planned("corrupt") if one.sequence == 3]
    assert cut == [("M-3-cut", True), ("M-3", False)]
    assert [one.message_id for one in planned("id_reused") if one.sequence == 3] == ["M-2", "M-3"]


def test_course__is_late_with_a_message_that_was_issued_in_time() -> None:
    late = planned("delay")[-1]
    assert late.word is Word.ACCEPTED
    assert round(late.issued_at - 100, 3) == 0.6
    assert round(late.due_at - 100, 3) == 10.6


def test_course__waits_for_an_answer_for_a_time() -> None:
    steps = (Step(Word.RECEIVED), Step(wait_for="answer", at_most_seconds=30.0), Step(Word.ACCEPTED))
    waits = [(one.word, one.waits, one.due_at) for one in planned(Scenario(steps=steps, step_seconds=1.0))]
    assert waits == [(Word.RECEIVED, 0, 101.0), (Word.ACCEPTED, 1, 132.0)]
