"""What-if questions over HTTP: the published examples, the working, side by side, and every fault with its place."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from bonded.models import Activity, User
from bonded.rules.permissions import SYSTEM, Actor
from tariffs.actions.versions import publish_versions
from tariffs.models import Assessment
from tests.cast import Cast
from tests.situations.tariffs import a_measure, a_schedule
from tests.unit.tariffs.examples import EXAMPLES, HAND_EXAMPLES

ADDRESS = "/api/v1/tariffs/quotes"
ANSWERS = ("customs_value", "duty", "consumption_tax", "vat", "fees", "total")
EMERALD: dict[str, Any] = {
    "hs_code": "7103.91.00",
    "origin": "CO",
    "regime": "general",
    "goods_value": "1000000",
    "pieces": "1",
    "weight_carats": "2.310",
    "measures": [
        {"kind": "duty", "rate": "4%"},
        {"kind": "consumption_tax", "rate": "10%"},
        {"kind": "vat", "rate": "13%"},
    ],
}


def question(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = {"on": "2026-11-23", "jurisdiction": "CN", "procedure": "home_use", "currency": "CNY"}
    return whole | {"lines": list(lines or [EMERALD])} | changes


def line(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (EMERALD | changes).items() if value is not None}


def ask(cast: Cast, body: Any, who: str | None = "alice") -> Any:
    client = Client()
    if who:
        actor: Actor = getattr(cast, who)
        client.force_login(User.objects.get(pk=actor.user_id or 0), backend="django.contrib.auth.backends.ModelBackend")
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(ADDRESS, raw, content_type="application/json")


def faults(answer: Any) -> list[tuple[str, str]]:
    """Everything that a refusal names, as (place, code)."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content
    assert answer.json()["code"] == "quote_invalid"
    return [(one["where"], one["code"]) for one in answer.json()["problems"]]


def figures(of: dict[str, Any]) -> list[str]:
    return [of[name] for name in ANSWERS]


def test_quote_duties__of_an_emerald_by_given_measures(cast: Cast) -> None:
    told = ask(cast, question())
    assert told.status_code == 200
    body = told.json()
    expected = ["1000000.00", "40000.00", "115555.56", "150222.22", "0.00", "305777.78"]
    assert figures(body["totals"]) == figures(body["lines"][0]) == expected
    assert (body["currency"], body["schedule_version"], body["exchange_rates"]) == ("CNY", None, [])
    assert [(one["kind"], one["rate"], one["version"]) for one in body["lines"][0]["measures"]] == [
        ("duty_mfn", "4%", "given"),
        ("consumption_tax", "10%", "given"),
        ("vat", "13%", "given"),
    ]
    total = body["lines"][0]["steps"][-1]
    assert (total["figure"], total["result"], total["name"]["zh"]) == ("total", "305777.78", "税费合计")


NEEDED = {"customs_value", "duty_rate"}
RATES = {"duty": "duty_rate", "consumption_tax": "consumption_tax_rate", "vat": "vat_rate"}


@pytest.mark.parametrize(
    "example",
    # A refund above a rate is a measure of the schedule; a question can't state one.
    [one for one in EXAMPLES["examples"] if NEEDED <= one["inputs"].keys() <= NEEDED | set(RATES.values())],
    ids=lambda one: one["id"],
)
def test_quote_duties__gives_the_examples(cast: Cast, example: dict[str, Any]) -> None:
    told = example["inputs"]
    # Where the source counts in ten thousands, so do we; the digits are the same.
    scale = 10_000 if example["unit"].startswith("10000") else 1
    value = f"{Decimal(told['customs_value']) * scale:f}"
    rates = {kind: 100 * Decimal(told[name]) for kind, name in RATES.items() if name in told}
    measures = [{"kind": kind, "rate": f"{percent:f}%"} for kind, percent in rates.items()]
    body = question(
        line(goods_value=value, measures=measures),
        jurisdiction=example["jurisdiction"],
        currency={"CN": "CNY", "EU": "EUR", "US": "USD"}[example["jurisdiction"]],
    )
    totals = ask(cast, body).json()["totals"]
    expected = {name: Decimal(text) * scale for name, text in example["outputs"].items() if name in ANSWERS}
    # A source that rounds to 2 decimals of ten thousand says nothing of what is below a hundred.
    allowed = Decimal("0.005") * scale if scale > 1 else 0
    assert [name for name, amount in expected.items() if abs(Decimal(totals[name]) - amount) > allowed] == []


@pytest.mark.parametrize("example", HAND_EXAMPLES, ids=lambda one: one["id"])
def test_quote_duties__gives_what_was_worked_by_hand(cast: Cast, example: dict[str, Any]) -> None:
    answer = ask(cast, example["request"])
    assert answer.status_code == 200, answer.content
    assert answer.json()["totals"] == example["totals"]


