"""Visitors' papers: what is kept, what is compared, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.bookings import TraysInvalid, tray_places
from inspections.rules.visitors import (
    DocumentKind,
    DocumentNumberInvalid,
    Identity,
    Paper,
    VisitorNotIdentified,
    VisitorUnknown,
    ban_problems,
    identity_of,
    require_named,
    require_shown,
)

numbers = st.text("ABCXYZ0123456789", min_size=5, max_size=30)


def identity(number: str, *, name: str = "Alice", kind: str = "passport", key: str = "key") -> Identity:
    return identity_of(Paper(name, kind, number), key=key)


@given(numbers)
def test_identity_of__keeps_four_characters_and_nothing_that_gives_the_number_away(number: str) -> None:
    one = identity(number)
    assert (one.last_four, len(one.digest)) == (number[-4:], 32)
    assert number not in repr(one)
    assert identity(f" {number[:2].lower()}-{number[2:]} ") == one


@given(numbers, numbers)
def test_identity_of__tells_numbers_kinds_and_keys_apart(first: str, second: str) -> None:
    assert (identity(first).digest == identity(second).digest) == (first == second)
    assert len({identity(first, kind=kind).digest for kind in DocumentKind}) == len(DocumentKind)
    assert identity(first).digest != identity(first, key="other").digest


@pytest.mark.parametrize("number", ["", "1234", "A" * 31, "E1234567!", "Е1234567", "１２３４５"])
def test_identity_of__refuses_what_is_no_number(number: str) -> None:
    with pytest.raises(DocumentNumberInvalid) as refusal:
        identity(number)
    assert refusal.value.facts == {"visitor": "Alice"}


def test_require_named__wants_one_paper_of_each_visitor_at_most() -> None:
    alice, bob = identity("E1234567"), identity("E7654321", name="Bob")
    require_named([alice, bob], ["Alice", "Bob", "Cleo"])
    require_named([], ["Alice"])
    for wrong in ([alice, identity("E7654321")], [alice, identity("E1234567", name="Bob")]):
        with pytest.raises(VisitorUnknown):
            require_named(wrong, ["Alice", "Bob"])
    with pytest.raises(VisitorUnknown) as refusal:
        require_named([alice, bob], ["Alice"])
    assert refusal.value.facts == {"visitors": ["Bob"]}


def test_require_shown__lets_in_who_was_announced_and_nobody_in_their_place() -> None:
    alice, bob = identity("E1234567"), identity("E7654321", name="Bob")
    announced = {"Alice": alice.digest, "Bob": bob.digest}
    for shown in ([alice], [alice, bob]):
        require_shown(announced, shown, ["Alice", "Bob"])
    require_shown({}, [], ["Alice"])
    require_shown({}, [alice], ["Alice"])
    for wrong, names in (
        ([], ["Alice", "Bob"]),
        ([identity("E0000000")], ["Alice"]),
        ([alice, identity("E1234567", name="Bob")], ["Bob"]),
        ([alice, identity("E1111111", name="Cleo")], ["Cleo"]),
    ):
        with pytest.raises(VisitorNotIdentified) as refusal:
            require_shown(announced, wrong, ["Alice", "Bob"])
        assert refusal.value.facts == {"visitors": names}


def test_require_shown__takes_any_paper_of_who_was_named_without_one_but_not_anothers() -> None:
    alice, dora = identity("E1234567"), identity("E2222222", name="Dora")
    announced, visitors = {"Alice": alice.digest}, ["Alice", "Dora"]
    require_shown(announced, [alice, dora], visitors)
    require_shown(announced, [alice], visitors)
    for wrong, names in (
        ([alice, identity("E1234567", name="Dora")], ["Dora"]),
        ([alice, identity("E3333333", name="Eve")], ["Eve"]),
        ([identity("E0000000"), dora], ["Alice"]),
        ([dora], ["Alice"]),
    ):
        with pytest.raises(VisitorNotIdentified) as refusal:
            require_shown(announced, wrong, visitors)
        assert refusal.value.facts == {"visitors": names}


def test_ban_problems__say_that_and_not_why() -> None:
    assert ban_problems([]) == []
    (problem,) = ban_problems(["swapped a stone", "and again"])
    assert (problem.code, problem.overridable_by) == ("visitor_not_admitted", ())
    assert "stone" not in problem.message


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True), st.data())
def test_tray_places__are_one_for_each_lot(lots: list[int], data: st.DataObject) -> None:
    assert tray_places(lots + lots[:1], []) == {lot: place for place, lot in enumerate(lots, 1)}
    places = data.draw(st.permutations(range(1, len(lots) + 1)))
    assert list(tray_places(lots, places).items()) == list(zip(lots, places, strict=True))


@pytest.mark.parametrize("trays", [[1], [1, 1], [0, 1], [1, 3], [1, 2, 3]])
def test_tray_places__refuse_what_is_not_one_for_each_lot(trays: list[int]) -> None:
    with pytest.raises(TraysInvalid):
        tray_places([7, 8], trays)


def test_tray_places__refuse_a_lot_at_two_places() -> None:
    with pytest.raises(TraysInvalid):
        tray_places([7, 8, 7], [1, 2])
