"""What every console shares, through a browser: signing in with a second factor, language, what is forbidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from bonded.models import User
from tests.cast import Cast

Window = Callable[..., Page]
PASSWORD = "a long enough word"


def test_sign_in__asks_an_officer_for_the_second_factor(
    transactional_db: None, cast: Cast, window: Window, settings: pytest.FixtureRequest
) -> None:
    settings.SECOND_FACTOR = "required"  # type: ignore[attr-defined]
    olga = User.objects.get(username="olga")
    olga.set_password(PASSWORD)
    olga.save()
    secret = generate_totp_secret()
    TOTP.activate(olga, secret)
    RecoveryCodes.activate(olga)
    page = window()

    page.goto("/")
    page.get_by_label("User name").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"
    page.locator('input[name="code"]').fill(code)
    page.get_by_role("button", name="Sign In").first.click()

    expect(page.get_by_role("heading", name="Customs officer")).to_be_visible()


def test_passkey__is_added_and_opens_the_door(transactional_db: None, cast: Cast, window: Window) -> None:
    alice = User.objects.get(username="alice")
    alice.set_password(PASSWORD)
    alice.save()
    page = window()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/account/login/")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Buyer")).to_be_visible()

    page.goto("/account/2fa/webauthn/add/")
    page.locator('input[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.locator('input[name="name"]').fill("Alice's phone")
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    expect(page.get_by_text("Recovery codes").first).to_be_visible()
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", name="Buyer")).to_be_visible()


def test_language__is_chosen_on_the_page_and_stays(transactional_db: None, cast: Cast, window: Window) -> None:
    page = window("alice")

    page.goto("/preferences")
    page.locator('select[name="language"]').first.select_option("zh-hans")
    page.locator('form[action="/language"] button').click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_policy__lets_no_inline_script_run(transactional_db: None, cast: Cast, window: Window) -> None:
    page = window("alice")

    answer = page.goto("/stones")

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'self'" in policy
