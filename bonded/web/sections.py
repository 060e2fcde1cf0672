"""Pages that several apps write on: the page of a thing has places, upper apps register what stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page of some thing, written by the app whose business it is.

    `place` is the page's name, e.g. `stone` or `withdrawal`. `context` gives what the template needs from the request
    and the thing, or None when there is nothing to show. Sections stand in the order of their numbers.
    """

    place: str
    template: str
    roles: frozenset[Role]
    context: Callable[[PageRequest, Any], Mapping[str, Any] | None]
    order: int = 50


_SECTIONS: list[Section] = []


def register_sections(*sections: Section) -> None:
    """Add an app's sections; called once, when the app is ready."""
    _SECTIONS.extend(sections)
    _SECTIONS.sort(key=lambda section: section.order)


def sections_html(place: str, request: PageRequest, subject: Any) -> SafeString:
    """Give what every app writes on the page of a thing, for the role that looks at it."""
    parts = []
    for section in _SECTIONS:
        if section.place == place and request.actor.role in section.roles:
            context = section.context(request, subject)
            if context is not None:
                parts.append(render_to_string(section.template, dict(context), request=request))
    return mark_safe("".join(parts))  # noqa: S308 (each part is an escaped template)
