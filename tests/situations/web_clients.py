"""People at their pages, without a browser."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from bonded.models import User

NAUGHTY = "<script>alert(1)</script>'\";-- \u202e{{ 7*7 }} {% now 'Y' %} 💎"


def signed_in(username: str) -> Client:
    """Sign a person in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def words_of(answer: Any) -> str:
    """Give the page as text."""
    text: str = answer.content.decode()
    return text


def said(client: Client, path: str, status: int = 200, *, language: str = "en") -> str:
    """Give the text of the page at an address, which must answer with the status."""
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == status
    return words_of(answer)


def key_of(page: str) -> str:
    """Give the first key that a page's forms carry."""
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]
