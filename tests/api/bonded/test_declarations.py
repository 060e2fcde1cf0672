"""Declarations over HTTP: who may declare and read, what is refused, what happens once."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from bonded.actions.declarations import declare_consignment, lodge_declaration
from bonded.models import Activity, Declaration, OutgoingCustomsMessage, User
from bonded.rules.permissions import Actor
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal, an_announced_consignment
from tests.situations.customs import a_declared_consignment, a_declared_withdrawal, apply_all, message, store


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def post(client: Client, address: str, *, key: str = "k-1") -> Any:
    return client.post(address, content_type="application/json", headers={"Idempotency-Key": key} if key else {})


def test_lodge_declaration__writes_declaration_and_message_together(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    answer = post(signed_in(cast.alice), f"/api/v1/withdrawals/{withdrawal.pk}/declaration")
    declaration = Declaration.objects.get()
    assert answer.status_code == 201
    assert answer.json() | {"lodged_at": None, "status_changed_at": None, "history": None} == {
        "number": declaration.number,
        "mrn": None,
        "provisional_number": None,
        "kind": "withdrawal",
        "office": "SIM",
        "state": "lodged",
        "debt_state": "not_told",
        "version": 1,
        "lodged_at": None,
        "status_changed_at": None,
        "consignment": None,
        "withdrawal": str(withdrawal.pk),
        "history": None,
    }
    assert [(one["before"], one["after"]) for one in answer.json()["history"]] == [("draft", "lodged")]
    queued = OutgoingCustomsMessage.objects.get()
    assert (queued.state, queued.kind, queued.declaration_id) == ("waiting", "lodge", declaration.pk)
    document = json.loads(queued.body)
    assert (document["number"], document["procedure"]) == (declaration.number, "home_use")
    assert document["declarant"] == {"name": "Alder Trading", "registration_number": "TEST-alder"}
    assert document["goods"] == [
        {
            "hs_code": "71023900",
            "origin": "BW",
            "pieces": 1,
            "weight_carats": "1.000",
            "value": "5000.00",
            "currency": "USD",
        }
    ]
    withdrawal.refresh_from_db()
    assert withdrawal.state == "declared"
    record = Activity.objects.get(act="bonded.declaration.lodge")
    assert record.facts == {"declaration": declaration.number}


def test_lodge_declaration__repeated_with_its_key_happens_once(cast: Cast, at: datetime) -> None:
    address = f"/api/v1/withdrawals/{a_requested_withdrawal(cast, at).pk}/declaration"
    client = signed_in(cast.alice)
    first, again = post(client, address), post(client, address)
    assert (again.status_code, again.content) == (201, first.content)
    assert OutgoingCustomsMessage.objects.count() == 1


def test_lodge_declaration__of_declared_goods_is_refused(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    answer = post(signed_in(cast.alice), f"/api/v1/withdrawals/{declaration.withdrawal_id}/declaration")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_declared")
    assert answer.json()["facts"] == {
        "declaration_id": declaration.pk,
        "number": declaration.number,
        "state": "lodged",
    }
    assert (Declaration.objects.count(), OutgoingCustomsMessage.objects.count()) == (1, 1)


def test_lodge_declaration__may_be_done_again_after_the_office_returned_it(cast: Cast, at: datetime) -> None:
    first = a_declared_withdrawal(cast, at)
    store(message(first, 1, "E", at=at), at=at)
    apply_all(at)
    answer = post(signed_in(cast.bob), f"/api/v1/withdrawals/{first.withdrawal_id}/declaration")
    assert answer.status_code == 201
    assert list(Declaration.objects.order_by("pk").values_list("state", flat=True)) == ["rejected", "lodged"]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("charlie", 404, "not_found"),
        ("sven", 403, "not_permitted"),
        ("olga", 403, "not_permitted"),
        ("victor", 403, "not_permitted"),
        ("audrey", 403, "not_permitted"),
        (None, 401, "not_signed_in"),
    ],
)
def test_lodge_declaration__is_refused_to_others(
    cast: Cast, at: datetime, who: str | None, status: int, code: str
) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    client = signed_in(getattr(cast, who)) if who else Client()
    answer = post(client, f"/api/v1/withdrawals/{withdrawal.pk}/declaration")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Declaration.objects.count() == 0


def test_lodge_declaration__without_a_key_is_refused(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    answer = post(signed_in(cast.alice), f"/api/v1/withdrawals/{withdrawal.pk}/declaration", key="")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert Declaration.objects.count() == 0


def test_lodge_declaration__to_an_office_that_nobody_knows_is_refused(cast: Cast, at: datetime) -> None:
    from bonded.rules.customs_offices import OfficeUnknown

    withdrawal = a_requested_withdrawal(cast, at)
    with pytest.raises(OfficeUnknown) as refusal:
        lodge_declaration(withdrawal_id=withdrawal.pk, office="ATLANTIS", actor=cast.alice, at=at)
    assert refusal.value.facts == {"known": ["CNSW", "GBCDS", "SIM"]}
    assert Declaration.objects.count() == 0


def test_declare_consignment__fixes_its_lines_and_sums_them(cast: Cast, at: datetime) -> None:
    lots: list[dict[str, Any]] = [
        {"hs_code": "71023900"},
        {"hs_code": "71023900", "pieces": 3},
        {"hs_code": "71039100", "origin": "MM"},
    ]
    consignment = an_announced_consignment(cast, at, lots=lots)
    answer = post(signed_in(cast.sven), f"/api/v1/consignments/{consignment.reference}/declaration")
    assert (answer.status_code, answer.json()["consignment"]) == (201, consignment.reference)
    consignment.refresh_from_db()
    assert consignment.state == "declared"
    document = json.loads(OutgoingCustomsMessage.objects.get().body)
    assert document["procedure"] == "into_bond"
    assert [(one["hs_code"], one["origin"], one["pieces"], one["value"]) for one in document["goods"]] == [
        ("71023900", "BW", 4, "10000.00"),
        ("71039100", "MM", 1, "5000.00"),
    ]


def test_declare_consignment__without_lines_is_refused_whole(cast: Cast, at: datetime) -> None:
    consignment = an_announced_consignment(cast, at, lots=[])
    answer = post(signed_in(cast.sven), f"/api/v1/consignments/{consignment.reference}/declaration")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_declare")
    consignment.refresh_from_db()
    assert (consignment.state, Declaration.objects.count()) == ("announced", 0)


@pytest.mark.parametrize("who", ["alice", "olga", "victor", "audrey"])
def test_declare_consignment__is_refused_to_others(cast: Cast, at: datetime, who: str) -> None:
    from bonded.rules.errors import NotPermitted

    consignment = an_announced_consignment(cast, at)
    with pytest.raises(NotPermitted):
        declare_consignment(consignment_id=consignment.pk, actor=getattr(cast, who), at=at)
    assert Declaration.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        ("alice", ["withdrawal"]),
        ("bob", ["withdrawal"]),
        ("charlie", []),
        ("sven", ["into_bond"]),
        ("olga", ["into_bond", "withdrawal"]),
        ("victor", ["into_bond", "withdrawal"]),
        ("ada", ["into_bond", "withdrawal"]),
        ("audrey", ["into_bond", "withdrawal"]),
    ],
)
def test_list_declarations__shows_each_their_own(cast: Cast, at: datetime, who: str, kinds: list[str]) -> None:
    declarations = [a_declared_withdrawal(cast, at), a_declared_consignment(cast, at)]
    client = signed_in(getattr(cast, who))
    page = client.get("/api/v1/declarations").json()
    assert [one["kind"] for one in page["results"]] == kinds
    for declaration in declarations:
        answer = client.get(f"/api/v1/declarations/{declaration.number}")
        assert answer.status_code == (200 if declaration.kind in kinds else 404)


def test_list_declarations__is_refused_to_nobody_in_particular(client: Client, cast: Cast) -> None:
    assert client.get("/api/v1/declarations").status_code == 401


def test_get_declaration__tells_how_it_came_to_its_state(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    apply_all(at)
    answer = signed_in(cast.alice).get(f"/api/v1/declarations/{declaration.number}").json()
    assert (answer["state"], answer["mrn"]) == ("received", "530100000000000001")
    assert [(one["sequence"], one["status"], one["after"]) for one in answer["history"]] == [
        (None, None, "lodged"),
        (1, "L", "received"),
    ]