def test_hand_examples__say_how_they_were_worked_and_from_what() -> None:
    assert len({one["id"] for one in HAND_EXAMPLES}) == len(HAND_EXAMPLES) == 37
    assert all(one["working"] and one["source"] and one["title"] for one in HAND_EXAMPLES)


def test_quote_duties__charges_what_is_counted_and_what_is_weighed(cast: Cast) -> None:
    rates = ["0.45/piece + 7% + 0.025/unit:jewel", "2/ct", "0.022/kg"]
    lines = [
        line(quantities={"jewel": "4"}, measures=[{"kind": "duty", "rate": rates[0]}], goods_value="100"),
        line(measures=[{"kind": "duty", "rate": rates[1]}], goods_value="100"),
        line(
            weight_carats=None,
            quantities={"kg": "500"},
            measures=[{"kind": "fee", "rate": rates[2]}],
            goods_value="100",
        ),
    ]
    body = ask(cast, question(*lines)).json()
    assert [(one["duty"], one["fees"]) for one in body["lines"]] == [
        ("7.55", "0.00"),
        ("4.62", "0.00"),
        ("0.00", "11.00"),
    ]


def test_quote_duties__shares_freight_and_insurance_and_converts(cast: Cast) -> None:
    body = question(
        line(goods_value="300", measures=[]),
        line(goods_value="700", measures=[], currency="USD"),
        currency="CNY",
        exchange_rates=[
            {"currency": "USD", "rate": "7", "quoted": "local_per_unit"},
            {"currency": "GBP", "rate": "0.1", "quoted": "units_per_local"},
        ],
        freight={"amount": "10", "currency": "GBP"},
        insurance="unknown",
        additions=[{"name": "commission", "amount": "4", "currency": "CNY"}],
        deductions=[{"name": "inland freight", "amount": "2", "currency": "CNY"}],
    )
    answer = ask(cast, body).json()
    # (300 + 4900) + 100, 3 per mille of that, + 4 - 2.
    assert answer["totals"]["customs_value"] == "5317.90"
    assert [one["currency"] for one in answer["exchange_rates"]] == ["USD", "GBP"]
    assert {one["version"] for one in answer["exchange_rates"]} == {"given"}


def test_quote_duties__owes_nothing_when_goods_leave_again(cast: Cast) -> None:
    for procedure in ("re_export", "bond_transfer"):
        totals = ask(cast, question(procedure=procedure)).json()["totals"]
        assert figures(totals) == ["1000000.00", "0.00", "0.00", "0.00", "0.00", "0.00"]


def test_quote_duties__asks_the_schedule_where_no_measures_are_given(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    body = ask(cast, question(line(measures=None))).json()
    assert figures(body["totals"])[1:4] == ["40000.00", "115555.56", "150222.22"]
    assert body["schedule_version"] is not None
    assert all(one["version"].startswith("measure:") for one in body["lines"][0]["measures"])
    assert body["lines"][0]["measures"][0]["why"]["en"]


def test_quote_duties__answers_alternatives_side_by_side(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    publish_versions([a_measure("duty_general", "7103", "35%")], actor=SYSTEM, at=at)
    changes = [{"origin": ""}, {"procedure": "re_export"}, {"on": "2026-11-22"}]
    body = ask(cast, question(line(measures=None), alternatives=changes)).json()
    assert body["totals"]["duty"] == "40000.00"
    assert [one["totals"]["duty"] for one in body["alternatives"]] == ["350000.00", "0.00", "40000.00"]
    assert {one["currency"] for one in body["alternatives"]} == {"CNY"}


def test_quote_duties__stores_nothing(cast: Cast) -> None:
    before = (Activity.objects.count(), Assessment.objects.count())
    assert ask(cast, question()).status_code == 200
    assert (Activity.objects.count(), Assessment.objects.count()) == before


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "olga", "victor", "ada", "sven"])
def test_quote_duties__is_open_to_whoever_is_signed_in(cast: Cast, who: str) -> None:
    assert ask(cast, question(), who).status_code == 200


