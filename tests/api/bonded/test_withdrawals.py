"""Withdrawals, consignments and holds over HTTP: every caller, every refusal, once for one key."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import ApiToken, Hold, Lot, Membership, User, Withdrawal
from bonded.rules.permissions import Actor
from tests.situations.bonded import (
    a_released_withdrawal,
    a_requested_withdrawal,
    a_sealed_lot,
    a_withdrawal_ready_to_leave,
    an_accepted_consignment,
    an_announced_consignment,
    weighings_as_declared,
)

EVERYBODY = ["alice", "bob", "charlie", "olga", "victor", "ada", "audrey", "sven", None]


def client_of(actor: Actor | None) -> Client:
    client = Client()
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id or 0), backend="django.contrib.auth.backends.ModelBackend")
    return client


def call(actor: Actor | None, path: str, body: Any = None, *, key: str | None = "", method: str = "post") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
    client = client_of(actor)
    if method == "get":
        return client.get(f"/api/v1{path}")
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def actor_named(cast, name: str | None) -> Actor | None:
    return getattr(cast, name) if name else None


@pytest.mark.parametrize(
    ("path", "body", "allowed", "refused_as_missing"),
    [
        ("/withdrawals/{id}/cancel", None, {"alice", "bob"}, {"charlie"}),
        ("/withdrawals/{id}/refuse", {"reason": "no"}, {"olga"}, set()),
    ],
)
@pytest.mark.parametrize("who", EVERYBODY)
def test_acts_on_a_requested_withdrawal__by_caller(cast, at, who, path, body, allowed, refused_as_missing):
    withdrawal = a_requested_withdrawal(cast, at)

    response = call(actor_named(cast, who), path.format(id=withdrawal.pk), body)

    expected = 200 if who in allowed else 404 if who in refused_as_missing else 401 if who is None else 403
    assert response.status_code == expected
    withdrawal.refresh_from_db()
    assert (withdrawal.state == "requested") is (expected != 200)


@pytest.mark.parametrize("who", EVERYBODY)
def test_release_withdrawal__by_caller(cast, at, who):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)

    response = call(actor_named(cast, who), f"/withdrawals/{withdrawal.pk}/release")

    assert response.status_code == (200 if who == "olga" else 401 if who is None else 403)
    withdrawal.refresh_from_db()
    assert withdrawal.state == ("released" if who == "olga" else "declared")


@pytest.mark.parametrize("who", EVERYBODY)
def test_get_withdrawal__by_caller(cast, at, who):
    withdrawal = a_requested_withdrawal(cast, at)

    one = call(actor_named(cast, who), f"/withdrawals/{withdrawal.pk}", method="get")
    listed = call(actor_named(cast, who), "/withdrawals", method="get")

    sees = who in {"alice", "bob", "olga", "victor", "ada", "audrey"}
    assert one.status_code == (200 if sees else 401 if who is None else 404)
    if who is not None:
        assert [row["id"] for row in listed.json()["results"]] == ([str(withdrawal.pk)] if sees else [])


def test_request_withdrawal__tells_everything_about_it(cast, at):
    lot = a_sealed_lot(cast, at)

    response = call(cast.alice, "/withdrawals", {"stock_numbers": [lot.stock_number], "procedure": "home_use"})

    assert response.status_code == 201
    answer = response.json()
    assert answer | {"id": "", "requested_at": ""} == {
        "id": "",
        "requested_at": "",
        "company": "Alder Trading",
        "procedure": "home_use",
        "state": "requested",
        "needs_countersignature": False,
        "approved_at": None,
        "decided_at": None,
        "refusal_reason": "",
        "handed_over_at": None,
        "lots": [
            {
                "stock_number": lot.stock_number,
                "pieces": 1,
                "weight_carats": "1.000",
                "value": "5000.00",
                "currency": "USD",
                "is_transaction_value": False,
            }
        ],
        "clearances": answer["clearances"],
        "missing_clearances": answer["missing_clearances"],
    }
    assert "customs_released" in answer["missing_clearances"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"stock_numbers": [], "procedure": "home_use"},
        {"stock_numbers": "D-1", "procedure": "home_use"},
        {"stock_numbers": ["D-1"], "procedure": "picnic"},
        {"stock_numbers": ["D-1"], "procedure": "home_use", "extra": 1},
        {"stock_numbers": ["x" * 41], "procedure": "home_use"},
        [],
        '"text"',
    ],
)
def test_request_withdrawal__refuses_malformed_bodies(cast, body):
    response = call(cast.alice, "/withdrawals", body)

    assert (response.status_code, response.json()["code"]) == (400, "input_invalid")
    assert response["Content-Type"] == "application/problem+json"
    assert Withdrawal.objects.count() == 0


@pytest.mark.parametrize(
    "raw",
    [
        b'{"procedure": "home_use", "procedure": "re_export", "stock_numbers": ["D"]}',
        b'{"stock_numbers": [NaN], "procedure": "home_use"}',
        b'{"stock_numbers": ["D"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 30 + b"1" + b"}" * 30,
    ],
)
def test_json__is_read_strictly(cast, raw):
    response = client_of(cast.alice).post(
        "/api/v1/withdrawals", raw, content_type="application/json", headers={"Idempotency-Key": "k"}
    )

    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


def test_request_withdrawal__happens_once_for_one_key(cast, at):
    lot, other = a_sealed_lot(cast, at), a_sealed_lot(cast, at)
    body = {"stock_numbers": [lot.stock_number], "procedure": "home_use"}

    first = call(cast.alice, "/withdrawals", body, key="same")
    again = call(cast.alice, "/withdrawals", body, key="same")
    reused = call(cast.alice, "/withdrawals", {**body, "stock_numbers": [other.stock_number]}, key="same")
    missing = call(cast.alice, "/withdrawals", body, key=None)
    colleague = call(cast.bob, "/withdrawals", {**body, "stock_numbers": [other.stock_number]}, key="same")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
    assert colleague.status_code == 201
    assert Withdrawal.objects.count() == 2


def test_refused_call__may_be_repeated_with_its_key_once_the_reason_is_gone(cast, at):
    lot = a_sealed_lot(cast, at)
    call(cast.olga, f"/lots/{lot.stock_number}/holds", {"kind": "customs", "reason": "papers"})
    body = {"stock_numbers": [lot.stock_number], "procedure": "home_use"}

    refused = call(cast.alice, "/withdrawals", body, key="same")
    call(cast.olga, f"/holds/{Hold.objects.get().pk}/lift", {"reason": "papers came"})
    let = call(cast.alice, "/withdrawals", body, key="same")

    # A lot on hold is on nobody's list, so a buyer learns nothing about the hold.
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert let.status_code == 201


def test_release_token__opens_the_door_once_and_is_kept_nowhere(cast, at):
    withdrawal = a_released_withdrawal(cast, at)

    token = call(cast.alice, f"/withdrawals/{withdrawal.pk}/release-token").json()["token"]
    rival = call(cast.charlie, f"/withdrawals/{withdrawal.pk}/release-token")
    first = call(cast.victor, "/hand-overs", {"token": token, "witness": "vera"})
    second = call(cast.victor, "/hand-overs", {"token": token, "witness": "vera"})

    assert rival.status_code == 404
    assert (first.status_code, first.json()["state"]) == (201, "handed_over")
    assert (second.status_code, second.json()["code"]) == (409, "token_not_valid")


@pytest.mark.parametrize("witness", ["alice", "nobody", "victor"])
def test_hand_over__needs_a_second_keeper(cast, at, witness):
    withdrawal = a_released_withdrawal(cast, at)
    token = call(cast.alice, f"/withdrawals/{withdrawal.pk}/release-token").json()["token"]

    response = call(cast.victor, "/hand-overs", {"token": token, "witness": witness})

    assert response.status_code == (409 if witness == "victor" else 404)
    withdrawal.refresh_from_db()
    assert withdrawal.state == "released"


def test_receive_consignment__takes_weighings_and_says_how_the_lots_stand(cast, at):
    consignment = an_accepted_consignment(cast, at, lots=[{}, {}])
    weighings = [
        {
            "stock_number": one.stock_number,
            "pieces": one.pieces,
            "weight_carats": str(one.weight_carats),
            "seal_number": one.seal_number,
            "location": one.location_code,
        }
        for one in weighings_as_declared(consignment)
    ]
    weighings[1]["weight_carats"] = "0.900"
    path = f"/consignments/{consignment.reference}/receipt"

    response = call(cast.victor, path, {"scale": "BAL-1", "witness": "vera", "weighings": weighings})

    assert response.status_code == 201
    answer = response.json()
    assert (answer["state"], answer["lots"], answer["lots_on_hold"], answer["weight_carats"]) == (
        "received",
        2,
        1,
        "1.900",
    )


@pytest.mark.parametrize("who", EVERYBODY)
def test_place_hold__by_caller(cast, at, who):
    lot = a_sealed_lot(cast, at)

    response = call(actor_named(cast, who), f"/lots/{lot.stock_number}/holds", {"kind": "customs", "reason": "why"})

    may = who in {"olga", "victor", "ada"}
    assert response.status_code == (201 if may else 401 if who is None else 403)
    assert Lot.objects.get(pk=lot.pk).is_on_hold is may


def test_token__acts_in_its_membership_until_it_is_revoked(cast, at):
    a_requested_withdrawal(cast, at)
    membership = Membership.objects.get(user_id=cast.alice.user_id)
    token, secret = ApiToken.objects.create(user=membership.user, membership=membership, name="till", prefix="btp_")
    headers = {"Authorization": f"Token {secret}"}

    seen = Client().get("/api/v1/withdrawals", headers=headers)
    me = Client().get("/api/v1/me", headers=headers)
    token.delete()
    revoked = Client().get("/api/v1/withdrawals", headers=headers)

    assert len(seen.json()["results"]) == 1
    assert (me.json()["role"], me.json()["companies"]) == ("buyer", ["Alder Trading"])
    assert revoked.status_code == 401
    assert secret not in ApiToken.objects.values_list("digest", flat=True)


def test_list_withdrawals__pages_by_cursor_without_repeats(cast, at):
    made = {str(a_requested_withdrawal(cast, at).pk) for _ in range(5)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = call(cast.alice, f"/withdrawals?limit=2{f'&cursor={cursor}' if cursor else ''}", method="get").json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next_cursor"]

    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "limit=-1", "cursor=W10"])
def test_list_withdrawals__refuses_wrong_pages(cast, query):
    assert call(cast.alice, f"/withdrawals?{query}", method="get").status_code == 400


def test_unknown_address__is_a_problem_document_for_the_api(cast):
    response = call(cast.alice, f"/withdrawals/{uuid4()}", method="get")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_schema__is_served_and_has_a_browsable_page(cast):
    schema = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    docs = Client().get("/api/v1/docs/")

    assert schema.json()["openapi"].startswith("3.1")
    assert docs.status_code == 200
    assert "cdn" not in docs.content.decode()
    # The content security policy refuses scripts and styles that stand in the page itself.
    assert re.findall(r"<style|<script>|\son\w+=", docs.content.decode()) == []


def test_key__of_one_company_gives_nothing_to_another_of_the_same_person(cast, at):
    lot, other = a_sealed_lot(cast, at), a_sealed_lot(cast, at)
    mine = Membership.objects.get(user_id=cast.alice.user_id)
    theirs = Membership.objects.create(user=mine.user, company=cast.cedar, role="buyer")
    made = []
    for membership, one in ((mine, lot), (theirs, other)):
        _, secret = ApiToken.objects.create(user=mine.user, membership=membership, name="till", prefix="btp_")
        made.append(
            Client().post(
                "/api/v1/withdrawals",
                {"stock_numbers": [one.stock_number], "procedure": "home_use"},
                content_type="application/json",
                headers={"Authorization": f"Token {secret}", "Idempotency-Key": "same"},
            )
        )

    assert [answer.status_code for answer in made] == [201, 201]
    assert [answer.json()["company"] for answer in made] == ["Alder Trading", "Cedar Gems"]


def test_token__of_another_persons_membership_acts_for_nobody(cast):
    olgas = Membership.objects.get(user_id=cast.olga.user_id)
    charlie = User.objects.get(pk=cast.charlie.user_id)
    _, secret = ApiToken.objects.create(user=charlie, membership=olgas, name="till", prefix="btp_")

    assert Client().get("/api/v1/me", headers={"Authorization": f"Token {secret}"}).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/withdrawals?cursor=%00", "/consignments/%00", "/declarations/%00", "/lots/%00", "/holds/1" + "0" * 30 + "/lift"],
)
def test_hostile_addresses__are_refused_without_an_error_of_ours(cast, path):
    body = {"reason": "x"} if path.endswith("lift") else None
    response = call(cast.olga, path, body, method="post" if body else "get")

    assert response.status_code in (400, 404)
    assert response["Content-Type"] == "application/problem+json"


def test_empty_file__is_refused_as_a_whole(cast, at):
    consignment = an_announced_consignment(cast, at, lots=[])
    response = client_of(cast.sven).post(
        f"/api/v1/consignments/{consignment.reference}/files", b"", content_type="text/csv"
    )

    assert response.status_code == 202


def test_json__refuses_half_characters(cast):
    response = client_of(cast.alice).post(
        "/api/v1/withdrawals",
        b'{"stock_numbers": ["\\ud800"], "procedure": "home_use"}',
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )

    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("witness", ["vera", "nobody"])
def test_hand_over__tells_a_buyer_nothing_of_who_keeps_the_vault(cast, witness):
    response = call(cast.alice, "/hand-overs", {"token": "x", "witness": witness})

    assert (response.status_code, response.json()["code"]) == (403, "not_permitted")


def test_admin_sign_in__is_the_one_with_limits(db):
    response = Client().get("/admin/login/?next=/admin/")

    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/account/login/")


@pytest.mark.parametrize("who", EVERYBODY)
def test_approve_withdrawal__is_an_officers_and_only_of_what_two_let_go(cast, at, who):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)

    response = call(actor_named(cast, who), f"/withdrawals/{withdrawal.pk}/approve")

    assert response.status_code == (400 if who == "olga" else 401 if who is None else 403)
    withdrawal.refresh_from_db()
    assert withdrawal.approved_by_id is None
