"""Exchange rates on the administrator's page: a day's, a year's, and a new one that a second person approves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest

from bonded.rules.permissions import SYSTEM
from bonded.rules.validity import Validity
from tariffs.actions.versions import publish_versions
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.schedule_drafts import ScheduleDraft
from tariffs.rules.exchange_rates import ExchangeRate as Rate
from tariffs.rules.exchange_rates import Quoting
from tariffs.web.exchange_rates import months_until, rate_chart
from tests.cast import Cast
from tests.situations.tariffs import an_exchange_rate
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in, words_of

PAGE = "/exchange-rates"
FORM = {
    "local_currency": "CNY",
    "currency": "USD",
    "rate": "7.2345",
    "quoted": "local_per_unit",
    "valid_from": "2026-12-01",
    "valid_until": "2027-01-01",
    "mark": "S",
    "source": "Customs, 18 November",
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> None:
    """Let requests come at the moment of the test, a day after a rate was published."""
    publish_versions([an_exchange_rate("7.1")], actor=SYSTEM, at=at - timedelta(days=1))
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def test_exchange_rates__shows_the_day_and_what_is_not_verified() -> None:
    page = said(signed_in("audrey"), PAGE)

    assert "CNY / 1 USD" in page
    assert ">7.1<" in page
    assert "not verified" in page
    assert "No rate is known for this day" in said(signed_in("ada"), f"{PAGE}?on=2018-01-01")
    assert 'class="refusal"' in said(signed_in("ada"), f"{PAGE}?on=someday&currency={NAUGHTY}")


def test_exchange_rates__tells_the_day_whose_rate_counts_next_month() -> None:
    assert "18 Nov 2026" in said(signed_in("ada"), PAGE)


def test_draft_rate__is_approved_by_a_second_person_before_it_counts() -> None:
    ada, amir = signed_in("ada"), signed_in("amir")
    key = key_of(said(ada, PAGE))
    for _ in range(2):
        assert ada.post(f"{PAGE}/draft", {**FORM, "key": key}).status_code == 303
    draft = ScheduleDraft.objects.get()
    address = f"/schedule/drafts/{draft.pk}"

    assert "USD 7.2345 2026-12-01" in said(amir, PAGE)
    assert ada.post(f"{address}/approve", {"seen": "1"}).status_code == 409
    assert ">7.2345<" not in said(ada, f"{PAGE}?on=2026-12-02")
    assert amir.post(f"{address}/approve", {"seen": "1"}).status_code == 303
    assert ada.post(f"{address}/publish", {"seen": "2"}).status_code == 303
    shown = said(ada, f"{PAGE}?on=2026-12-02")
    assert ">7.2345<" in shown
    assert "7.2345 (+1.89 %)" in shown
    assert ">7.1<" in said(ada, f"{PAGE}?on=2027-01-01")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "0"},
        {"rate": "7,2"},
        {"rate": ""},
        {"currency": "CNY"},
        {"currency": "XXX"},
        {"valid_from": "2027-02-01"},
        {"valid_from": ""},
        {"source": ""},
        {"mark": "T"},
        {"quoted": "both"},
        {"rate": "7.1", "mark": "M", "source": "test"},
    ],
)
def test_draft_rate__names_what_is_wrong_and_keeps_what_was_typed(wrong: dict[str, str]) -> None:
    answer = signed_in("ada").post(f"{PAGE}/draft", {**FORM, "source": f"x {FORM['source']}", **wrong})

    assert answer.status_code in (400, 409)
    page = words_of(answer)
    assert 'class="refusal"' in page
    assert f'value="{wrong.get("rate", FORM["rate"])}"' in page
    assert not ScheduleDraft.objects.exists()


def test_draft_rate__shows_naughty_words_as_text() -> None:
    refused = words_of(signed_in("ada").post(f"{PAGE}/draft", {**FORM, "source": NAUGHTY, "rate": NAUGHTY}))

    assert "<script>alert(1)" not in refused
    assert "49" not in refused.partition('name="source"')[2].partition(">")[0]
    assert not ScheduleDraft.objects.exists()


def test_exchange_rates__is_read_by_oversight_and_drafted_by_administrators() -> None:
    for name, status in (("audrey", 200), ("olga", 200), ("alice", 403), ("victor", 403), ("sven", 403)):
        assert signed_in(name).get(PAGE).status_code == status
        assert signed_in(name).post(f"{PAGE}/draft", FORM).status_code == 403
    assert "/exchange-rates/draft" not in said(signed_in("audrey"), PAGE)
    assert 'name="rate"' not in said(signed_in("audrey"), PAGE)
    assert not ScheduleDraft.objects.exists()
    assert ExchangeRate.objects.count() == 1


def a_rate(rate: str, from_on: date, until_on: date | None = None, quoted: Quoting = Quoting.LOCAL_PER_UNIT) -> Rate:
    return Rate("stated", "USD", "CNY", Decimal(rate), quoted, Validity(from_on, until_on), "stated")


def test_rate_chart__draws_the_change_since_the_first_month_that_has_a_rate() -> None:
    months = months_until(date(2026, 12, 5))
    assert (len(months), months[0], months[-1]) == (13, date(2025, 12, 1), date(2026, 12, 1))
    rates = [
        a_rate("8", date(2026, 10, 1), date(2026, 12, 1)),
        a_rate("0.1", date(2026, 12, 1), None, Quoting.UNITS_PER_LOCAL),
    ]

    chart = rate_chart(rates, "USD", months)

    assert chart is not None
    assert chart["rows"] == [["2026-10", "8 (+0.00 %)"], ["2026-11", "8 (+0.00 %)"], ["2026-12", "10 (+25.00 %)"]]
    assert rates[1].local(Fraction(1)) == 10
    assert rate_chart([], "USD", months) is None
