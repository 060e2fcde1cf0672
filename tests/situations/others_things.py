"""A platform on which every kind of thing is there twice: one's own, and a colleague's, a rival's or nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bonded.actions.holds import place_hold
from bonded.actions.questions import ask_question
from bonded.actions.release_tokens import hand_over_withdrawal, issue_release_token
from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Consignment, Lot, Membership, Withdrawal
from bonded.rules.holds import HoldKind
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from bonded.rules.withdrawals import Procedure
from inspections.actions.sessions import check_in, open_session
from inspections.models import Desk, WaitingEntry
from inspections.rules.findings import Intent
from tariffs.actions.bank_statements import match_line
from tariffs.actions.guarantee_authorities import grant_authority
from tariffs.actions.guarantee_instruments import add_instrument
from tariffs.actions.guarantees import set_guarantee
from tariffs.actions.payments import book_payment
from tariffs.models import DutyDebt, JournalEntry
from tariffs.models.bank_statements import BankStatementLine
from tariffs.rules.guarantee_instruments import InstrumentKind
from tariffs.rules.ledger import BusinessEvent
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment, lots_in_the_vault
from tests.situations.inspections import NEXT_SLOTS, SLOT, a_viewing_room, booking_of, weighings_out, with_findings
from tests.situations.pages import Words, a_lived_in_platform
from tests.situations.tariffs import camt053, imported

# Ids and numbers by what they are to whom.
Things = dict[str, object]
FROM_NOVEMBER = Validity(date(2026, 11, 1))


def _goods(cast: Cast, at: datetime, lots: Sequence[Lot], own: Words) -> Things:
    """Have withdrawals of Alder's two buyers and of Cedar, and lots of nobody's, and give them by words."""
    bobs, cedars = (
        request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=actor, at=at)
        for lot, actor in zip(lots[:2], (cast.bob, cast.charlie), strict=True)
    )
    for one in (bobs, cedars):
        ask_question(withdrawal_id=one.pk, text="Which mine?", actor=cast.olga, at=at)
    left = Withdrawal.objects.get(state="released")
    token = issue_release_token(withdrawal_id=left.pk, actor=cast.alice, at=at)
    hand_over_withdrawal(token=token, witness_id=cast.vera.user_id or 0, actor=cast.victor, at=at)
    hold, other_hold = (
        place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="A tip.", actor=cast.olga, at=at) for lot in lots[2:4]
    )
    door = Consignment.objects.get(**own["arrival"])
    asked = Withdrawal.objects.get(pk=str(own["withdrawal"]["withdrawal_id"]))
    assert lots[4].location
    return {
        "asked": asked.pk,
        "question": asked.questions.get().pk,
        "bobs_question": bobs.questions.get().pk,
        "cedars_question": cedars.questions.get().pk,
        "bobs_lot": lots[0].stock_number,
        "cedars_lot": lots[1].stock_number,
        "lot_outside": left.lines.get().lot.stock_number,
        "stopped_lot": lots[2].stock_number,
        "hold": hold.pk,
        "other_hold": other_hold.pk,
        "free_lot": lots[4].stock_number,
        "expected_lot": Consignment.objects.get(**own["consignment"]).lots.all()[0].stock_number,
        "at_the_door": door.reference,
        "to_weigh": door.lots.get(arrival_reading=None).stock_number,
        "tray": lots[4].location.code,
        "to_declare": an_announced_consignment(cast, at).reference,
    }


def _visits(cast: Cast, at: datetime, lots: Sequence[Lot]) -> Things:
    """Have visits of Alder and of Cedar, Alice sitting at one, and give them by words."""
    room, hour = a_viewing_room(cast, code="DESK-3"), NEXT_SLOTS[0]
    here, booked, _cedars, requested = (
        booking_of(room, [lot], actor=actor, at=at, starts_at=starts_at, visitors=visitors, justification="Three.")
        for lot, actor, starts_at, visitors in zip(
            lots,
            (cast.alice, cast.alice, cast.charlie, cast.alice),
            (SLOT, *(hour + timedelta(days=days) for days in (1, 2, 3))),
            (["Alice"], ["Alice"], ["Charlie"], ["Alice", "Bob", "A setter"]),
            strict=True,
        )
    )
    check_in(booking_id=here.pk, identity_note="passport seen", actor=cast.victor, at=at)
    session = open_session(
        booking_id=here.pk,
        weighed_out=weighings_out(here),
        witness_id=cast.vera.user_id or 0,
        actor=cast.victor,
        at=at,
    )
    with_findings(session, [Intent.BUY], cast, at)
    closed = a_viewing_room(cast, code="DESK-4")
    Desk.objects.filter(pk=closed.desk.pk).update(is_in_use=False)
    viewed, booked_, cedars, _requested = (lot.stock_number for lot in lots)
    return {
        "here": here.pk,
        "viewed_lot": viewed,
        "booked": booked.pk,
        "booked_lot": booked_,
        "cedars_visited": cedars,
        "requested": requested.pk,
        "wait": WaitingEntry.objects.get().pk,
        "cedars_hour": (hour + timedelta(days=2)).isoformat(),
        "hour": (hour + timedelta(days=4)).isoformat(),
    }


def _money(cast: Cast, at: datetime) -> Things:
    """Have guarantees of Alder and Cedar, and two files that pay one debt in parts, and give them by words."""
    things: dict[str, object] = {}
    keeps: dict[str, Any] = {"actor": cast.ada, "at": at, "validity": FROM_NOVEMBER}
    for whose, company, agent in (("", cast.alder, cast.cedar), ("cedars_", cast.cedar, cast.alder)):
        things[f"{whose}paper"] = add_instrument(
            company_id=company.pk,
            kind=InstrumentKind.BANK_GUARANTEE,
            number="BG-1",
            guarantor="A bank",
            amount=Money(100, "CNY"),
            order_of_use=2,
            **keeps,
        ).pk
        things[f"{whose}authority"] = grant_authority(
            company_id=company.pk, agent_id=agent.pk, sub_limit=Money(100, "CNY"), sees_balance=False, **keeps
        ).pk
    debt = DutyDebt.objects.get()
    for whose in ("", "other_"):
        paid = [(amount, "CRDT", "for the emerald") for amount in ("5.00", "6.00", "7.00")]
        file = imported(camt053(*paid, identification=f"{whose}file", booked_on="2026-11-20"), cast, at)
        booked, matched, line = BankStatementLine.objects.filter(statement__file=file).order_by("number")
        matches = [match_line(line_id=one.pk, debt_id=debt.pk, actor=cast.ada, at=at) for one in (booked, matched)]
        book_payment(match_id=matches[0].pk, actor=cast.ada, at=at)
        things |= {f"{whose}file": file.pk, f"{whose}line": line.pk, f"{whose}match": matches[1].pk}
        things[f"{whose}booked_match"] = matches[0].pk
    entries = JournalEntry.objects.order_by("pk")
    things["charge"] = entries.exclude(event=BusinessEvent.PAYMENT_RECEIVED)[0].pk
    return things | {"debt": debt.reference, "entry": entries.filter(event=BusinessEvent.PAYMENT_RECEIVED)[0].pk}


def own_and_others_things(cast: Cast, at: datetime) -> Things:
    """Reach, through real acts, a platform of things of several people, and give them by what they are to whom."""
    own, lots = a_lived_in_platform(cast, at), lots_in_the_vault(cast, at, lots=[{}] * 9)
    set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
    found = _goods(cast, at, lots[:5], own) | _visits(cast, at, lots[5:]) | _money(cast, at)
    members = {member.user.username: member.pk for member in Membership.objects.select_related("user")}
    return found | members | {"alder": cast.alder.pk, "stones": cast.stones.pk, "offer": own["offer"]["offer_id"]}
