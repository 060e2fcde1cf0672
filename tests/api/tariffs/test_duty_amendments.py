"""Amending over HTTP: by whom, malformed, repeated with the same key."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from tariffs.models import DutyAmendment, DutyDebt
from tests.api.tariffs.test_tariffs import EVERYBODY, get, send, statuses
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


@pytest.fixture
def debt(cast: Cast, at: datetime) -> DutyDebt:
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


def path_of(debt: DutyDebt) -> str:
    return f"/withdrawals/{debt.withdrawal_id}/amendments"


def a_body(debt: DutyDebt, **facts: str) -> dict[str, Any]:
    number = debt.assessment.lines.get().lot.stock_number
    return {"reason": "Found in the books.", "lines": [{"stock_number": number, **facts}]}


def test_amend_duty__tells_both_totals_and_the_debts(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    answer = send(cast, "olga", path_of(debt), a_body(debt, customs_value="1100000.00"))
    assert answer.status_code == 201, answer.content
    assert (answer.json()["total_before"], answer.json()["total_after"]) == ("305777.78", "336355.55")
    listed = get(cast, "alice", path_of(debt)).json()
    assert listed["results"] == [answer.json()]
    assert [(row["total"], row["amendment_id"]) for row in listed["debts"]] == [
        ("305777.78", None), ("30577.77", answer.json()["id"]),
    ]  # fmt: skip
    assessment = get(cast, "alice", f"/withdrawals/{debt.withdrawal_id}/assessment").json()
    assert (assessment["id"], assessment["total"]) == (answer.json()["after_id"], "336355.55")


def test_amend_duty__in_another_currency(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    answer = send(cast, "olga", path_of(debt), a_body(debt, customs_value="100000.00", currency="USD"))
    assert answer.json()["total_after"] == "217102.22"


def test_amend_duty__with_the_same_key_happens_once(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    key, body = str(uuid4()), a_body(debt, origin="ZM")
    first, again = (send(cast, "olga", path_of(debt), body, key=key) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    other = send(cast, "olga", path_of(debt), body)
    assert (other.status_code, other.json()["code"]) == (409, "nothing_amended")
    assert DutyAmendment.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("oscar", 201), ("alice", 403), ("charlie", 403), ("victor", 403), ("ada", 403), ("audrey", 403), ("sven", 403),
     (None, 401)],
)  # fmt: skip
def test_amend_duty__by_everybody(cast: Cast, at: datetime, debt: DutyDebt, who: str | None, status: int) -> None:
    assert send(cast, who, path_of(debt), a_body(debt, origin="ZM")).status_code == status
    assert DutyAmendment.objects.count() == (1 if status == 201 else 0)


def test_list_duty_amendments__is_the_companys_and_the_staffs(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    assert statuses(cast, path_of(debt)) == dict.fromkeys(EVERYBODY, 200) | {
        "charlie": 404, "victor": 403, "sven": 403, None: 401,
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        {"customs_value": "1.001"},
        {"customs_value": "NaN"},
        {"customs_value": "1.00", "currency": "yuan"},
        {"hs_code": "7103.91"},
        {"origin": "Zambia"},
        {"weight": "1"},
    ],
)
def test_amend_duty__refuses_malformed_lines(cast: Cast, at: datetime, debt: DutyDebt, line: dict[str, str]) -> None:
    assert send(cast, "olga", path_of(debt), a_body(debt, **line)).status_code in {400, 409}
    assert DutyAmendment.objects.count() == 0


def test_amend_duty__refuses_malformed_bodies(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    whole = a_body(debt, origin="ZM")
    twice = whole | {"lines": whole["lines"] * 2}
    for body in ({"reason": "x"}, {"reason": "x", "lines": []}, whole | {"reason": ""}, whole | {"x": 1}, twice):
        assert send(cast, "olga", path_of(debt), body).status_code == 400
    assert DutyAmendment.objects.count() == 0