def test_quote_duties__is_for_nobody_else(cast: Cast) -> None:
    answer = ask(cast, question(), None)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_quote_duties__names_every_fault_with_its_place(cast: Cast) -> None:
    body = {
        "on": "2026-02-30",
        "jurisdiction": "CH",
        "procedure": "home_use",
        "currency": "XXX",
        "exchange_rates": [{"currency": "USD", "rate": "0", "quoted": "either"}],
        "freight": {"amount": "-1", "currency": "USD"},
        "insurance": {"rate_of_cif": "100%"},
        "additions": [{"name": "", "amount": 4, "currency": "CNY"}],
        "deductions": {},
        "lines": [
            {"hs_code": "gem", "goods_value": "NaN", "origin": "co", "weight_carats": "1.2345"},
            {"hs_code": "7103", "goods_value": "1" * 40, "currency": "CNY", "pieces": "1.5"},
            line(measures=[{"kind": "duty", "rate": "4% +"}, {"kind": "levy", "rate": "2/unit:jewel"}]),
            line(measures=[{"kind": "vat", "rate": "2/unit:jewel"}, {"kind": "consumption_tax", "rate": "100%"}]),
        ],
        "colour": "red",
    }
    assert faults(ask(cast, body)) == [
        ("/colour", "field_unknown"),
        ("/on", "input_invalid"),
        ("/jurisdiction", "word_unknown"),
        ("/currency", "currency_unknown"),
        ("/freight/amount", "amount_negative"),
        ("/insurance/rate_of_cif", "input_invalid"),
        ("/additions/0/name", "input_invalid"),
        ("/additions/0/amount", "not_a_text"),
        ("/deductions", "input_invalid"),
        ("/lines/0/hs_code", "hs_code_invalid"),
        ("/lines/0/origin", "input_invalid"),
        ("/lines/0/goods_value", "amount_invalid"),
        ("/lines/0/weight_carats", "weight_invalid"),
        ("/lines/1/goods_value", "amount_invalid"),
        ("/lines/1/pieces", "input_invalid"),
        ("/lines/2/measures/0/rate", "rate_unreadable"),
        ("/lines/2/measures/1/kind", "word_unknown"),
        ("/lines/3/measures/0/rate", "quantity_missing"),
        ("/lines/3/measures", "rate_not_solvable"),
        ("/exchange_rates/0/rate", "input_invalid"),
        ("/exchange_rates/0/quoted", "word_unknown"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"lines": []}, [("/lines", "input_invalid")]),
        ({"lines": [EMERALD] * 201}, [("/lines", "input_invalid")]),
        ({"lines": "all"}, [("/lines", "input_invalid")]),
        ({"lines": [7]}, [("/lines/0", "input_invalid")]),
        ({"on": 20261123}, [("/on", "not_a_text")]),
        ({"on": "1700-01-01"}, [("/on", "assessment_rules_missing")]),
        ({"procedure": None}, [("/procedure", "field_missing")]),
        ({"freight": {"rate_of_goods": "10%", "amount": "1"}}, [("/freight", "input_invalid")]),
        ({"insurance": "some"}, [("/insurance", "input_invalid")]),
        ({"alternatives": [{"on": "soon"}, {"weather": "fine"}]},
         [("/alternatives/0/on", "input_invalid"), ("/alternatives/1/weather", "field_unknown")]),
        ({"exchange_rates": [{"currency": "CNY", "rate": "1", "quoted": "local_per_unit"}]},
         [("/exchange_rates/0/currency", "rate_not_needed")]),
    ],
)  # fmt: skip
def test_quote_duties__refuses(cast: Cast, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(ask(cast, question(**changes))) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"goods_value": 1.5}, [("/lines/0/goods_value", "not_a_text")]),
        ({"goods_value": "1e9"}, [("/lines/0/goods_value", "amount_invalid")]),
        ({"goods_value": "-1"}, [("/lines/0/goods_value", "amount_negative")]),
        ({"goods_value": "1.001"}, [("/lines/0/goods_value", "amount_invalid")]),
        ({"currency": "BTC"}, [("/lines/0/currency", "currency_unknown")]),
        ({"quantities": {"Jewel": "1"}}, [("/lines/0/quantities/Jewel", "input_invalid")]),
        ({"quantities": {"jewel": "-1"}}, [("/lines/0/quantities/jewel", "input_invalid")]),
        ({"quantities": ["jewel"]}, [("/lines/0/quantities", "input_invalid")]),
        ({"regime": "other"}, [("/lines/0/regime", "word_unknown")]),
        ({"quantities": {"ct": "5"}}, [("/lines/0/quantities/ct", "input_invalid")]),
        ({"measures": [{"kind": "consumption_tax", "rate": "60%"}] * 2},
         [("/lines/0/measures", "rate_not_solvable")]),
        ({"measures": [{"kind": "vat", "rate": "max(" * 60}]}, [("/lines/0/measures/0/rate", "rate_unreadable")]),
    ],
)  # fmt: skip
def test_quote_duties__refuses_a_line(cast: Cast, changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(ask(cast, question(line(**changed)))) == expected


def test_quote_duties__names_each_line_that_the_schedule_does_not_know(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    body = question(line(measures=None), line(hs_code="0101", measures=None), line(hs_code="0102", measures=None))
    assert faults(ask(cast, body)) == [("/lines/1", "measure_missing"), ("/lines/2", "measure_missing")]


def test_quote_duties__charges_several_measures_of_a_kind_together(cast: Cast) -> None:
    fees = [{"kind": "fee", "rate": "min(max(0.3464%, 31.67), 614.35)"}, {"kind": "fee", "rate": "0.125%"}]
    told = line(measures=[*fees, {"kind": "duty", "rate": "0%"}], goods_value="10000")
    body = ask(cast, question(told, jurisdiction="US", currency="USD")).json()
    assert body["totals"]["fees"] == "47.14"  # 34.64 and 12.50
    (fee,) = [one for one in body["lines"][0]["measures"] if one["kind"] == "fee"]
    assert (fee["rate"], fee["is_verified"]) == ("min(max(0.3464%, 31.67), 614.35) + 0.125%", False)


def test_quote_duties__says_what_is_wrong_with_a_line_and_not_what_the_lines_share(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    deductions = [{"name": "inland freight", "amount": "500", "currency": "CNY"}]
    lines = [line(goods_value="300"), line(goods_value="300"), line(goods_value="300", measures=None, hs_code="0101")]
    assert faults(ask(cast, question(*lines, deductions=deductions))) == [("/lines/2", "measure_missing")]
    assert faults(ask(cast, question(line(goods_value="300"), deductions=deductions))) == [
        ("", "customs_value_invalid")
    ]
    freight = {"amount": "1", "currency": "ZAR"}
    assert faults(ask(cast, question(freight=freight))) == [("", "exchange_rate_missing")]


def test_quote_duties__names_the_alternative_that_can_not_be_answered(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    told = question(line(measures=None), line(measures=None), alternatives=[{"on": "2026-11-22"}, {"origin": ""}])
    assert faults(ask(cast, told)) == [
        ("/alternatives/1/lines/0", "measure_missing"),
        ("/alternatives/1/lines/1", "measure_missing"),
    ]
    told = question(EMERALD, EMERALD, alternatives=[{"origin": "co"}, {"jurisdiction": "UK"}])
    assert faults(ask(cast, told)) == [
        ("/alternatives/0/origin", "input_invalid"),
        ("/alternatives/1/jurisdiction", "field_unknown"),
    ]


def test_quote_duties__refuses_figures_beyond_all_bounds(cast: Cast) -> None:
    rates = [{"currency": "USD", "rate": "9" * 24, "quoted": "local_per_unit"}]
    told = question(line(goods_value="9999999999999.99", currency="USD"), exchange_rates=rates)
    assert faults(ask(cast, told)) == [("/lines/0", "amount_invalid")]
    many = question(*[EMERALD] * 200, alternatives=[{"on": "2026-11-22"}] * 5)
    assert faults(ask(cast, many)) == [("/alternatives", "input_invalid")]
    assert len(faults(ask(cast, question(**{f"x{number}": 1 for number in range(10_000)})))) == 100


def test_quote_duties__says_which_currency_has_no_rate(cast: Cast) -> None:
    answer = ask(cast, question(line(currency="ZAR")))
    assert faults(answer) == [("/lines/0", "exchange_rate_missing")]
    assert "ZAR" in answer.json()["problems"][0]["message"]


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b'{"on": NaN}', b'{"on": 1, "on": 2}', b"{" * 10_000, b"\xff"])
def test_quote_duties__refuses_what_is_no_question(cast: Cast, raw: bytes) -> None:
    answer = ask(cast, raw)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_quote__is_lower_with_the_document_that_unlocks_a_rate(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    agreement = a_measure("duty_agreement", "7103", "0%", origin="CO", needs_document="certificate_of_origin")
    publish_versions([agreement], actor=SYSTEM, at=at)
    goods = line(measures=None)
    without, with_it = (
        ask(cast, question(goods | documents)).json()["lines"][0]
        for documents in ({}, {"documents": ["certificate_of_origin"]})
    )
    assert (without["duty"], with_it["duty"]) == ("40000.00", "0.00")
    assert without["measures"][0]["why"]["en"].endswith("0% would apply with a certificate of origin.")
    assert with_it["measures"][0]["kind"] == "duty_agreement"


def test_quote__refuses_documents_that_unlock_nothing(cast: Cast, at: datetime) -> None:
    assert faults(ask(cast, question(line(documents=["passport"])))) == [("/lines/0/documents/0", "word_unknown")]
    assert faults(ask(cast, question(line(documents="certificate_of_origin")))) == [
        ("/lines/0/documents", "input_invalid")
    ]
