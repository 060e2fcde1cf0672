"""Machines call by token: their own, and while it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bonded.models import ApiToken, Membership
from tests.cast import Cast

ME = "/api/v1/me"


def token_of(cast: Cast, *, lasts: timedelta | None = None) -> str:
    membership = Membership.objects.get(user_id=cast.sven.user_id or 0)
    _, token = ApiToken.objects.create(
        user=membership.user, membership=membership, name="machine", prefix="btp_", expiry=lasts
    )
    return str(token)


def call(client: Client, token: str) -> tuple[int, str]:
    answer = client.get(ME, headers={"Authorization": f"Token {token}"})
    return answer.status_code, answer.json().get("code", answer.json().get("role"))


def test_token__acts_as_its_membership(client: Client, cast: Cast) -> None:
    assert call(client, token_of(cast)) == (200, "supplier")
    assert call(client, token_of(cast, lasts=timedelta(hours=1))) == (200, "supplier")


@pytest.mark.parametrize("spoilt", [lambda token: token[:-1] + "_", lambda token: token[:20], lambda token: "btp_x"])
def test_token__that_nobody_has_is_refused(client: Client, cast: Cast, spoilt) -> None:
    assert call(client, spoilt(token_of(cast))) == (401, "authentication_failed")


def test_token__that_has_expired_is_refused_and_stays_to_be_seen(client: Client, cast: Cast) -> None:
    expired = token_of(cast, lasts=timedelta(seconds=-1))
    assert call(client, expired) == (401, "authentication_failed")
    assert ApiToken.objects.filter(expiry__lt=timezone.now()).count() == 1


def test_token__costs_as_many_statements_however_many_its_user_has(client: Client, cast: Cast) -> None:
    counts = []
    for others in (0, 30):
        token = token_of(cast)
        for _ in range(others):
            token_of(cast)
        with CaptureQueriesContext(connection) as statements:
            assert call(client, token) == (200, "supplier")
        counts.append(len(statements))
    assert counts[0] == counts[1]
