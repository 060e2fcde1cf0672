"""Guarantees on the administrator's pages: limits, instruments, authorities."""

from __future__ import annotations

from datetime import datetime

from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantee_instruments import GuaranteeInstrument
from tariffs.models.guarantees import GuaranteeAccount
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee
from tests.situations.web_clients import signed_in, words_of

PAPER = {
    "kind": "bank_guarantee",
    "number": "BG-1",
    "guarantor": "<script>alert(1)</script>",
    "amount": "1000.00",
    "valid_from": "2026-11-01",
    "valid_until": "2027-11-01",
    "order_of_use": "2",
}


def test_guarantees__are_for_administrators_and_auditors(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at)
    pages = ("/guarantees", f"/guarantees/{cast.alder.pk}")

    for name in ("alice", "olga", "victor", "sven"):
        assert [signed_in(name).get(one).status_code for one in pages] == [403, 403]
    assert [signed_in("audrey").get(one).status_code for one in pages] == [200, 200]
    for act in ("limit", "instruments", "instruments/withdraw", "authorities", "authorities/revoke"):
        assert signed_in("audrey").post(f"{pages[1]}/{act}", {"limit": "1"}).status_code == 403
    assert "CN¥500,000.00" in words_of(signed_in("ada").get("/guarantees"))
    assert signed_in("ada").get("/guarantees/999999").status_code == 404


def test_set_limit__opens_an_account_and_refuses_what_is_no_amount_or_stale(cast: Cast) -> None:
    client, address = signed_in("ada"), f"/guarantees/{cast.alder.pk}"

    for wrong in ("", "much", "1.001", "9" * 1_000_000):
        assert client.post(f"{address}/limit", {"limit": wrong}).status_code == 400
    assert not GuaranteeAccount.objects.exists()
    assert client.post(f"{address}/limit", {"limit": "1000.00"}).status_code == 303
    stale = client.post(f"{address}/limit", {"limit": "2000.00", "seen": "0"})
    assert stale.status_code == 409
    assert 'value="2000.00"' in words_of(stale)
    assert GuaranteeAccount.objects.get().limit_minor == 100_000
    assert client.post(f"{address}/limit", {"limit": "2000.00", "seen": "1"}).status_code == 303


def test_instruments__are_added_once_and_withdrawn(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at)
    client, address = signed_in("ada"), f"/guarantees/{cast.alder.pk}"

    for wrong in ({"kind": "promise"}, {"amount": "-1"}, {"valid_until": "2026-10-01"}, {"order_of_use": "first"}):
        assert client.post(f"{address}/instruments", PAPER | wrong).status_code == 400
    assert not GuaranteeInstrument.objects.filter(number="BG-1").exists()
    for _ in range(2):
        assert client.post(f"{address}/instruments", PAPER | {"key": "k"}).status_code == 303
    paper = GuaranteeInstrument.objects.get(number="BG-1")
    assert "Withdraw Bank guarantee BG-1" in words_of(client.get(address))
    other = f"/guarantees/{cast.cedar.pk}/instruments/withdraw"
    assert client.post(other, {"instrument": str(paper.pk)}).status_code == 409
    assert client.post(f"{address}/instruments/withdraw", {"instrument": str(paper.pk)}).status_code == 303
    paper.refresh_from_db()
    assert paper.state == "withdrawn"


def test_authorities__are_granted_and_revoked(cast: Cast, at: datetime) -> None:
    a_guarantee(cast, at)
    client, address = signed_in("ada"), f"/guarantees/{cast.alder.pk}/authorities"
    form = {"agent": str(cast.cedar.pk), "sub_limit": "100.00", "valid_from": "2026-11-20", "valid_until": ""}

    assert client.post(address, form | {"agent": "999999"}).status_code == 404
    assert client.post(address, form | {"valid_from": ""}).status_code == 400
    assert not GuaranteeAuthority.objects.exists()
    assert client.post(address, form).status_code == 303
    one = GuaranteeAuthority.objects.get()
    assert "Cedar Gems" in words_of(client.get(f"/guarantees/{cast.alder.pk}"))
    assert client.post(f"{address}/revoke", {"authority": str(one.pk)}).status_code == 303
    one.refresh_from_db()
    assert one.state == "revoked"
