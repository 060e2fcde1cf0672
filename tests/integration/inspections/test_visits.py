"""Who may come to look at what, and what a visit leaves behind when a stone comes back lighter, or another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.models import Hold, Lot
from inspections.actions.booking_holds import confirm_booking
from inspections.actions.sessions import close_session, weigh_in_session
from inspections.models import Booking, CompanyPaper, SessionLot
from inspections.rules.bookings import BookingRefused
from inspections.rules.findings import Intent
from tariffs.models import GuaranteeReservation
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.inspections import (
    a_booking,
    a_buyer_who_may_book,
    a_hold,
    a_viewing_room,
    a_weighed_in_session,
    an_open_session,
    booking_of,
    weighings_in,
    with_findings,
)

ROUGH = {"kind": "rough_diamond", "hs_code": "71023100", "kimberley_number": "BW-1"}


def test_book_viewing__of_rough_is_for_members_of_the_kimberley_process(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), lots_in_the_vault(cast, at, lots=[ROUGH])
    CompanyPaper.objects.create(
        company=cast.alder, kind="kimberley_membership", number="SZ-1", valid=DateRange(None, date(2026, 11, 23))
    )
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, lots, actor=cast.alice, at=at, justification="please")
    assert "kimberley_membership_missing" in [problem.code for problem in refusal.value.problems]
    assert not Booking.objects.exists()
    CompanyPaper.objects.create(
        company=cast.alder, kind="kimberley_membership", number="SZ-2", valid=DateRange(date(2026, 11, 23), None)
    )
    assert booking_of(room, lots, actor=cast.alice, at=at).state == "booked"


def test_company_papers__are_kept_sound_by_the_database(cast: Cast, at) -> None:
    for columns, name in (
        ({"kind": "letter", "valid": DateRange(None, None)}, "a_paper_is_of_a_known_kind"),
        ({"valid": DateRange(date(2026, 1, 1), date(2026, 1, 1))}, "a_paper_is_valid_on_some_day"),
    ):
        said = {"company": cast.alder, "kind": "insurance", "number": "1"} | columns
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            CompanyPaper.objects.create(**said)


def test_book_viewing__by_video_alone_needs_nobody_in_the_room(cast: Cast, at) -> None:
    booking = a_booking(cast, at, visitors=[], remote_visitors=["Bob, from Antwerp"])
    assert (booking.visitors, booking.remote_visitors) == ([], ["Bob, from Antwerp"])


def test_confirm_booking__names_who_looks_on_by_video(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    confirm_booking(booking_id=hold.pk, visitors=[], remote_visitors=["Bob"], justification="", actor=cast.alice, at=at)
    assert Booking.objects.get().remote_visitors == ["Bob"]


@pytest.mark.parametrize(
    ("intent", "reading", "state", "minor"),
    [
        # A tenth of the stone is gone: the duty on USD 500.00 at 7.1 yuan is 461.50 yuan.
        (Intent.DECLINE, "0.900", "reserved", 461_50),
        (Intent.DECLINE, "1.000", "freed", 4_615_00),
        (Intent.DECLINE, "1.100", "freed", 4_615_00),
        (Intent.BUY, "0.900", "reserved", 4_615_00),
    ],
)
def test_close_session__keeps_the_duty_on_what_is_missing(
    cast: Cast, at, intent: Intent, reading: str, state: str, minor: int
) -> None:
    session = an_open_session(cast, at)
    with_findings(session, [intent], cast, at)
    lot = Lot.objects.get()
    weigh_in_session(
        booking_id=session.booking_id,
        weighed_in=weighings_in(session.booking, readings={lot.pk: reading}),
        witness_id=cast.vera.user_id or 0,
        actor=cast.victor,
        at=at,
    )
    close_session(booking_id=session.booking_id, actor=cast.victor, at=at)
    claim = GuaranteeReservation.objects.get()
    assert (claim.state, claim.amount_minor, Booking.objects.get().duty_minor) == (state, minor, minor)
    assert Lot.objects.get().is_on_hold is (reading != "1.000")


@pytest.mark.parametrize(("read", "is_same"), [("GIA 6204", True), ("GIA 6205", False), ("", None)])
def test_weigh_in_session__holds_another_stone(cast: Cast, at, read: str, is_same: bool | None) -> None:
    session = an_open_session(cast, at)
    Lot.objects.update(report_number="GIA 6204")
    with_findings(session, [Intent.DECLINE], cast, at)
    weighed_in = [replace(one, report_number=read) for one in weighings_in(session.booking)]
    weigh_in_session(
        booking_id=session.booking_id,
        weighed_in=weighed_in,
        witness_id=cast.vera.user_id or 0,
        actor=cast.victor,
        at=at,
    )
    back = SessionLot.objects.get()
    assert (back.read_report_number, back.is_same_stone) == (read, is_same)
    holds = list(Hold.objects.values_list("reason", flat=True))
    assert holds == (["another stone came back: read GIA 6205, booked GIA 6204"] if is_same is False else [])


def test_weigh_in_session__says_nothing_of_stones_without_a_report(cast: Cast, at) -> None:
    a_weighed_in_session(cast, at)
    assert SessionLot.objects.get().is_same_stone is None
    assert not Hold.objects.exists()
