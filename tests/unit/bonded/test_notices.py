"""When a mail waits, when it is tried again, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest

from bonded.rules.notice_letters import DIGESTS, SENTENCES, digest_letter, letter
from bonded.rules.notices import (
    ESCALATIONS,
    FORETELLING,
    Language,
    NoticeKind,
    Preference,
    QuietHoursInvalid,
    digest_moment,
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
    assert len({sentence for sentences in SENTENCES.values() for sentence in sentences.values()}) == 2 * len(NoticeKind)


def test_digest_letter__says_each_sentence_once_and_how_often() -> None:
    kinds = {NoticeKind.VISIT_MOVED: 1, NoticeKind.VISIT_BOOKED: 12, NoticeKind.DUTY_DUE: 0}
    found = digest_letter(kinds, Language.ENGLISH, url="https://bonded.example.com/?a=1&b=2")
    assert found.subject == "Bonded Trade Platform: What happened today."
    assert found.text.splitlines()[:2] == ["12 × A visit is booked.", "1 × A visit has been moved."]
    assert "<p>12 × A visit is booked.</p><p>1 × A visit has been moved.</p>" in found.html
    assert "due" not in found.text
    assert 'href="https://bonded.example.com/?a=1&amp;b=2"' in found.html
    assert DIGESTS.keys() == set(Language)


@pytest.mark.parametrize(
    ("zone", "digest_at", "after", "expected"),
    [
        ("Asia/Shanghai", time(18), "2026-11-23T02:00Z", "2026-11-23T10:00Z"),
        ("Asia/Shanghai", time(18), "2026-11-23T10:00Z", "2026-11-23T10:00Z"),
        ("Asia/Shanghai", time(18), "2026-11-23T10:00:01Z", "2026-11-24T10:00Z"),
        # In London clocks go from 1 to 2 on 29 March: 01:30 is left out, and is 02:30.
        ("Europe/London", time(1, 30), "2026-03-29T00:00Z", "2026-03-29T01:30Z"),
        # In New York clocks go from 2 back to 1 on 1 November: 01:30 comes twice, and is the first.
        ("America/New_York", time(1, 30), "2026-11-01T05:00Z", "2026-11-01T05:30Z"),
        ("America/New_York", time(1, 30), "2026-11-01T05:31Z", "2026-11-02T06:30Z"),
    ],
)
def test_digest_moment__is_the_next_one_by_the_zones_clock(
    zone: str, digest_at: time, after: str, expected: str
) -> None:
    preference = Preference(zone=zone, digest_at=digest_at)
    assert digest_moment(preference, after=datetime.fromisoformat(after)) == datetime.fromisoformat(expected)
    assert digest_moment(Preference(zone=zone), after=datetime.fromisoformat(after)) is None


def test_escalations__are_for_what_needs_an_answer_soon() -> None:
    assert {kind.value: (one.after, sorted(one.roles)) for kind, one in ESCALATIONS.items()} == {
        "visit.to_decide": (timedelta(hours=2), ["administrator", "vault_keeper"]),
        "visit.pushed": (timedelta(hours=1), ["buyer"]),
        "visit.ended": (timedelta(hours=4), ["buyer"]),
        "visit.duty_changed": (timedelta(hours=4), ["buyer"]),
    }
    assert NoticeKind.VISIT_TOMORROW in FORETELLING - ESCALATIONS.keys()
