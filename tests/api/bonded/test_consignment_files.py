"""Cancelling an import over HTTP."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.models import Company, ConsignmentFile, Membership, User
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment
from tests.situations.web_clients import signed_in

KEY = {"Idempotency-Key": "one"}


def a_waiting_file(cast: Cast, at: datetime) -> str:
    """Sven has sent a file; gives where it is cancelled."""
    one = an_announced_consignment(cast, at, lots=())
    content = b"kind,hs_code,carat,price\npolished_diamond,710239,1.01,5000\n"
    file = store_consignment_file(
        consignment_id=one.pk, file_name="a.csv", content=content, defaults={}, actor=cast.sven, at=at
    )
    return f"/api/v1/consignment-files/{file.pk}/cancel"


def test_cancel__stops_an_import_once_and_answers_the_same_key_alike(cast: Cast, at: datetime) -> None:
    address, sven = a_waiting_file(cast, at), signed_in("sven")

    first, second = (sven.post(address, headers=KEY) for _ in range(2))
    other = sven.post(address, headers={"Idempotency-Key": "two"})

    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    assert (second.json(), second["Idempotency-Replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (409, "step_not_allowed")


def test_cancel__refuses_what_is_done(cast: Cast, at: datetime) -> None:
    address = a_waiting_file(cast, at)
    import_stored_file(file_id=ConsignmentFile.objects.get().pk, now=lambda: at)

    refused = signed_in("sven").post(address, headers=KEY)

    assert (refused.status_code, refused.json()["facts"]["current"]) == (409, "done")
    assert ConsignmentFile.objects.get().lots_made == 1


def test_cancel__is_its_suppliers(cast: Cast, at: datetime) -> None:
    address = a_waiting_file(cast, at)
    company = Company.objects.create(name="Other", kind="supplier", registration_number="X-1", country="BE")
    Membership.objects.create(user=User.objects.create(username="olaf"), company=company, role="supplier")

    assert Client().post(address, headers=KEY).status_code == 401
    assert signed_in("olaf").post(address, headers=KEY).status_code == 404
    assert signed_in("sven").post(address).json()["code"] == "idempotency_key_missing"
    for username in ("alice", "victor", "olga", "audrey"):
        assert signed_in(username).post(address, headers=KEY).status_code == 403
    assert ConsignmentFile.objects.get().state == "waiting"
