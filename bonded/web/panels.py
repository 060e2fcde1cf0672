"""Panels that the apps lay on the first page of a role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bonded.rules.permissions import Actor, Role


@dataclass(frozen=True, slots=True)
class Panel:
    """One box of a role's first page: a table of a few rows, or a sentence when there are none.

    `rows` gives one mapping a row, with the columns' names as keys; it may ask for at most a page. A row's first
    cell leads to `href`, when the row has one. `figures` are the columns of numbers. `more` is the name of the page
    that has them all.
    """

    title: str | Promise
    roles: frozenset[Role]
    columns: Sequence[str]
    rows: Callable[[Actor, datetime], Sequence[Mapping[str, Any]]]
    when_empty: str | Promise
    figures: Sequence[str] = ()
    more: str = ""


_PANELS: list[Panel] = []


def register_panels(*panels: Panel) -> None:
    """Add an app's panels; called once, when the app is ready. The upper floors' come first."""
    _PANELS.extend(panels)


def panels_for(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Give the panels of the actor's role with their rows, each row as its cells in the columns' order."""
    return [
        {
            "title": panel.title,
            "columns": [{"words": _(column), "is_figure": column in panel.figures} for column in panel.columns],
            "rows": [
                {
                    "href": row.get("href"),
                    "cells": [{"words": row[column], "is_figure": column in panel.figures} for column in panel.columns],
                }
                for row in panel.rows(actor, at)
            ],
            "when_empty": panel.when_empty,
            "more": panel.more,
        }
        for panel in _PANELS
        if actor.role in panel.roles
    ]
