"""The links at the top, by role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from bonded.rules.permissions import Role


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a role comes to often: its name in the addresses, and what it is called."""

    to: str
    label: str | Promise
    roles: frozenset[Role]
    order: int = 50


_LINKS: list[Link] = []


def register_links(*links: Link) -> None:
    """Add an app's links; called once, when the app is ready."""
    _LINKS.extend(links)
    _LINKS.sort(key=lambda link: link.order)


def links_for(role: Role, path: str) -> Sequence[dict[str, object]]:
    """Give the links of a role, and say which of them leads to where one is."""
    return [
        {
            "href": (href := reverse(link.to)),
            "label": link.label,
            "is_here": path == href or path.startswith(href.rstrip("/") + "/"),
        }
        for link in _LINKS
        if role in link.roles
    ]
