"""The schedule, landed costs, duty, guarantees, books and statements over HTTP: every caller, every refusal."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from bonded.models import Lot, User
from bonded.rules.permissions import SYSTEM, Actor
from tariffs.actions.versions import publish_versions
from tariffs.models import BankFile, DutyDebt, GuaranteeAccount, GuaranteeReservation, PaymentMatch
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot
from tests.situations.tariffs import (
    GEM,
    a_charged_debt,
    a_guarantee,
    a_measure,
    a_schedule,
    an_assessed_withdrawal,
    camt053,
    imported,
)

EVERYBODY = ["alice", "bob", "charlie", "olga", "victor", "ada", "audrey", "sven", None]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let every request come at the moment of the test."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def client_of(cast: Cast, who: str | None) -> Client:
    client = Client()
    if who:
        actor: Actor = getattr(cast, who)
        client.force_login(User.objects.get(pk=actor.user_id or 0), backend="django.contrib.auth.backends.ModelBackend")
    return client


def get(cast: Cast, who: str | None, path: str) -> Any:
    return client_of(cast, who).get(f"/api/v1{path}")


def send(
    cast: Cast, who: str | None, path: str, body: Any = None, *, key: str | None = "", method: str = "post"
) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
    call = getattr(client_of(cast, who), method)
    return call(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)


def statuses(cast: Cast, path: str, **request: Any) -> dict[str | None, int]:
    """Give the status that everybody gets for a path that changes nothing."""
    return {who: get(cast, who, path).status_code for who in EVERYBODY}


SIGNED_IN = dict.fromkeys(EVERYBODY, 200) | {None: 401}


# The schedule.


def test_list_measures__is_open_to_everybody_signed_in(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    assert statuses(cast, "/tariffs/measures") == SIGNED_IN
    assert statuses(cast, "/tariffs/exchange-rates") == SIGNED_IN


def test_list_measures__gives_what_covers_a_code_on_a_day(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    body = get(cast, "alice", "/tariffs/measures?hs_code=7103.91.00&on=2026-11-23").json()
    rates = [(row["kind"], row["hs_code"], row["rate"]) for row in body["results"]]
    assert rates == [("duty_mfn", "7103", "4%"), ("consumption_tax", "7103", "10%"), ("vat", "71", "13%")]
    assert body["results"][0] == {
        "version": body["results"][0]["version"],
        "jurisdiction": "CN",
        "kind": "duty_mfn",
        "hs_code": "7103",
        "origin": "",
        "needs_document": "",
        "quota": "",
        "regime": "",
        "rate": "4%",
        "valid_from": "2019-04-01",
        "valid_until": None,
        "source": "test",
        "mark": "D",
        "is_verified": False,
    }
    assert get(cast, "alice", "/tariffs/measures?on=2019-03-31").json()["results"] == []


def test_list_measures__pages_by_key(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    first = get(cast, "alice", "/tariffs/measures?limit=3").json()
    rest = get(cast, "alice", f"/tariffs/measures?limit=3&cursor={first['next_cursor']}").json()
    assert (len(first["results"]), len(rest["results"]), rest["next_cursor"]) == (3, 1, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("on=yesterday", "day_invalid"),
        ("on=2026-13-01", "day_invalid"),
        ("hs_code=71x", "hs_code_invalid"),
        ("limit=0", "page_size_invalid"),
        ("cursor=!", "cursor_invalid"),
    ],
)
def test_list_measures__refuses_malformed_questions(cast: Cast, at: datetime, query: str, code: str) -> None:
    answer = get(cast, "alice", f"/tariffs/measures?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == code


def test_list_exchange_rates__writes_rates_as_strings(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    (row,) = get(cast, "alice", "/tariffs/exchange-rates").json()["results"]
    assert (row["currency"], row["rate"], row["quoted"], row["mark"]) == ("USD", "7.10000000", "local_per_unit", "M")


# Landed cost.


def test_get_landed_cost__shows_the_whole_working(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot = a_sealed_lot(cast, at, **GEM)
    body = get(cast, "alice", f"/lots/{lot.stock_number}/landed-cost?on=2026-11-23").json()
    figures = ("customs_value", "duty", "consumption_tax", "vat", "fees", "total", "landed")
    assert [body[name] for name in figures] == [
        "1000000.00", "40000.00", "115555.56", "150222.22", "0.00", "305777.78", "1305777.78",
    ]  # fmt: skip
    assert (body["currency"], body["rules_version"], body["is_verified"]) == ("CNY", "CN-2024-12", False)
    assert [measure["rate"] for measure in body["measures"]] == ["4%", "10%", "13%"]
    duty = next(step for step in body["steps"] if step["figure"] == "duty")
    assert duty == {
        "figure": "duty",
        "name": {"en": "Customs duty", "zh": "关税"},
        "formula": {"en": "rate of the customs value and the quantities", "zh": "完税价格(及数量) × 税率"},
        "inputs": {"base": "1000000.00", "rate": "4%"},
        "exact": "40000",
        "result": "40000.00",
        "rounding": "minor_unit",
        "version": duty["version"],
        "why": {"en": "4% for 7103: the only rate.", "zh": "7103适用4%:唯一税率。"},
    }


def test_get_landed_cost__is_for_who_may_see_the_lot(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot = a_sealed_lot(cast, at, **GEM)
    assert statuses(cast, f"/lots/{lot.stock_number}/landed-cost") == SIGNED_IN
    Lot.objects.filter(pk=lot.pk).update(trade_state="held", buyer=cast.alder)
    expected = SIGNED_IN | {"charlie": 404}
    assert statuses(cast, f"/lots/{lot.stock_number}/landed-cost") == expected


def test_get_landed_cost__names_the_gap_in_the_schedule(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at, **GEM)
    answer = get(cast, "alice", f"/lots/{lot.stock_number}/landed-cost")
    assert (answer.status_code, answer.json()["code"]) == (409, "measure_missing")


# Assessments and duty.


def test_get_assessment__is_the_companys_and_the_staffs(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    assert statuses(cast, f"/withdrawals/{withdrawal.pk}/assessment") == {
        "alice": 200, "bob": 200, "charlie": 404, "olga": 200, "victor": 403, "ada": 200, "audrey": 200, "sven": 403,
        None: 401,
    }  # fmt: skip
    body = get(cast, "alice", f"/withdrawals/{withdrawal.pk}/assessment").json()
    assert (body["total"], body["assessed_on"]) == ("305777.78", "2026-11-23")
    assert [line["total"] for line in body["lines"]] == ["305777.78"]


@pytest.mark.parametrize("path", ["secure-duty", "pay-duty"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 201), ("bob", 201), ("charlie", 404), ("olga", 403), ("victor", 403), ("ada", 403), ("audrey", 403),
     ("sven", 403), (None, 401)],
)  # fmt: skip
def test_settling__by_everybody(cast: Cast, at: datetime, path: str, who: str | None, status: int) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    answer = send(cast, who, f"/withdrawals/{withdrawal.pk}/{path}")
    assert answer.status_code == status
    settled = GuaranteeReservation.objects.count() + DutyDebt.objects.count()
    assert settled == (1 if status == 201 else 0)


@pytest.mark.parametrize("path", ["secure-duty", "pay-duty"])
def test_settling__with_the_same_key_happens_once(cast: Cast, at: datetime, path: str) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    first, again = (send(cast, "alice", f"/withdrawals/{withdrawal.pk}/{path}", key="k") for _ in range(2))
    other = send(cast, "alice", f"/withdrawals/{withdrawal.pk}/{path}", key="other")
    assert first.content == again.content
    assert (other.status_code, other.json()["code"]) == (409, "duty_already_settled")
    assert send(cast, "alice", f"/withdrawals/{withdrawal.pk}/{path}", key=None).status_code == 400


def test_secure_duty__tells_the_shortfall(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="300000.00")
    withdrawal = an_assessed_withdrawal(cast, at)
    answer = send(cast, "alice", f"/withdrawals/{withdrawal.pk}/secure-duty")
    assert (answer.status_code, answer.json()["code"]) == (409, "headroom_missing")
    assert answer.json()["facts"]["shortfall"] == "5777.78"


def test_pay_duty__gives_the_reference_to_quote(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    body = send(cast, "alice", f"/withdrawals/{withdrawal.pk}/pay-duty").json()
    assert (body["total"], body["outstanding"], body["due_on"]) == ("305777.78", "305777.78", "2026-12-08")
    assert body["reference"] == DutyDebt.objects.get().reference


def test_list_duty_debts__shows_a_company_its_own(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    listed = {who: get(cast, who, "/duty-debts") for who in EVERYBODY}
    assert {who: answer.status_code for who, answer in listed.items()} == SIGNED_IN | {"victor": 403, "sven": 403}
    assert [row["reference"] for row in listed["alice"].json()["results"]] == [debt.reference]
    assert listed["charlie"].json()["results"] == []


# Guarantees.


def test_get_guarantee__is_the_companys_and_the_staffs(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    a_charged_debt(cast, at)
    path = f"/companies/{cast.alder.pk}/guarantee"
    assert statuses(cast, path) == SIGNED_IN | {"charlie": 404, "victor": 403, "sven": 403}
    body = get(cast, "alice", path).json()
    figures = [body[name] for name in ("limit", "reserved", "used", "available")]
    assert figures == ["500000.00", "0.00", "305777.78", "194222.22"]
    assert [(claim["purpose"], claim["state"]) for claim in body["claims"]] == [("withdrawal", "used")]


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 200), ("alice", 403), ("olga", 403), ("victor", 403), ("audrey", 403), ("sven", 403), (None, 401)],
)
def test_set_guarantee__by_everybody(cast: Cast, at: datetime, who: str | None, status: int) -> None:
    path = f"/companies/{cast.alder.pk}/guarantee"
    assert send(cast, who, path, {"limit": "1000.00"}, method="put").status_code == status
    assert GuaranteeAccount.objects.count() == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    "body", [{}, {"limit": "1.001"}, {"limit": "NaN"}, {"limit": "9" * 24}, {"limit": "1", "x": 1}]
)
def test_set_guarantee__refuses_malformed_bodies(cast: Cast, at: datetime, body: dict[str, Any]) -> None:
    answer = send(cast, "ada", f"/companies/{cast.alder.pk}/guarantee", body, method="put")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert GuaranteeAccount.objects.count() == 0


def test_set_guarantee__of_nobody_is_not_there(cast: Cast, at: datetime) -> None:
    assert send(cast, "ada", "/companies/999999/guarantee", {"limit": "1.00"}, method="put").status_code == 404


def test_set_guarantee__refuses_a_negative_limit(cast: Cast, at: datetime) -> None:
    answer = send(cast, "ada", f"/companies/{cast.alder.pk}/guarantee", {"limit": "-1.00"}, method="put")
    assert answer.status_code == 409
    assert GuaranteeAccount.objects.count() == 0


# The books and the bank.


def test_list_ledger_balances__is_the_administrators_and_the_auditors(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    a_charged_debt(cast, at)
    allowed = dict.fromkeys(EVERYBODY, 403) | {"ada": 200, "audrey": 200, None: 401}
    assert statuses(cast, "/ledger/balances") == allowed
    rows = get(cast, "ada", "/ledger/balances").json()["results"]
    assert [(row["code"], row["name"], row["balance"]) for row in rows] == [
        ("1100", "receivable", "305777.78"),
        ("2100", "customs_duty", "-40000.00"),
        ("2110", "customs_consumption_tax", "-115555.56"),
        ("2120", "customs_vat", "-150222.22"),
    ]
    before = get(cast, "ada", "/ledger/balances?on=2026-11-22").json()["results"]
    assert {row["balance"] for row in before} == {"0.00"}
    assert get(cast, "ada", "/ledger/balances?on=2026-11-23").json()["results"] == rows


def upload(cast: Cast, who: str | None, content: bytes, content_type: str = "application/xml") -> Any:
    return client_of(cast, who).post("/api/v1/bank-statements", content, content_type=content_type)


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 201), ("alice", 403), ("olga", 403), ("victor", 403), ("audrey", 403), ("sven", 403), (None, 401)],
)
def test_import_bank_statement__by_everybody(cast: Cast, at: datetime, who: str | None, status: int) -> None:
    assert upload(cast, who, camt053(("1.00", "CRDT", "x"))).status_code == status
    assert BankFile.objects.count() == (1 if status == 201 else 0)


def test_import_bank_statement__takes_the_same_bytes_once(cast: Cast, at: datetime) -> None:
    content = camt053(("1.00", "CRDT", "x"))
    first, again = upload(cast, "ada", content), upload(cast, "ada", content)
    assert (first.json()["statements"], first.json()["lines"]) == (["S1"], 1)
    assert (again.status_code, again.json()["code"]) == (409, "statement_already_imported")
    assert again.json()["facts"]["file_id"] == first.json()["id"]


@pytest.mark.parametrize(("form", "content_type"), [("sta", "text/plain"), ("csv", "text/csv")])
def test_import_bank_statement__takes_the_other_forms(cast: Cast, at: datetime, form: str, content_type: str) -> None:
    content = (Path(settings.BASE_DIR) / f"tariffs/samples/bank/statement.{form}").read_bytes()
    answer = upload(cast, "ada", content, content_type)
    assert (answer.status_code, answer.json()["lines"]) == (201, 4)
    broken = upload(cast, "ada", content.replace(b"48210", b"48O10"), content_type)
    assert broken.status_code == 400
    assert broken.json()["code"] == ("amount_invalid" if form == "csv" else "statement_unreadable")
    assert broken.json()["facts"]["line"] == (4 if form == "csv" else 12)
    assert BankFile.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/xml", 400),
        (b"<a", "application/xml", 400),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml", 400),
        (b"\x00" * 100, "application/xml", 400),
        (b"{}", "application/json", 415),
    ],
)
def test_import_bank_statement__refuses_what_is_none(
    cast: Cast, at: datetime, content: bytes, content_type: str, status: int
) -> None:
    answer = upload(cast, "ada", content, content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert BankFile.objects.count() == 0


def test_bank_statements__are_matched_and_booked_over_http(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    file = upload(cast, "ada", camt053(("305777.78", "CRDT", debt.reference), ("1.00", "CRDT", "?"))).json()
    (match,) = send(cast, "ada", f"/bank-statements/{file['id']}/match").json()["results"]
    assert (match["rule"], match["debt_id"], match["is_booked"]) == ("reference_and_amount", str(debt.pk), False)
    booked = send(cast, "ada", f"/payment-matches/{match['id']}/book").json()
    assert (booked["state"], booked["outstanding"]) == ("paid", "0.00")
    lines = get(cast, "ada", f"/bank-statements/{file['id']}/lines").json()["results"]
    shown = [(line["amount"], line["match"] and line["match"]["is_booked"]) for line in lines]
    assert shown == [("305777.78", True), ("1.00", None)]


def test_match_line__over_http(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    file = imported(camt053(("1.00", "CRDT", "?")), cast, at)
    line = file.statements.get().lines.get()
    path = f"/bank-statement-lines/{line.pk}/match"
    answers = {who: send(cast, who, path, {"debt_id": str(debt.pk)}).status_code for who in ("alice", "olga", None)}
    assert answers == {"alice": 403, "olga": 403, None: 401}
    assert send(cast, "ada", path, {"debt_id": "x"}).status_code == 400
    assert send(cast, "ada", path, {"debt_id": str(uuid4())}).status_code == 404
    assert PaymentMatch.objects.count() == 0
    assert send(cast, "ada", path, {"debt_id": str(debt.pk)}).json()["rule"] == "by_hand"


def test_bank_statements__of_nobody_are_not_there(cast: Cast, at: datetime) -> None:
    assert send(cast, "ada", "/bank-statements/999999/match").status_code == 404
    assert send(cast, "ada", "/payment-matches/999999/book").status_code == 404


def test_measures__are_told_as_they_were_known(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    publish_versions([a_measure("duty_mfn", "7103", "3%")], actor=SYSTEM, at=at + timedelta(hours=2))

    def rates(**parameters: str) -> list[str]:
        found = client_of(cast, "alice").get("/api/v1/tariffs/measures", {"hs_code": "7103"} | parameters).json()
        return [one["rate"] for one in found["results"] if one["kind"] == "duty_mfn"]

    assert rates() == ["3%"]
    assert rates(known_at="2026-11-23T11:00:00+08:00") == ["4%"]
    assert rates(known_at="2026-11-23T09:00:00+08:00") == []
    for text in ("soon", "2026-11-23", "2026-11-23T11:00:00"):
        answer = get(cast, "alice", f"/tariffs/measures?known_at={text}")
        assert (answer.status_code, answer.json()["code"]) == (400, "moment_invalid")
