"""What companies' machines are told of viewings."""

import pytest

from bonded.models import ClientEvent
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from inspections.actions.bookings import cancel_booking
from inspections.actions.offers import counter_offer, refuse_offer
from inspections.actions.overdue_offers import lapse_offer
from inspections.actions.sessions import close_session
from inspections.models import Offer
from tests.cast import Cast
from tests.situations.inspections import a_booking, a_session, a_weighed_in_session, an_offer, an_open_session


def told(cast: Cast) -> list[tuple[str, str]]:
    """Alder's events as (whom they are about, the status), in their order."""
    events = ClientEvent.objects.filter(company=cast.alder, kind="booking.changed").order_by("pk")
    return [(one.subject_id, one.facts["status"]) for one in events]


def test_cancel_booking__tells_the_company_as_the_booking_did(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    for _ in range(2):
        cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=at)

    events = ClientEvent.objects.filter(kind="booking.changed").order_by("pk")
    assert [(one.company_id, one.subject_id, one.facts) for one in events] == [
        (cast.alder.pk, str(booking.pk), {"status": "booked"}),
        (cast.alder.pk, str(booking.pk), {"status": "cancelled"}),
    ]


def offer_events() -> list[tuple[str, int, str]]:
    """Give (kind, company, status) of what was told of offers, in order."""
    events = ClientEvent.objects.filter(kind__startswith="offer.").order_by("pk")
    assert {one.subject_id for one in events} == {str(Offer.objects.get().pk)}
    return [(one.kind, one.company_id, one.facts["status"]) for one in events]


def test_offers__are_told_to_both_sides_and_nobody_else(cast: Cast, at) -> None:
    offer = an_offer(cast, at)
    both = (cast.alder.pk, cast.stones.pk)
    counter_offer(offer_id=offer.pk, price=Money.from_text("4500.00", "USD"), actor=cast.sven, at=at)
    refuse_offer(offer_id=offer.pk, reason="no", actor=cast.alice, at=at)
    assert offer_events() == [
        (kind, company, status)
        for kind, status in (
            ("offer.made", "offered"),
            ("offer.answered", "countered"),
            ("offer.answered", "refused"),
        )
        for company in both
    ]
    for value in ("4000", "4500", "no"):
        assert value not in str(list(ClientEvent.objects.filter(kind__startswith="offer.").values("facts")))


def test_lapse_offer__is_told_once_to_both_sides(cast: Cast, at) -> None:
    offer = an_offer(cast, at)
    for _ in range(2):
        lapse_offer(offer_id=offer.pk, actor=SYSTEM, at=offer.ends_at)
    assert offer_events()[2:] == [("offer.lapsed", company, "lapsed") for company in (cast.alder.pk, cast.stones.pk)]


def test_check_in__tells_the_company(cast: Cast, at) -> None:
    session = a_session(cast, at)
    assert told(cast) == [(str(session.booking_id), "booked"), (str(session.booking_id), "in_session")]


def test_close_session__tells_the_company_that_the_visit_is_over(cast: Cast, at) -> None:
    session = a_weighed_in_session(cast, at)
    booking = str(session.booking_id)
    assert told(cast) == [(booking, "booked"), (booking, "in_session")]

    close_session(booking_id=session.booking_id, actor=cast.victor, at=at)

    assert told(cast) == [(booking, "booked"), (booking, "in_session"), (booking, "done")]


def test_close_session__tells_nothing_when_it_is_refused(cast: Cast, at) -> None:
    session = an_open_session(cast, at)
    with pytest.raises(StepNotAllowed):
        close_session(booking_id=session.booking_id, actor=cast.victor, at=at)
    assert told(cast) == [(str(session.booking_id), "booked"), (str(session.booking_id), "in_session")]
