"""The pass of a booking as it is printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from inspections.gateways.booking_passes import pass_pdf
from inspections.rules.booking_passes import VisitPass, visiting_time
from tests.situations.documents import scanned, text_of

STARTS_AT, ENDS_AT = datetime(2026, 11, 23, 17, 15, tzinfo=UTC), datetime(2026, 11, 23, 18, 15, tzinfo=UTC)
VISIT = VisitPass(
    "tOkEn-_1234567890abcdefghijklmno", STARTS_AT, ENDS_AT, "Room, DESK-1", ["Alice Alder", "李小龙"], [2, 1, 3]
)


def test_visiting_time__is_by_the_buildings_clock_and_says_so() -> None:
    assert visiting_time(STARTS_AT, ENDS_AT) == "2026-11-24 01:15 – 02:15 Asia/Shanghai (UTC+0800)"


def test_pass_pdf__is_scanned_and_read() -> None:
    pdf = pass_pdf(VISIT)
    text = text_of(pdf)
    assert scanned(pdf) == [VISIT.token]
    assert VISIT.token not in text
    for words in (
        "Visit pass",
        "2026-11-24 01:15",
        "02:15 Asia/Shanghai (UTC+0800)",
        "Room, DESK-1",
        "Alice Alder",
        "2, 1, 3",
    ):
        assert words in text
    assert "李小龙" in text


def test_pass_pdf__keeps_a_long_name_on_the_page() -> None:
    name = "Alexandra " * 9 + "Ltd"
    text = text_of(pass_pdf(replace(VISIT, visitors=[f"{number:02d} {name}" for number in range(20)])))
    for number in range(20):
        assert f"{number:02d} {name}" in text
    assert "Good once" in text
