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
def test_links_for__keeps_the_row_short(role: Role) -> None:
    shown = links_for(role, "/")

    assert 0 < len(shown["row"]) <= MOST_IN_ROW
    assert not shown["rest"] or len(shown["row"]) == MOST_IN_ROW


def test_links_for__keeps_what_is_the_roles_own_and_where_one_is() -> None:
    shown = links_for(Role.ADMINISTRATOR, "/offers")

    assert {"/money", "/guarantees", "/schedule", "/companies", "/health", "/imports"} <= set(hrefs(shown["row"]))
    assert [link["href"] for link in shown["row"] if link["is_here"]] == ["/offers"]
    assert "/stones" in hrefs(shown["rest"])
    assert "/offers" not in hrefs(shown["rest"])


def test_base__folds_away_what_the_row_does_not_take(cast: Cast) -> None:
    administrator = said(signed_in("ada"), "/")

    assert "<summary>More</summary>" in administrator
    for link in links_for(Role.ADMINISTRATOR, "/")["rest"]:
        assert f'href="{link["href"]}"' in administrator
    assert "<summary>More</summary>" not in said(signed_in("olga"), "/")
