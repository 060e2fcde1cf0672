"""Withdrawals on pages: asked for, declared, given up, and the pass that is shown once."""

from __future__ import annotations

from datetime import datetime

from bonded.models import Declaration, Withdrawal
from tests.cast import Cast
from tests.situations.bonded import a_released_withdrawal, a_sealed_lot
from tests.situations.tariffs import a_guarantee, a_schedule, an_assessed_withdrawal
from tests.situations.web_clients import key_of, said, signed_in


def test_ask_withdrawal__keeps_the_lots_and_says_what_is_missing(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot, client = a_sealed_lot(cast, at), signed_in("alice")
    page = said(client, f"/withdrawals/new?stock_number={lot.stock_number}")
    form = {"stock_number": lot.stock_number, "procedure": "home_use", "key": key_of(page)}

    first, second = client.post("/withdrawals/ask", form), client.post("/withdrawals/ask", form)

    withdrawal = Withdrawal.objects.get()
    assert first["Location"] == second["Location"] == f"/withdrawals/{withdrawal.pk}"
    assert "missing:" in said(client, f"/withdrawals/{withdrawal.pk}")


def test_ask_withdrawal__refuses_no_lots_and_unknown_ends(cast: Cast, at: datetime) -> None:
    lot, client = a_sealed_lot(cast, at), signed_in("alice")

    assert client.post("/withdrawals/ask", {"procedure": "home_use"}).status_code == 400
    bad = {"stock_number": lot.stock_number, "procedure": "theft"}
    assert client.post("/withdrawals/ask", bad).status_code == 400
    assert client.post("/withdrawals/ask", {"stock_number": "NOT-THERE", "procedure": "home_use"}).status_code == 404
    assert not Withdrawal.objects.exists()


def test_secure_duty__is_settled_on_the_withdrawals_page(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal, client = an_assessed_withdrawal(cast, at), signed_in("alice")

    refused = client.post(f"/withdrawals/{withdrawal.pk}/duty/secure")
    a_guarantee(cast, at)
    secured = client.post(f"/withdrawals/{withdrawal.pk}/duty/secure")

    assert refused.status_code == 409
    assert (secured.status_code, secured["Location"]) == (303, f"/withdrawals/{withdrawal.pk}")
    assert "CN¥305,777.78" in said(client, f"/withdrawals/{withdrawal.pk}")


def test_secure_duty__beyond_the_headroom_says_what_is_short(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="1000.00")
    withdrawal = an_assessed_withdrawal(cast, at)

    refused = signed_in("alice").post(f"/withdrawals/{withdrawal.pk}/duty/secure")

    assert refused.status_code == 409
    assert "Short by: 304777.78" in refused.content.decode()


def test_lodge_declaration__declares_once(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal, client = an_assessed_withdrawal(cast, at), signed_in("alice")
    form = {"key": key_of(said(client, f"/withdrawals/{withdrawal.pk}"))}

    client.post(f"/withdrawals/{withdrawal.pk}/lodge", form)
    client.post(f"/withdrawals/{withdrawal.pk}/lodge", form)

    declaration = Declaration.objects.get()
    assert declaration.number in said(client, f"/declarations/{declaration.number}")
    assert signed_in("charlie").get(f"/declarations/{declaration.number}").status_code == 404


def test_make_pass__is_shown_once(cast: Cast, at: datetime) -> None:
    withdrawal, client = a_released_withdrawal(cast, at), signed_in("alice")

    client.post(f"/withdrawals/{withdrawal.pk}/pass")

    assert "It opens the door once" in said(client, f"/withdrawals/{withdrawal.pk}")
    assert "It opens the door once" not in said(client, f"/withdrawals/{withdrawal.pk}")


def test_withdrawal__is_nobody_elses(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    rival = signed_in("charlie")

    for path in ("", "/duty"):
        assert rival.get(f"/withdrawals/{withdrawal.pk}{path}").status_code == 404
    for act in ("lodge", "cancel", "pass", "duty/secure", "duty/pay"):
        assert rival.post(f"/withdrawals/{withdrawal.pk}/{act}").status_code == 404, act
        assert signed_in("olga").post(f"/withdrawals/{withdrawal.pk}/{act}").status_code == 403, act
    withdrawal.refresh_from_db()
    assert withdrawal.state == "requested"
    assert str(withdrawal.pk) not in said(rival, "/withdrawals")
    assert signed_in("alice").post(f"/withdrawals/{withdrawal.pk}/cancel").status_code == 303
