"""Assessments open with the withdrawal, are kept whole, and come out the same when run again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from bonded.queries.withdrawals import granted_clearances
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Clearance, Procedure
from tariffs.actions.assessments import assess_withdrawal
from tariffs.actions.versions import publish_versions
from tariffs.models import Assessment
from tariffs.queries.assessments import differences_when_run_again
from tariffs.rules.exchange_rates import ExchangeRateMissing
from tariffs.rules.schedule import MeasureMissing
from tests.cast import Cast
from tests.situations.tariffs import a_measure, a_schedule, an_assessed_withdrawal


def test_request_withdrawal__opens_an_assessment(cast: Cast, at) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    assessment = Assessment.objects.get(withdrawal=withdrawal)
    assert (assessment.total_minor, assessment.currency, assessment.rules_version) == (305_777_78, "CNY", "CN-2024-12")
    assert assessment.company_id == cast.alder.pk
    line = assessment.lines.get()
    assert len(line.measure_versions) == 3
    assert line.rate_versions == []
    assert [step["figure"] for step in line.steps][-1] == "total"
    assert Clearance.DUTY_ASSESSED in granted_clearances(withdrawal.pk)


def test_request_withdrawal__for_re_export_owes_nothing_and_opens_none(cast: Cast, at) -> None:
    a_schedule(at)
    an_assessed_withdrawal(cast, at, procedure=Procedure.RE_EXPORT)
    assert Assessment.objects.count() == 0


def test_request_withdrawal__stands_although_the_schedule_has_a_gap(cast: Cast, at) -> None:
    withdrawal = an_assessed_withdrawal(cast, at)
    assert Assessment.objects.count() == 0
    assert Clearance.DUTY_ASSESSED not in granted_clearances(withdrawal.pk)
    with pytest.raises(MeasureMissing):
        assess_withdrawal(withdrawal_id=withdrawal.pk, actor=SYSTEM, at=at)
    a_schedule(at)
    assess_withdrawal(withdrawal_id=withdrawal.pk, actor=SYSTEM, at=at)
    assert Clearance.DUTY_ASSESSED in granted_clearances(withdrawal.pk)


def test_assess_withdrawal__refuses_money_without_a_rate(cast: Cast, at) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at, currency="EUR")
    with pytest.raises(ExchangeRateMissing):
        assess_withdrawal(withdrawal_id=withdrawal.pk, actor=SYSTEM, at=at)
    assert Assessment.objects.count() == 0


def test_assess_withdrawal__is_done_once_a_day_and_follows_the_rates_of_the_day(cast: Cast, at) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    same = assess_withdrawal(withdrawal_id=withdrawal.pk, actor=SYSTEM, at=at + timedelta(hours=1))
    assert Assessment.objects.count() == 1
    tomorrow = at + timedelta(days=1)
    publish_versions([a_measure("duty_mfn", "7103", "3%")], actor=SYSTEM, at=tomorrow)
    new = assess_withdrawal(withdrawal_id=withdrawal.pk, actor=SYSTEM, at=tomorrow)
    assert (same.duty_minor, new.duty_minor) == (40_000_00, 30_000_00)
    assert (same.position, new.position) == (1, 2)
    assert [list(differences_when_run_again(assessment)) for assessment in (same, new)] == [[], []]


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(
    ("change", "is_difference"),
    [
        ("duty_minor = duty_minor - 1", True),
        ("steps = jsonb_set(steps, '{2,exact}', '\"40000.01\"')", True),
        ("steps = jsonb_set(steps, '{2,inputs,rate}', '\"5%\"')", True),
        # Sentences may be worded better one day; what was said then stays stored.
        ("steps = jsonb_set(steps, '{2,why,en}', '\"Because.\"')", False),
        ("steps = jsonb_set(steps, '{2,name}', '{\"en\": \"Duty\"}')", False),
    ],
)
def test_differences_when_run_again__shows_what_was_changed_behind_its_back(
    cast: Cast, at, change: str, is_difference: bool
) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    connection.check_constraints()
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ALTER TABLE tariffs_assessmentline DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE tariffs_assessmentline SET {change}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tariffs_assessmentline ENABLE TRIGGER USER")
    assessment = Assessment.objects.get(withdrawal=withdrawal)
    found = [f"{assessment.pk} lot {assessment.lines.get().lot_id}"] if is_difference else []
    assert list(differences_when_run_again(assessment)) == found
