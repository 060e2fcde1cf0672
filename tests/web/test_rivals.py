"""What is another company's, at every address of every console: it is not there, and no form of it acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import pytest
from django.urls import reverse

from bonded.models import Activity, Company, Membership, Notice, SavedSearch, User
from bonded.rules.parties import CompanyKind
from bonded.rules.permissions import Role
from inspections.actions.calendar_feeds import make_calendar_feed
from inspections.models import Booking
from inspections.rules.calendar_feeds import FeedSort
from tariffs.models.account_statements import AccountStatement
from tests.browser.every_page import console_doors
from tests.cast import Cast
from tests.situations.inspections import wait_of
from tests.situations.pages import a_lived_in_platform
from tests.situations.web_clients import signed_in

# What everybody in the trade may look at, and offer on.
OPEN_TO_ALL = frozenset({"stone", "new_offer", "make_offer"})
NOT_THERE = (403, 404)


def things(words: Mapping[str, Mapping[str, object]], cast: Cast, at: datetime) -> dict[str, object]:
    """Give for each word of addresses a thing of Alder's, of Sven's or of staff that goes by it."""
    waits = wait_of(Booking.objects.filter(state="booked")[0], actor=cast.bob, at=at)
    feed, _word = make_calendar_feed(sort=FeedSort.COMPANY, room_id=None, actor=cast.alice, at=at)
    found: dict[str, object] = {
        "notice_id": Notice.objects.filter(user_id=cast.alice.user_id or 0)[0].pk,
        "statement_id": AccountStatement.objects.filter(company=cast.alder)[0].pk,
        "search_id": SavedSearch.objects.filter(user_id=cast.alice.user_id or 0)[0].pk,
        "feed_id": feed.pk,
        "entry_id": waits.pk,
    }
    for kwargs in words.values():
        found |= {word: thing for word, thing in kwargs.items() if word not in found}
    return found


def doors_of_things(
    words: Mapping[str, Mapping[str, object]], known: Mapping[str, object]
) -> Iterator[tuple[str, str, bool]]:
    """Give (name, address, whether it acts) of every door that names a thing."""
    for name, pattern in console_doors():
        if asked := list(pattern.pattern.converters):
            # Files of the bank and of suppliers are called by the same word.
            of_import = words["import"] if str(pattern.pattern).startswith("imports/") else {}
            kwargs = {word: of_import.get(word, words.get(name, {}).get(word, known[word])) for word in asked}
            yield name, reverse(name, kwargs=kwargs), getattr(pattern.callback, "acts", False)


@pytest.fixture
def stig(cast: Cast) -> str:
    """Give a supplier who is Sven's rival."""
    company = Company.objects.create(
        name="Stig's Stones", kind=CompanyKind.SUPPLIER, registration_number="TEST-stig", country="BE"
    )
    user = User.objects.create(username="stig")
    Membership.objects.create(user=user, company=company, role=Role.SUPPLIER)
    return user.username


def test_every_door__is_closed_to_rivals(cast: Cast, at: datetime, stig: str) -> None:
    words = a_lived_in_platform(cast, at)
    doors = list(doors_of_things(words, things(words, cast, at)))
    acts_before = Activity.objects.count()
    opened = []
    for username in ("charlie", stig):
        client = signed_in(username)
        client.raise_request_exception = False
        for name, address, is_act in doors:
            form = {"key": f"{username} {name}", "answer": "leave"}
            answer = client.post(address, form) if is_act else client.get(address)
            if answer.status_code not in NOT_THERE and name not in OPEN_TO_ALL:
                opened.append((username, name, answer.status_code))

    assert opened == []
    assert Activity.objects.count() == acts_before
    assert len(doors) > 60
