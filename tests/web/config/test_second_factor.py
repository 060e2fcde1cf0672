"""Who may release, keep or administer goods has a second factor."""

from __future__ import annotations

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.test import Client, override_settings

from bonded.models import User
from tests.cast import Cast
from tests.situations.web_clients import signed_in

PASSWORD = "a long enough word"
pytestmark = pytest.mark.django_db


@override_settings(SECOND_FACTOR="required")
@pytest.mark.parametrize("username", ["olga", "victor", "ada", "audrey"])
def test_second_factor__is_asked_of_staff_before_anything_else(cast: Cast, username: str) -> None:
    client = signed_in(username)

    page, api = client.get("/"), client.get("/api/v1/lots")

    assert (page.status_code, page["Location"]) == (302, "/account/2fa/")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_missing")
    assert client.get("/account/2fa/").status_code == 200


@override_settings(SECOND_FACTOR="required")
@pytest.mark.parametrize("username", ["alice", "sven"])
def test_second_factor__is_offered_to_traders(cast: Cast, username: str) -> None:
    assert signed_in(username).get("/").status_code == 200


@override_settings(SECOND_FACTOR="required")
def test_second_factor__lets_on_who_has_one_and_asks_for_it_at_sign_in(cast: Cast) -> None:
    olga = User.objects.get(username="olga")
    olga.set_password(PASSWORD)
    olga.save()
    secret = generate_totp_secret()
    TOTP.activate(olga, secret)
    RecoveryCodes.activate(olga)
    client = Client()

    at_first = client.post("/account/login/", {"login": "olga", "password": PASSWORD})
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"
    right = client.post("/account/2fa/authenticate/", {"code": code})

    assert at_first["Location"] == "/account/2fa/authenticate/"
    assert wrong.status_code == 200
    assert (right.status_code, right["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
