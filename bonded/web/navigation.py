"""The links at the top, by role."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from bonded.rules.permissions import Role

# As many as stand beside the search box on a small desktop, in either language.
MOST_IN_ROW = 8


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


def links_for(role: Role, path: str) -> dict[str, list[dict[str, object]]]:
    """Give the links of a role: those in the row, and the `rest` that is folded away, each with where it leads.

    Where there are more than the row takes, it keeps where one is, and what the fewest roles share.
    """
    found = [link for link in _LINKS if role in link.roles]
    hrefs = {link.to: reverse(link.to) for link in found}
    # A page may lie below another's address.
    above = [href for href in hrefs.values() if f"{path}/".startswith(f"{href}/")]
    here = max(above, key=len, default="")
    in_row = sorted(found, key=lambda link: (hrefs[link.to] != here, len(link.roles)))[:MOST_IN_ROW]
    shown: dict[str, list[dict[str, object]]] = {"row": [], "rest": []}
    for link in found:
        told: dict[str, object] = {"href": hrefs[link.to], "label": link.label, "is_here": hrefs[link.to] == here}
        shown["row" if link in in_row else "rest"].append(told)
    return shown
