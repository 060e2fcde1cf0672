"""What a lot's value stands on, over HTTP: recorded, read, named by assessments, never changed."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from bonded.actions.withdrawals import release_withdrawal, request_withdrawal
from bonded.models import Lot
from bonded.rules.money import Money
from bonded.rules.withdrawals import Procedure
from tariffs.actions.duty import secure_duty
from tariffs.actions.duty_amendments import amend_duty
from tariffs.models import Assessment, Valuation
from tariffs.queries.assessments import differences_when_run_again, evidence_of
from tariffs.rules.duty_amendments import Correction
from tests.api.tariffs.test_tariffs import EVERYBODY, get, send, statuses
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot
from tests.situations.tariffs import GEM, a_guarantee, a_schedule, cleared_by_customs

INVOICE = {
    "method": "transaction_value",
    "evidence": "invoice",
    "document": "INV-77",
    "amount": "1000000.00",
    "currency": "CNY",
    "documented_on": "2026-11-01",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


@pytest.fixture
def lot(cast: Cast, at: datetime) -> Lot:
    a_schedule(at)
    return a_sealed_lot(cast, at, **GEM)


def path_of(lot: Lot) -> str:
    return f"/lots/{lot.stock_number}/valuations"


def test_record_valuation__the_last_is_in_force_and_the_others_stay(cast: Cast, at: datetime, lot: Lot) -> None:
    first = send(cast, "sven", path_of(lot), INVOICE)
    second = send(cast, "victor", path_of(lot), INVOICE | {"document": "INV-78", "amount": "900000.00"})
    assert (first.status_code, second.status_code) == (201, 201), second.content
    listed = get(cast, "olga", path_of(lot)).json()["results"]
    assert [(one["document"], one["amount"], one["is_the_lots_value"]) for one in listed] == [
        ("INV-78", "900000.00", False), ("INV-77", "1000000.00", True),
    ]  # fmt: skip
    for attack in ("UPDATE tariffs_valuation SET amount_minor = 1", "DELETE FROM tariffs_valuation"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


@pytest.mark.parametrize(
    ("who", "status"),
    [("sven", 201), ("victor", 201), ("ada", 201), ("alice", 403), ("charlie", 403), ("olga", 403), ("audrey", 403),
     (None, 401)],
)  # fmt: skip
def test_record_valuation__by_everybody(cast: Cast, at: datetime, lot: Lot, who: str | None, status: int) -> None:
    assert send(cast, who, path_of(lot), INVOICE).status_code == status
    assert Valuation.objects.count() == (1 if status == 201 else 0)


def test_record_valuation__of_another_suppliers_lot_is_not_there(cast: Cast, at: datetime, lot: Lot) -> None:
    Lot.objects.filter(pk=lot.pk).update(supplier=cast.cedar)
    assert send(cast, "sven", path_of(lot), INVOICE).status_code == 404
    assert get(cast, "sven", path_of(lot)).status_code == 404
    assert Valuation.objects.count() == 0


def test_record_valuation__with_the_same_key_happens_once(cast: Cast, at: datetime, lot: Lot) -> None:
    key = str(uuid4())
    first, again = (send(cast, "sven", path_of(lot), INVOICE, key=key) for _ in range(2))
    assert first.content == again.content
    assert Valuation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"method": "guess"}, 400),
        ({"evidence": "hearsay"}, 400),
        ({"document": ""}, 400),
        ({"amount": "1.001"}, 400),
        ({"currency": "yuan"}, 400),
        ({"documented_on": "today"}, 400),
        ({"x": 1}, 400),
        ({"amount": "0.00"}, 409),
        ({"documented_on": "2026-11-24"}, 409),
        ({"evidence": "appraisal"}, 409),
    ],
)
def test_record_valuation__refuses(cast: Cast, at: datetime, lot: Lot, change: dict[str, Any], status: int) -> None:
    assert send(cast, "sven", path_of(lot), INVOICE | change).status_code == status
    assert Valuation.objects.count() == 0


def test_list_valuations__is_not_for_buyers(cast: Cast, at: datetime, lot: Lot) -> None:
    assert statuses(cast, path_of(lot)) == dict.fromkeys(EVERYBODY, 200) | {
        "alice": 403, "bob": 403, "charlie": 403, None: 401,
    }  # fmt: skip


def test_get_assessment__names_what_the_value_stood_on(cast: Cast, at: datetime, lot: Lot) -> None:
    send(cast, "sven", path_of(lot), INVOICE)
    withdrawal = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    send(cast, "sven", path_of(lot), INVOICE | {"document": "INV-78"})
    path = f"/withdrawals/{withdrawal.pk}/assessment"
    (line,) = get(cast, "olga", path).json()["lines"]
    named = f"transaction_value: invoice INV-77 of 2026-11-01 (valuation:{Valuation.objects.earliest('pk').pk})"
    assert (line["evidence"], line["steps"][0]["inputs"]["evidence"]) == (named, named)
    assert list(differences_when_run_again(Assessment.objects.get())) == []


def test_get_assessment__without_evidence_names_none(cast: Cast, at: datetime, lot: Lot) -> None:
    withdrawal = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    (line,) = get(cast, "alice", f"/withdrawals/{withdrawal.pk}/assessment").json()["lines"]
    assert (line["evidence"], "evidence" in line["steps"][0]["inputs"]) == ("", False)


def test_amend_duty__keeps_the_evidence_of_values_that_stay(cast: Cast, at: datetime, lot: Lot) -> None:
    a_guarantee(cast, at)
    send(cast, "sven", path_of(lot), INVOICE)
    withdrawal = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    secure_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    for correction in (Correction(origin="ZM"), Correction(customs_value=Money(900_000_00, "CNY"))):
        amend_duty(
            withdrawal_id=withdrawal.pk, corrections={lot.stock_number: correction}, reason="Found.", actor=cast.olga,
            at=at,
        )  # fmt: skip
    named = [evidence_of(one.lines.get())[:24] for one in Assessment.objects.order_by("position")]
    assert named == ["transaction_value: invoi", "transaction_value: invoi", ""]
