"""Every scenario that is shipped can be played by every office, and a wrong one says where it is wrong."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bonded.gateways.customs_office_courses import course
from bonded.gateways.customs_office_scenario_files import (
    DEFAULT,
    FOLDER,
    ScenarioInvalid,
    load_scenario,
    read_scenario,
    scenario_names,
)
from bonded.gateways.customs_office_scenarios import ORDINARY, Calls, DeliveryMode, Fault, Scenario, Step
from bonded.gateways.customs_office_words import Word
from bonded.rules.customs_offices import OFFICES
from config.local.folders import PROJECT

SHIPPED = [
    *("accept", "balance_too_low", "corrupt", "delay", "documents", "duplicate", "error500", "error500_lost", "gap"),
    *("hang", "id_reused", "inspect", "other_amount", "overloaded", "pull", "query", "refuse", "reorder", "silence"),
    *("slow", "unknown_code", "unruly"),
]


def test_scenario_names__are_those_that_the_document_describes() -> None:
    assert scenario_names() == SHIPPED
    document = (PROJECT / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert [name for name in SHIPPED if f"| `{name}` |" not in document] == []


@pytest.mark.parametrize("office", sorted(OFFICES))
@pytest.mark.parametrize("name", SHIPPED)
def test_load_scenario__every_shipped_one_can_be_played_by_every_office(name: str, office: str) -> None:
    lines = course(load_scenario(name), office=office, number="D1", mrn="M", procedure="home_use", seed=1, now=0.0)
    assert lines[0].word is Word.RECEIVED
    assert (FOLDER / f"{name}.toml").read_text(encoding="utf-8").startswith("# ")


def test_load_scenario__accept_is_the_ordinary_course() -> None:
    assert load_scenario("accept") == Scenario() == Scenario(steps=ORDINARY)
    assert load_scenario(DEFAULT) == Scenario(twice=0.4, jumps=2.0)


def test_load_scenario__refuses_a_name_that_has_no_file() -> None:
    with pytest.raises(ScenarioInvalid, match=r"^There is no scenario '\.\./accept'; there are accept, "):
        load_scenario("../accept")


def test_read_scenario__reads_every_knob() -> None:
    text = """
        delivery = "pull"
        step_seconds = 1
        twice = 0.5
        jumps = 2
        silence_after = 0
        [[steps]]
        say = "received"
        [[steps]]
        wait_for = "answer"
        at_most_seconds = 9
        [[steps]]
        say = "tax"
        facts = { tax_total = "1.00" }
        after_seconds = 3
        late_seconds = 4
        corrupt = true
        id_reused = true
        gap = false
        [http]
        fault = "hang"
        calls = 3
        taken = true
        seconds = 1.5
    """
    tax = Step(Word.TAX, {"tax_total": "1.00"}, 3.0, 4.0, corrupt=True, id_reused=True)
    assert read_scenario(text, file="x.toml") == Scenario(
        steps=(Step(Word.RECEIVED), Step(wait_for="answer", at_most_seconds=9.0), tax),
        delivery=DeliveryMode.PULL,
        step_seconds=1.0,
        twice=0.5,
        jumps=2.0,
        silence_after=0,
        http=Calls(Fault.HANG, calls=3, taken=True, seconds=1.5),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("twice = ", "x.toml: Invalid value (at end of document)."),
        ("often = 1", "x.toml: often is not known; there are delivery, http, jumps, silence_after, "),
        ("twice = 1.5", "x.toml: twice: a chance from 0 to 1 is expected."),
        ("twice = true", "x.toml: twice: a number from 0 to 86400 is expected."),
        ("step_seconds = -1", "x.toml: step_seconds: a number from 0 to 86400 is expected."),
        ("jumps = nan", "x.toml: jumps: a number from 0 to 86400 is expected."),
        ("silence_after = 1.0", "x.toml: silence_after: a whole number from 0 to 1000000 is expected."),
        ('delivery = "post"', "x.toml: delivery: 'post' is not a valid DeliveryMode."),
        ('steps = "received"', "x.toml: steps: a list is expected."),
        ('steps = ["received", "hello"]', "x.toml: steps[2]: say: 'hello' is not a valid Word."),
        ("steps = [1]", "x.toml: steps[1]: this is a table."),
        ("steps = [{}]", "x.toml: steps: a step has either say or wait_for."),
        ('steps = [{ wait_for = "rain" }]', "x.toml: steps[1]: wait_for: only an answer can be waited for."),
        ('steps = [{ say = "tax", facts = { a = 1.5 } }]', "x.toml: steps[1]: facts: a fact is a text, a whole number"),
        ('steps = [{ say = "tax", facts = 1 }]', "x.toml: steps[1]: facts: "),
        ('steps = [{ say = "tax", gap = 1 }]', "x.toml: steps[1]: gap: true or false is expected."),
        ("http = 1", "x.toml: http: this is a table."),
        ("[http]\ncalls = 0", "x.toml: http: calls: at least 1 is expected."),
        ('[http]\nfault = "fire"', "x.toml: http: fault: 'fire' is not a valid Fault."),
    ],
)
def test_read_scenario__says_where_it_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(ScenarioInvalid) as refusal:
        read_scenario(text, file="x.toml")
    assert str(refusal.value)[: len(sentence)] == sentence


@pytest.mark.parametrize(
    ("told", "sentence"),
    [("nonsense", "There is no scenario 'nonsense'; "), ("XX=accept", "There is no line to an office 'XX'; ")],
)
def test_run_customs_office_simulator__refuses_what_nobody_can_play(told: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("run_customs_office_simulator", port=1, scenario=[told])
    assert str(refusal.value)[: len(sentence)] == sentence


def test_run_customs_office_simulator__needs_an_office(settings: Any) -> None:
    settings.CUSTOMS_OFFICES = {}
    with pytest.raises(CommandError, match=r"^CUSTOMS_OFFICES has no line to any of SIM, CNSW, GBCDS\.$"):
        call_command("run_customs_office_simulator", port=1)
