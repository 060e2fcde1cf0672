"""Which measure wins, and the sentence that says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from bonded.rules.validity import Validity
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.rates import Rate, amount_of
from tariffs.rules.schedule import (
    Choice,
    HsCodeInvalid,
    Measure,
    MeasureKind,
    applicable_duty,
    choose,
    covering,
    hs_digits,
    most_specific,
)
from tests.unit.tariffs.examples import stated

MFN = stated(MeasureKind.DUTY_MFN, "4%")
GENERAL = stated(MeasureKind.DUTY_GENERAL, "35%")


def on_thousand(rate: Rate) -> Fraction:
    return amount_of(rate, base=Fraction(1000), quantities={})


@pytest.mark.parametrize(("text", "digits"), [("7103.91.00", "71039100"), ("71", "71"), ("7102390000", "7102390000")])
def test_hs_digits__drops_the_dots(text: str, digits: str) -> None:
    assert hs_digits(text) == digits


@pytest.mark.parametrize("text", ["", "7", "71O3", "71039100001", "71 03", "٧١٠٣"])
def test_hs_digits__refuses_what_is_no_code(text: str) -> None:
    with pytest.raises(HsCodeInvalid):
        hs_digits(text)


@pytest.mark.parametrize(
    ("changes", "is_covered"),
    [
        ({}, True),
        ({"hs_code": "7103"}, True),
        ({"hs_code": "71031000"}, False),
        ({"origin": "CO"}, True),
        ({"origin": "LK"}, False),
        ({"regime": "sde"}, False),
        ({"validity": Validity(date(2026, 11, 24))}, False),
        ({"validity": Validity(date(2026, 1, 1), date(2026, 11, 23))}, False),
        ({"validity": Validity(date(2026, 11, 23), date(2026, 11, 24))}, True),
    ],
)
def test_covering__picks_by_code_origin_regime_and_day(changes: dict[str, object], is_covered: bool) -> None:
    measure = replace(MFN, **changes)  # type: ignore[arg-type]
    found = covering([measure], hs_code="71039100", origin="CO", regime="general", on=date(2026, 11, 23))
    assert found == ((measure,) if is_covered else ())


@pytest.mark.parametrize(
    ("broad", "narrow"),
    [
        ({"hs_code": "71"}, {"hs_code": "7103"}),
        ({"hs_code": "71039100"}, {"hs_code": "71", "origin": "CO"}),
        ({"hs_code": "71039100", "origin": "CO"}, {"hs_code": "71", "regime": "sde"}),
    ],
    ids=["digits", "origin before digits", "regime before origin"],
)
def test_most_specific__takes_the_narrowest(broad: dict[str, str], narrow: dict[str, str]) -> None:
    measures = [replace(MFN, **narrow), replace(MFN, **broad)]  # type: ignore[arg-type]
    for order in (measures, measures[::-1]):
        choice = most_specific(order, MeasureKind.DUTY_MFN)
        assert choice is not None
        assert choice.measure == measures[0]


def test_most_specific__says_why() -> None:
    choice = most_specific([MFN, replace(MFN, hs_code="7103", regime="sde")], MeasureKind.DUTY_MFN)
    assert choice is not None
    assert choice.why.en == "4% for 7103 SDE: more specific than 1 other(s)."
    assert choice.why.zh == "7103 SDE适用4%:比其他1项更具体。"


def test_most_specific__finds_nothing_of_another_kind() -> None:
    assert most_specific([MFN], MeasureKind.VAT) is None


def duty(*measures: Measure, origin: str = "CO") -> tuple[MeasureKind, str]:
    choice = applicable_duty(measures, origin=origin, amount=on_thousand)
    assert choice is not None
    return choice.measure.kind, choice.why.en


def test_applicable_duty__is_usually_the_mfn_rate() -> None:
    assert duty(MFN, GENERAL) == (MeasureKind.DUTY_MFN, "4% for 71: the only rate.")


def test_applicable_duty__prefers_the_provisional_rate_even_if_higher() -> None:
    kind, why = duty(MFN, stated(MeasureKind.DUTY_PROVISIONAL, "5%"))
    assert kind is MeasureKind.DUTY_PROVISIONAL
    assert why == "A provisional rate takes the place of the MFN rate. 5% for 71: the only rate."


@pytest.mark.parametrize(
    ("agreement", "kind"),
    [("3%", MeasureKind.DUTY_AGREEMENT), ("4%", MeasureKind.DUTY_MFN), ("5%", MeasureKind.DUTY_MFN)],
)
def test_applicable_duty__takes_an_agreement_only_where_it_is_lower(agreement: str, kind: MeasureKind) -> None:
    assert duty(MFN, stated(MeasureKind.DUTY_AGREEMENT, agreement))[0] is kind


@pytest.mark.parametrize("origin", ["", "XX", "ZZ"])
def test_applicable_duty__gives_an_unknown_origin_the_general_rate_only(origin: str) -> None:
    provisional = stated(MeasureKind.DUTY_PROVISIONAL, "0%")
    assert duty(MFN, GENERAL, provisional, origin=origin)[0] is MeasureKind.DUTY_GENERAL


def test_applicable_duty__gives_an_origin_without_mfn_no_provisional_rate() -> None:
    assert duty(GENERAL, stated(MeasureKind.DUTY_PROVISIONAL, "0%"))[0] is MeasureKind.DUTY_GENERAL


AGREEMENT = replace(stated(MeasureKind.DUTY_AGREEMENT, "0%"), needs_document="certificate_of_origin")


def chosen(measures: list[Measure], *documents: str) -> Choice | None:
    return choose(measures, documents, lambda those: applicable_duty(those, origin="CO", amount=on_thousand))


def test_choose__takes_an_agreements_rate_with_its_certificate_only() -> None:
    with_it, without = chosen([MFN, AGREEMENT], "certificate_of_origin"), chosen([MFN, AGREEMENT])
    assert with_it is not None
    assert without is not None
    assert (with_it.measure, without.measure) == (AGREEMENT, MFN)
    assert without.why.en.endswith("0% would apply with a certificate of origin.")
    assert without.why.zh.endswith("如有原产地证书,则适用0%。")
    assert "would apply" not in with_it.why.en


def test_choose__says_nothing_of_a_document_that_would_change_nothing() -> None:
    dearer = replace(AGREEMENT, rate=parse_rate("9%"))
    choice = chosen([MFN, dearer])
    assert choice is not None
    assert "would apply" not in choice.why.en


def test_choose__prefers_what_a_document_unlocks_to_the_same_without() -> None:
    quota = replace(MFN, rate=parse_rate("1%"), needs_document="quota_certificate")
    choice = chosen([MFN, quota], "quota_certificate")
    assert choice is not None
    assert choice.measure is quota


def test_choose__names_the_quota_within_which_a_rate_holds() -> None:
    quota = replace(MFN, rate=parse_rate("1%"), needs_document="quota_certificate", quota="09.0150")
    without, within = chosen([MFN, quota]), chosen([MFN, quota], "quota_certificate")
    assert without is not None
    assert without.measure is MFN
    assert without.why.en.endswith("1% would apply with a quota certificate. It holds only within quota 09.0150.")
    assert without.why.zh.endswith("如有配额证,则适用1%。仅在配额09.0150内有效。")
    assert within is not None
    assert within.measure is quota
    assert within.why.en.endswith(" It holds only within quota 09.0150.")


def test_choose__does_not_name_a_measure_that_needs_nothing() -> None:
    provisional = replace(stated(MeasureKind.DUTY_PROVISIONAL, "5%"), needs_document="suspension_notice")
    agreement = replace(AGREEMENT, rate=parse_rate("4.5%"), needs_document="")
    choice = chosen([MFN, provisional, agreement])
    assert choice is not None
    assert (choice.measure, "would apply" in choice.why.en) == (MFN, False)


def test_choose__finds_nothing_where_all_is_locked() -> None:
    assert chosen([AGREEMENT]) is None
