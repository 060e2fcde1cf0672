"""A person at a console, without a browser."""

from __future__ import annotations

import re

from django.test import Client

from bonded.models import User

NAUGHTY = "<script>alert(1)</script>'\";-- \u202e{{ 7*7 }} {% now 'Y' %} 💎"


def signed_in(username: str) -> Client:
    """Sign somebody in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def said(client: Client, path: str, status: int = 200) -> str:
    """Give the text of a page, which must answer with the status."""
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def key_of(page: str) -> str:
    """Give the first key that a page's forms carry."""
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]
