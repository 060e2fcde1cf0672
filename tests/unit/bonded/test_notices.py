"""When a mail waits, when it is tried again, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest

from bonded.rules.notices import (
    SENTENCES,
    Language,
    NoticeKind,
    Preference,
    QuietHoursInvalid,
    letter,
    mail_retry_delay,
    quiet_until,
    require_quiet_hours,
)

NIGHT = Preference(quiet_from=time(22), quiet_until=time(8))
BRUSSELS_NIGHT = replace(NIGHT, zone="Europe/Brussels")
BRUSSELS_SHORT = Preference(quiet_from=time(1), quiet_until=time(2, 30), zone="Europe/Brussels")
NOON = Preference(quiet_from=time(12), quiet_until=time(14))


@pytest.mark.parametrize(
    ("preference", "at", "expected"),
    [
        # Shanghai is eight hours ahead of UTC.
        (Preference(), "2026-11-23T20:00Z", None),
        (NIGHT, "2026-11-23T13:59:59Z", None),
        (NIGHT, "2026-11-23T14:00Z", "2026-11-24T00:00Z"),
        (NIGHT, "2026-11-23T16:30Z", "2026-11-24T00:00Z"),
        (NIGHT, "2026-11-23T23:59:59Z", "2026-11-24T00:00Z"),
        (NIGHT, "2026-11-24T00:00Z", None),
        (NOON, "2026-11-23T03:59:59Z", None),
        (NOON, "2026-11-23T04:00Z", "2026-11-23T06:00Z"),
        (NOON, "2026-11-23T06:00Z", None),
        (BRUSSELS_NIGHT, "2026-11-23T22:00Z", "2026-11-24T07:00Z"),
        # In Brussels, clocks go from 2 to 3 on 29 March and from 3 back to 2 on 25 October.
        (BRUSSELS_NIGHT, "2026-03-28T22:00Z", "2026-03-29T06:00Z"),
        (BRUSSELS_SHORT, "2026-03-29T00:30Z", "2026-03-29T01:30Z"),
        (BRUSSELS_SHORT, "2026-10-25T00:10Z", "2026-10-25T00:30Z"),
        (BRUSSELS_SHORT, "2026-10-25T01:10Z", "2026-10-25T01:30Z"),
    ],
)
def test_quiet_until__is_the_end_by_the_zones_clock(preference: Preference, at: str, expected: str | None) -> None:
    found = quiet_until(preference, at=datetime.fromisoformat(at))
    assert (found and found.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")) == expected


@pytest.mark.parametrize(
    "preference",
    [
        Preference(quiet_from=time(22)),
        Preference(quiet_until=time(8)),
        Preference(quiet_from=time(8), quiet_until=time(8)),
        Preference(zone="Asia/Nowhere"),
        Preference(zone="../etc/passwd"),
        Preference(zone=""),
    ],
)
def test_require_quiet_hours__refuses_what_is_no_time(preference: Preference) -> None:
    with pytest.raises(QuietHoursInvalid):
        require_quiet_hours(preference)


def test_require_quiet_hours__takes_what_is() -> None:
    refused = []
    for preference in (Preference(), NIGHT, NOON):
        try:
            require_quiet_hours(preference)
        except QuietHoursInvalid:
            refused.append(preference)
    assert refused == []


def test_mail_retry_delay__grows_and_ends() -> None:
    delays = [mail_retry_delay(attempts, jitter=0) for attempts in range(1, 8)]
    assert [delay and delay.total_seconds() / 60 for delay in delays] == [1, 5, 30, 120, 300, 600, None]
    assert mail_retry_delay(1, jitter=0.5) == timedelta(seconds=63)


@pytest.mark.parametrize(("kind", "language"), list(product(NoticeKind, Language)))
def test_letter__says_one_sentence_and_where_to_sign_in(kind: NoticeKind, language: Language) -> None:
    found = letter(kind, language, url="https://bonded.example.com/?a=1&b=2")
    sentence = SENTENCES[language][kind]
    assert found.subject == f"Bonded Trade Platform: {sentence}"
    assert found.text.splitlines()[0] == sentence
    assert found.text.endswith(": https://bonded.example.com/?a=1&b=2\n")
    assert sentence in found.html
    assert 'href="https://bonded.example.com/?a=1&amp;b=2"' in found.html
    assert f'lang="{language}"' in found.html


def test_letter__is_in_another_language_for_each() -> None:
    assert sorted(map(len, SENTENCES.values())) == [len(NoticeKind)] * len(Language)
    assert len({sentence for sentences in SENTENCES.values() for sentence in sentences.values()}) == 12
