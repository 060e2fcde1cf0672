"""People at their pages, without a browser."""

from __future__ import annotations

from typing import Any

from django.test import Client

from bonded.models import User


def signed_in(username: str) -> Client:
    """Sign a person in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def words_of(answer: Any) -> str:
    """Give the page as text."""
    text: str = answer.content.decode()
    return text
