"""Cursors: what a page gives out is read back, everything else refused."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.cursors import CursorInvalid, decode_cursor, encode_cursor


@given(
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50),
)
def test_decode_cursor__reads_back_what_was_written(number: int, text: str) -> None:
    assert decode_cursor(encode_cursor([number, text]), [int, str]) == [number, text]


def _word(body: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "????",
        "é",
        _word({}),
        _word([1]),
        _word([1, 2, 3]),
        _word(["1", 2]),
        _word([True, 2]),
        _word([2**63, 2]),
        "W1" * 5000,
    ],
)
def test_decode_cursor__refuses_what_no_page_gave_out(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, [int, int])


@given(st.text(max_size=60))
def test_decode_cursor__reads_or_refuses_any_text(text: str) -> None:
    try:
        keys = decode_cursor(text, [int, int])
    except CursorInvalid:
        return
    assert [type(key) for key in keys] == [int, int]
