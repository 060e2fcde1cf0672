"""Instruments, authorities and the forecast over HTTP: every caller, every refusal."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import User
from tariffs.models import GuaranteeAuthority, GuaranteeInstrument
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule

PAPER = {
    "kind": "insurance",
    "number": "P-1",
    "guarantor": "An Insurer",
    "amount": "1000.00",
    "valid_from": "2026-11-23",
    "valid_until": "2026-12-01",
    "order_of_use": 1,
}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let every request come at the moment of the test."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def client_of(cast: Cast, who: str | None) -> Client:
    client = Client()
    if who:
        user = User.objects.get(pk=getattr(cast, who).user_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def get(cast: Cast, who: str | None, path: str) -> Any:
    return client_of(cast, who).get(f"/api/v1/tariffs/{path}")


def post(cast: Cast, who: str | None, path: str, body: Any = None, *, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(uuid4())}
    address = f"/api/v1/tariffs/{path}"
    return client_of(cast, who).post(address, body or {}, content_type="application/json", headers=headers)


def of(cast: Cast, rest: str) -> str:
    return f"guarantees/{cast.alder.pk}/{rest}"


@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 201), ("alice", 403), ("charlie", 403), ("olga", 403), ("victor", 403), ("sven", 403), (None, 401)],
)
def test_add_instrument__by_everybody(cast: Cast, at: datetime, who: str | None, status: int) -> None:
    assert post(cast, who, of(cast, "instruments"), PAPER).status_code == status
    assert GuaranteeInstrument.objects.count() == (1 if status == 201 else 0)


def test_add_instrument__shows_what_it_backs_and_what_to_warn_of(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="305000.00")
    first = post(cast, "ada", of(cast, "instruments"), PAPER, key="once")
    assert post(cast, "ada", of(cast, "instruments"), PAPER, key="once").json() == first.json()
    a_charged_debt(cast, at)
    body = client_of(cast, "alice").get(f"/api/v1/companies/{cast.alder.pk}/guarantee").json()
    figures = [body[name] for name in ("limit", "available", "uncovered", "percent_used")]
    assert figures == ["306000.00", "222.22", "0.00", 100]
    opening, paper = body["instruments"]
    claim = body["claims"][0]["id"]
    assert opening["kind"] == "opening_limit"
    assert opening["backs"] == [{"claim_id": claim, "amount": "304777.78"}]
    assert paper["backs"] == [{"claim_id": claim, "amount": "1000.00"}]
    assert (paper["valid_from"], paper["valid_until"]) == ("2026-11-23", "2026-12-01")
    assert body["warnings"] == [
        {"kind": "low_headroom", "instrument_id": None},
        {"kind": "ends_too_early", "instrument_id": paper["id"]},
    ]
    gone = post(cast, "ada", of(cast, f"instruments/{paper['id']}/withdraw"))
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    body = client_of(cast, "alice").get(f"/api/v1/companies/{cast.alder.pk}/guarantee").json()
    assert [body[name] for name in ("limit", "available", "uncovered", "percent_used")] == [
        "305000.00", "0.00", "777.78", 101,
    ]  # fmt: skip
    assert body["warnings"] == [{"kind": "uncovered", "instrument_id": None}]
    again = post(cast, "ada", of(cast, f"instruments/{paper['id']}/withdraw"))
    assert (again.status_code, again.json()["code"]) == (409, "step_not_allowed")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": "NaN"}, 400),
        ({"amount": "-1"}, 400),
        ({"amount": "0.001"}, 400),
        ({"kind": "opening_limit"}, 400),
        ({"kind": "promise"}, 400),
        ({"valid_until": "2026-11-23"}, 400),
        ({"valid_until": "soon"}, 400),
        ({"order_of_use": 0}, 400),
        ({"more": 1}, 400),
        ({"number": "\u0000"}, 400),
    ],
)
def test_add_instrument__refuses_malformed_bodies(
    cast: Cast, at: datetime, changes: dict[str, Any], status: int
) -> None:
    answer = post(cast, "ada", of(cast, "instruments"), PAPER | changes)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not GuaranteeInstrument.objects.exists()


def test_forecast__is_the_companys_and_the_staffs(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at, limit="500.00")
    post(cast, "ada", of(cast, "instruments"), PAPER)
    statuses = {who: get(cast, who, of(cast, "forecast")).status_code for who in ("alice", "charlie", "olga", "victor")}
    assert statuses == {"alice": 200, "charlie": 404, "olga": 200, "victor": 403}
    body = get(cast, "alice", of(cast, "forecast?days=9")).json()
    assert (len(body["days"]), body["currency"]) == (9, "CNY")
    assert body["days"][-1] == {
        "on": "2026-12-01",
        "limit": "500.00",
        "claimed": "0.00",
        "available": "500.00",
        "uncovered": "0.00",
        "changes": [
            {"kind": "instrument_ends", "reference": body["days"][-1]["changes"][0]["reference"], "amount": "-1000.00"}
        ],
    }
    assert len(get(cast, "alice", of(cast, "forecast")).json()["days"]) == 60


@pytest.mark.parametrize(
    ("days", "code"),
    [("0", "forecast_too_long"), ("367", "forecast_too_long"), ("x", "input_invalid"), ("-1", "input_invalid")],
)
def test_forecast__refuses_other_lengths(cast: Cast, at: datetime, days: str, code: str) -> None:
    a_guarantee(cast, at)
    answer = get(cast, "alice", of(cast, f"forecast?days={days}"))
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def grant_body(cast: Cast, **changes: Any) -> dict[str, Any]:
    days = {"valid_from": "2026-11-23", "valid_until": None}
    return {"agent_id": cast.cedar.pk, "sub_limit": "300.00", "sees_balance": True, **days, **changes}


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 201), ("ada", 201), ("charlie", 404), ("olga", 403), ("victor", 403), ("sven", 403), (None, 401)],
)
def test_grant_authority__by_everybody(cast: Cast, at: datetime, who: str | None, status: int) -> None:
    a_guarantee(cast, at)
    assert post(cast, who, of(cast, "authorities"), grant_body(cast)).status_code == status
    assert GuaranteeAuthority.objects.count() == (1 if status == 201 else 0)


def test_list_authorities__shows_both_sides_and_revoking_ends_it(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at)
    made = post(cast, "alice", of(cast, "authorities"), grant_body(cast)).json()
    assert made == {
        "id": made["id"],
        "principal_id": cast.alder.pk,
        "agent_id": cast.cedar.pk,
        "currency": "CNY",
        "sub_limit": "300.00",
        "claimed": "0.00",
        "valid_from": "2026-11-23",
        "valid_until": None,
        "sees_balance": True,
        "state": "granted",
    }
    for who in ("alice", "charlie", "olga"):
        assert get(cast, who, "guarantee-authorities").json()["results"] == [made]
    assert get(cast, "victor", "guarantee-authorities").status_code == 403
    seen = client_of(cast, "charlie").get(f"/api/v1/companies/{cast.alder.pk}/guarantee").json()
    assert (seen["limit"], seen["claims"], seen["instruments"], seen["warnings"]) == ("500000.00", [], [], [])
    assert get(cast, "charlie", of(cast, "forecast")).status_code == 404
    path = of(cast, f"authorities/{made['id']}/revoke")
    assert post(cast, "charlie", path).status_code == 404
    assert post(cast, "alice", path).json()["state"] == "revoked"
    assert client_of(cast, "charlie").get(f"/api/v1/companies/{cast.alder.pk}/guarantee").status_code == 404


@pytest.mark.parametrize(
    "changes", [{"sub_limit": "0"}, {"sub_limit": "x"}, {"agent_id": 0}, {"valid_until": "2026-11-23"}]
)
def test_grant_authority__refuses_malformed_bodies(cast: Cast, at: datetime, changes: dict[str, Any]) -> None:
    a_guarantee(cast, at)
    answer = post(cast, "alice", of(cast, "authorities"), grant_body(cast, **changes))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not GuaranteeAuthority.objects.exists()
