"""Tries are counted by all web processes together; without Redis people still sign in, and nobody tries for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.test import Client, RequestFactory

from bonded.models import User
from bonded.web.witnesses import MOST_TRIES, TooManyTries, TriesNotCounted, _count_try
from config import settings as said
from config.local.folders import PROJECT
from tests.cast import Cast

PASSWORD = "a long enough word"
NOWHERE = "redis://127.0.0.1:1/0"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

# What another web process does: five tries of everything.
OTHER = """
import sys
import django
django.setup()
from datetime import datetime
from allauth.core.internal import ratelimit
from django.test import RequestFactory
from bonded.web.witnesses import _count_try
name, address, at = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
request = RequestFactory().post("/", REMOTE_ADDR=address)
for _ in range(5):
    _count_try(name, at)
    assert ratelimit.consume(request, app="allauth.account", action="login_failed", key=name)
"""


@pytest.fixture
def shared(settings: Any) -> Iterator[None]:
    """Let this process use the cache that web processes use."""
    settings.CACHES = said.CACHES
    yield
    cache.close()


def an_address() -> str:
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


@pytest.mark.counts_calls
def test_tries__are_counted_by_two_processes_together(shared: None) -> None:
    name, address = uuid4().hex, an_address()
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    limit = {"app": "allauth.account", "action": "login_failed", "key": name}

    command = [sys.executable, "-c", OTHER, name, address, AT.isoformat()]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, timeout=60)

    assert MOST_TRIES == 5
    with pytest.raises(TooManyTries):
        _count_try(name, AT)
    assert not ratelimit.consume(request, **limit)
    other = RequestFactory().post("/", REMOTE_ADDR=an_address())
    assert ratelimit.consume(other, **limit | {"key": uuid4().hex})


@pytest.mark.counts_calls
def test_count_try__counts_nothing_and_refuses_without_redis(settings: Any) -> None:
    settings.REDIS_URL = NOWHERE
    with pytest.raises(TriesNotCounted):
        _count_try(uuid4().hex, AT)


@pytest.fixture
def without_redis(settings: Any) -> None:
    """Take Redis away."""
    settings.REDIS_URL = NOWHERE
    settings.CACHES = {"default": said.CACHES["default"] | {"LOCATION": NOWHERE}}


def test_sign_in__works_without_redis_and_bounds_tries(cast: Cast, without_redis: None) -> None:
    alice = User.objects.get(username="alice")
    alice.set_password(PASSWORD)
    alice.save()
    client = Client(REMOTE_ADDR=an_address())

    wrong = [client.post("/account/login/", {"login": "alice", "password": "wrong"}) for _ in range(6)]
    right = {"login": "alice", "password": PASSWORD}

    assert {one.status_code for one in wrong} == {200}
    assert "Too many failed login attempts" in wrong[5].content.decode()
    assert client.post("/account/login/", right).status_code == 200
    assert "_auth_user_id" not in client.session
    bob = User.objects.get(username="bob")
    bob.set_password(PASSWORD)
    bob.save()
    assert client.post("/account/login/", right | {"login": "bob"}).status_code == 302
    assert client.get("/").status_code == 200


def test_shared_cache__goes_on_in_its_own_memory_without_redis(without_redis: None) -> None:
    key = uuid4().hex
    assert cache.add(key, 1, 60)
    assert not cache.add(key, 2, 60)
    assert (cache.get(key), cache.incr(key), cache.has_key(key), cache.touch(key, 60)) == (1, 2, True, True)
    cache.set(key, 7, 60)
    assert cache.get(key) == 7
    assert cache.delete(key)
    assert cache.get(key, "nothing") == "nothing"
