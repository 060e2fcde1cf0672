"""The viewings on the first page: a company's own, and all of them for staff."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from bonded.models import User
from tests.cast import Cast
from tests.situations.inspections import a_booking


@pytest.mark.parametrize(
    ("who", "seen"),
    [("alice", True), ("victor", True), ("olga", True), ("ada", True), ("audrey", True), ("charlie", False)],
)
def test_home__shows_viewings_to_those_who_may_see_them(cast: Cast, at: datetime, who: str, seen: bool) -> None:
    a_booking(cast, at)
    client = Client()
    client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()

    assert "Viewings" in page
    assert ("23 Nov 2026, 10:15" in page) is seen
    assert ("No viewing is booked." in page) is not seen


def test_home__shows_suppliers_no_viewings(cast: Cast, at: datetime) -> None:
    a_booking(cast, at)
    client = Client()
    client.force_login(User.objects.get(username="sven"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()
    assert "Viewings" not in page
    assert "DESK-1" not in page
