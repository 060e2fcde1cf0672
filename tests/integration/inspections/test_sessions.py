"""The visit: papers, stones out before two keepers, findings, stones in, and the end of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bonded.actions.holds import place_hold
from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Activity, CustodyMovement, Hold, Lot
from bonded.rules.custody import TwoKeepersNeeded
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.holds import HoldKind, LotOnHold
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.seals import SealDiffers
from bonded.rules.withdrawals import Procedure
from inspections.actions.findings import record_finding
from inspections.actions.sessions import check_in, close_session, open_session, weigh_in_session
from inspections.models import Booking, Claim, Finding, SessionLot, ViewingSession
from inspections.rules.bookings import CheckInNotOpen
from inspections.rules.findings import FindingMissing, Intent, LotNotViewed
from inspections.rules.sessions import LotsDiffer
from inspections.signals import session_closed
from tariffs.actions.duty import secure_duty
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_booking,
    a_session,
    a_viewing_room,
    a_weighed_in_session,
    an_open_session,
    booking_of,
    weighings_in,
    weighings_out,
    with_findings,
)


def keepers(cast: Cast, at) -> dict[str, Any]:
    return {"witness_id": cast.vera.user_id, "actor": cast.victor, "at": at}


def available(cast: Cast) -> str:
    return str(GuaranteeAccount.objects.get(company=cast.alder).headroom.available)


def test_check_in__notes_the_papers_and_begins_the_visit(cast: Cast, at) -> None:
    session = a_session(cast, at)

    assert (session.state, session.booking.state, session.checked_in_by_id) == (
        "checked_in",
        "in_session",
        cast.victor.user_id,
    )
    record = Activity.objects.get(act="inspections.session.check_in")
    assert record.facts == {"booking": str(session.booking_id), "identity_note": "passport seen"}


@pytest.mark.parametrize("moment", [SLOT - timedelta(minutes=30, seconds=1), SLOT + timedelta(minutes=60)])
def test_check_in__is_refused_too_early_and_too_late(cast: Cast, at, moment) -> None:
    booking = a_booking(cast, at)
    with pytest.raises(CheckInNotOpen) as refusal:
        check_in(booking_id=booking.pk, identity_note="passport", actor=cast.victor, at=moment)

    assert refusal.value.facts == {
        "opens_at": "2026-11-23T01:45:00+00:00",
        "closes_at": "2026-11-23T03:15:00+00:00",
    }
    assert not ViewingSession.objects.exists()
    assert Booking.objects.get().state == "booked"


def test_check_in__happens_once(cast: Cast, at) -> None:
    session = a_session(cast, at)
    with pytest.raises(StepNotAllowed):
        check_in(booking_id=session.booking_id, identity_note="passport", actor=cast.victor, at=at)
    assert ViewingSession.objects.count() == 1


def test_open_session__breaks_seals_and_weighs_every_lot_out(cast: Cast, at) -> None:
    session = an_open_session(cast, at, lots=2)
    lots = list(Lot.objects.order_by("pk"))

    assert (session.state, session.opened_at) == ("open", at)
    for lot in lots:
        assert (lot.goods_state, lot.location_id, lot.seal_number, lot.holder_id) == (
            "at_desk",
            session.booking.desk.location_id,
            "",
            cast.victor.user_id,
        )
        out = SessionLot.objects.get(lot=lot)
        assert (out.out_carats, out.out_pieces, out.is_viewable, out.seal_out) == (
            Decimal("1.000"),
            1,
            True,
            f"S-{lot.pk:06d}",
        )
        last = CustodyMovement.objects.filter(lot=lot).order_by("-position")[:2]
        assert [(one.kind, one.scale, one.witness_id) for one in last] == [
            ("checked_out", "BAL-1", cast.vera.user_id),
            ("seal_broken", "", cast.vera.user_id),
        ]


def test_open_session__puts_a_lot_that_differs_on_hold_and_shows_the_others(cast: Cast, at) -> None:
    session = a_session(cast, at, lots=2)
    light, right = (row.lot for row in session.booking.lots.order_by("lot_id"))
    booking = session.booking
    later = booking_of(a_viewing_room(cast, code="DESK-2"), [light], actor=cast.bob, at=at, starts_at=NEXT_SLOTS[0])
    out = weighings_out(booking, readings={light.pk: "0.997"})
    open_session(booking_id=booking.pk, weighed_out=out, **keepers(cast, at))

    hold = Hold.objects.get()
    assert (hold.lot_id, hold.kind, hold.found_carats) == (light.pk, "discrepancy", Decimal("0.997"))
    later.refresh_from_db()
    assert later.state == "cancelled"
    say = {"booking_id": booking.pk, "intent": Intent.BUY, "agreed_carats": None, "remarks": "", "at": at}
    with pytest.raises(LotNotViewed):
        record_finding(lot_id=light.pk, actor=cast.alice, **say)
    record_finding(lot_id=right.pk, actor=cast.alice, **say)

    weigh_in_session(
        booking_id=booking.pk, weighed_in=weighings_in(booking, readings={light.pk: "0.997"}), **keepers(cast, at)
    )
    assert close_session(booking_id=booking.pk, actor=cast.victor, at=at).state == "closed"
    light.refresh_from_db()
    assert (light.goods_state, light.is_on_hold, light.seal_number) == ("in_vault", True, f"N-{light.pk:06d}")


def test_open_session__refuses_and_opens_nothing(cast: Cast, at) -> None:
    booking = a_session(cast, at, lots=2).booking
    first, second = weighings_out(booking)
    wrong = type(second)(second.lot_id, "S-OTHER", second.weight_carats, 1)
    ask: dict[str, Any] = {"booking_id": booking.pk, "at": at, "actor": cast.victor}
    with pytest.raises(LotsDiffer) as refusal:
        open_session(weighed_out=[first, first], witness_id=cast.vera.user_id or 0, **ask)
    assert refusal.value.facts == {"missing": [Lot.objects.get(pk=second.lot_id).stock_number]}
    with pytest.raises(TwoKeepersNeeded):
        open_session(weighed_out=[first, second], witness_id=cast.victor.user_id or 0, **ask)
    with pytest.raises(SealDiffers):
        open_session(weighed_out=[first, wrong], witness_id=cast.vera.user_id or 0, **ask)
    place_hold(lot_id=second.lot_id, kind=HoldKind.CUSTOMS, reason="papers", actor=cast.olga, at=at)
    with pytest.raises(LotOnHold):
        open_session(weighed_out=[first, second], witness_id=cast.vera.user_id or 0, **ask)

    assert ViewingSession.objects.get().state == "checked_in"
    assert not SessionLot.objects.exists()
    assert set(Lot.objects.values_list("goods_state", flat=True)) == {"in_vault"}
    assert not Lot.objects.filter(seal_number="").exists()


def test_open_session__needs_a_check_in(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    with pytest.raises(NotFound):
        open_session(booking_id=booking.pk, weighed_out=weighings_out(booking), **keepers(cast, at))


def test_steps__are_refused_unless_the_one_before_is_closed(cast: Cast, at) -> None:
    booking = a_session(cast, at).booking
    with pytest.raises(StepNotAllowed):
        weigh_in_session(booking_id=booking.pk, weighed_in=weighings_in(booking), **keepers(cast, at))
    with pytest.raises(StepNotAllowed):
        close_session(booking_id=booking.pk, actor=cast.victor, at=at)
    open_session(booking_id=booking.pk, weighed_out=weighings_out(booking), **keepers(cast, at))
    with pytest.raises(StepNotAllowed):
        open_session(booking_id=booking.pk, weighed_out=weighings_out(booking), **keepers(cast, at))
    with pytest.raises(StepNotAllowed):
        close_session(booking_id=booking.pk, actor=cast.victor, at=at)
    with_findings(booking.session, [Intent.DECLINE], cast, at)
    weigh_in_session(booking_id=booking.pk, weighed_in=weighings_in(booking), **keepers(cast, at))
    with pytest.raises(StepNotAllowed):
        weigh_in_session(booking_id=booking.pk, weighed_in=weighings_in(booking), **keepers(cast, at))
    close_session(booking_id=booking.pk, actor=cast.victor, at=at)
    with pytest.raises(StepNotAllowed):
        close_session(booking_id=booking.pk, actor=cast.victor, at=at)


def test_weigh_in_session__puts_lots_back_sealed_and_holds_what_differs(cast: Cast, at) -> None:
    session = an_open_session(cast, at, lots=2)
    homes = dict(SessionLot.objects.values_list("lot_id", "home_id"))
    light = min(homes)
    weigh_in_session(
        booking_id=session.booking_id,
        weighed_in=weighings_in(session.booking, readings={light: "0.990"}),
        **keepers(cast, at),
    )

    for lot in Lot.objects.all():
        assert (lot.goods_state, lot.location_id, lot.seal_number) == ("in_vault", homes[lot.pk], f"N-{lot.pk:06d}")
        assert lot.is_on_hold == (lot.pk == light)
    back = SessionLot.objects.get(lot_id=light)
    assert (back.in_carats, back.is_within_tolerance) == (Decimal("0.990"), False)
    assert Hold.objects.get().reason == "weighed in: 0.990 ct in 1, booked 1.000 ct in 1"


def test_weigh_in_session__that_fails_at_the_last_lot_puts_nothing_back(cast: Cast, at) -> None:
    session = an_open_session(cast, at, lots=2)
    first, second = weighings_in(session.booking)
    used = type(second)(second.lot_id, second.weight_carats, 1, first.seal_number)
    with pytest.raises(IntegrityError, match="a_seal_closes_one_packet"), transaction.atomic():
        weigh_in_session(booking_id=session.booking_id, weighed_in=[first, used], **keepers(cast, at))

    session.refresh_from_db()
    assert session.state == "open"
    assert set(Lot.objects.values_list("goods_state", flat=True)) == {"at_desk"}


def test_close_session__wants_a_finding_for_every_lot(cast: Cast, at) -> None:
    session = an_open_session(cast, at)
    booking = session.booking
    weigh_in_session(booking_id=booking.pk, weighed_in=weighings_in(booking), **keepers(cast, at))
    with pytest.raises(FindingMissing) as refusal:
        close_session(booking_id=booking.pk, actor=cast.victor, at=at)

    assert refusal.value.facts == {"stock_numbers": [Lot.objects.get().stock_number]}
    assert Claim.objects.active().count() == 4
    session.refresh_from_db()
    assert session.state == "weighed_in"


@pytest.mark.parametrize(
    ("intents", "state"),
    [
        ((Intent.DECLINE,), "freed"),
        ((Intent.SECOND_LOOK,), "freed"),
        ((Intent.BUY,), "reserved"),
        ((Intent.DECLINE, Intent.BUY), "reserved"),
    ],
)
def test_close_session__frees_the_guarantee_unless_a_lot_is_wanted(cast: Cast, at, intents, state: str) -> None:
    session = a_weighed_in_session(cast, at, intents=intents)
    heard = []

    def hear(sender, **fact):
        heard.append(fact["booking_id"])

    session_closed.connect(hear)
    close_session(booking_id=session.booking_id, actor=cast.victor, at=at)
    session_closed.disconnect(hear)

    assert GuaranteeReservation.objects.get().state == state
    assert not Claim.objects.active().exists()
    booking = Booking.objects.get()
    assert (booking.state, booking.ended_at, heard) == ("done", at, [booking.pk])


def test_withdrawal_requested__takes_the_guarantee_over_from_the_viewing(cast: Cast, at) -> None:
    session = a_weighed_in_session(cast, at)
    close_session(booking_id=session.booking_id, actor=cast.victor, at=at)
    assert available(cast) == "495385.00"
    lot = Lot.objects.get()

    withdrawal = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    assert available(cast) == "500000.00"
    secure_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert available(cast) == "495385.00"


def test_record_finding__may_be_said_again_until_the_end(cast: Cast, at) -> None:
    session = a_weighed_in_session(cast, at, intents=[Intent.BUY])
    lot_id = session.lots.get().lot_id
    say = {"booking_id": session.booking_id, "lot_id": lot_id, "at": at}
    record_finding(intent=Intent.DECLINE, agreed_carats=Decimal("0.99"), remarks="a nick", actor=cast.victor, **say)

    finding = Finding.objects.get()
    assert (finding.intent, finding.agreed_carats, finding.remarks, finding.recorded_by_id) == (
        "decline",
        Decimal("0.990"),
        "a nick",
        cast.victor.user_id,
    )
    close_session(booking_id=session.booking_id, actor=cast.victor, at=at)
    with pytest.raises(LotNotViewed):
        record_finding(intent=Intent.BUY, agreed_carats=None, remarks="", actor=cast.alice, **say)
    for who, error in (("charlie", NotFound), ("olga", NotPermitted), ("sven", NotPermitted)):
        with pytest.raises(error):
            record_finding(intent=Intent.BUY, agreed_carats=None, remarks="", actor=getattr(cast, who), **say)
    assert Finding.objects.get().intent == "decline"


@pytest.mark.parametrize("who", ["alice", "charlie", "olga", "ada", "audrey", "sven"])
def test_sessions__are_kept_by_keepers(cast: Cast, at, who: str) -> None:
    booking = a_booking(cast, at)
    actor = getattr(cast, who)
    with pytest.raises(NotPermitted):
        check_in(booking_id=booking.pk, identity_note="passport", actor=actor, at=at)
    for act, readings in (
        (open_session, {"weighed_out": weighings_out(booking)}),
        (weigh_in_session, {"weighed_in": weighings_in(booking)}),
    ):
        with pytest.raises(NotPermitted):
            act(booking_id=booking.pk, witness_id=cast.vera.user_id or 0, actor=actor, at=at, **readings)
    with pytest.raises(NotPermitted):
        close_session(booking_id=booking.pk, actor=actor, at=at)
    assert Booking.objects.get().state == "booked"


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"identity_note": ""}, "nobody_comes_in_without_papers"),
        ({"state": "open"}, "stones_lie_open_only_after_they_were_weighed_out"),
        ({"state": "closed", "opened_at": SLOT}, "a_session_ends_only_after_the_weigh_in"),
    ],
)
def test_sessions__are_kept_sound_by_the_database(cast: Cast, at, columns, constraint: str) -> None:
    session = a_session(cast, at)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ViewingSession.objects.filter(pk=session.pk).update(**columns)
