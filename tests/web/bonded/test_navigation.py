"""The links at the top: none is out of reach, and no row runs over."""

from __future__ import annotations

import pytest

from bonded.rules.permissions import Role
from bonded.web.navigation import MOST_IN_ROW, links_for
from tests.cast import Cast
from tests.situations.web_clients import said, signed_in

PEOPLE = [role for role in Role if role not in (Role.ANONYMOUS, Role.SYSTEM)]


def hrefs(links: list[dict[str, object]]) -> list[object]:
    return [link["href"] for link in links]


@pytest.mark.parametrize("role", PEOPLE)
def test_links_for__keeps_the_row_short_wherever_one_is(role: Role) -> None:
    at_first = links_for(role, "/")
    every = sorted(map(str, hrefs(at_first["row"] + at_first["rest"])))

    for place in every:
        shown = links_for(role, f"{place}/1")
        assert len(shown["row"]) == min(MOST_IN_ROW, len(every))
        assert sorted(map(str, hrefs(shown["row"] + shown["rest"]))) == every
        assert [link["href"] for link in shown["row"] if link["is_here"]] == [place]


def test_links_for__keeps_what_is_the_roles_own() -> None:
    shown = links_for(Role.ADMINISTRATOR, "/offers")

    assert {"/money", "/guarantees", "/schedule", "/companies", "/health", "/imports"} <= set(hrefs(shown["row"]))
    assert "/stones" in hrefs(shown["rest"])


def test_base__folds_away_what_the_row_does_not_take(cast: Cast) -> None:
    administrator = said(signed_in("ada"), "/")

    assert "<summary>More</summary>" in administrator
    for link in links_for(Role.ADMINISTRATOR, "/")["rest"]:
        assert f'href="{link["href"]}"' in administrator
    assert "<summary>More</summary>" not in said(signed_in("olga"), "/")
