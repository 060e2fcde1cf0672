"""What the simulated offices say means something to the platform, but for the one code that shall not."""

from datetime import UTC, datetime

import pytest

from bonded.gateways.customs_office_words import Word, code_of
from bonded.rules.customs_offices import OFFICES

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("office", sorted(OFFICES))
@pytest.mark.parametrize("word", Word)
def test_code_of__is_a_code_that_the_platform_knows(office: str, word: Word) -> None:
    code = code_of(office, word)
    if code is not None:
        meaning = OFFICES[office].meaning_of(*code, on=AT.date(), at=AT)
        assert (meaning is None) == (word is Word.UNKNOWN)


def test_code_of__only_some_offices_know_some_words() -> None:
    china = {Word.BALANCE_TOO_LOW, Word.BALANCE_REMINDER, Word.CORRECTED}
    assert {word for word in Word if code_of("SIM", word) is None} == china
    assert {word for word in Word if code_of("CNSW", word) is None} == china
    assert {word for word in Word if code_of("GBCDS", word) is None} == {Word.ENTERED, Word.GATE_PASSED}
