"""A platform that people have worked with: something of everything, so that no page is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from bonded.actions.arrivals import weigh_arrival
from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.actions.customs_tasks import NewTask, open_tasks
from bonded.actions.declarations import lodge_declaration
from bonded.actions.holds import place_hold
from bonded.actions.questions import ask_question
from bonded.actions.saved_searches import save_search
from bonded.actions.search_alerts import set_search_alert
from bonded.actions.withdrawals import release_withdrawal, request_withdrawal
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.holds import HoldKind
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Procedure
from inspections.actions.booking_holds import hold_viewing
from inspections.actions.sessions import check_in
from tariffs.actions.account_statements import order_account_statement
from tariffs.actions.duty import secure_duty
from tariffs.actions.landed_prices import price_catalogue
from tariffs.actions.schedule_drafts import draft_schedule
from tests.cast import Cast
from tests.factories import LocationFactory
from tests.situations.bonded import (
    a_vault_around_the_trays,
    an_accepted_consignment,
    an_announced_consignment,
    lots_in_the_vault,
)
from tests.situations.customs import apply_all, store
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_buyer_who_may_book,
    a_viewing_room,
    a_visit,
    an_offer,
    booking_of,
    wait_of,
    wish_for,
)
from tests.situations.tariffs import GEM, camt053, cleared_by_customs, imported

Words = Mapping[str, Mapping[str, object]]
GRADES = [
    {"colour": "D", "clarity": "VVS1", "cut": "Ideal", "shape": "round", "lab": "GIA", "report_number": "2141438171"},
    {"colour": "H", "clarity": "SI1", "cut": "Good", "shape": "oval"},
]

LINES = (
    b"kind,hs_code,weight_carats,value,kimberley_number\n"
    b"polished_diamond,710239,1.01,5000,\nrough_diamond,710231,heavy,5000,BW-12345\n"
)

RATE = {
    "local_currency": "CNY",
    "currency": "USD",
    "rate": "7.2",
    "quoted": "local_per_unit",
    "valid_from": "2026-12-01",
    "valid_until": "2027-01-01",
    "source": "test",
    "mark": "M",
}


def a_lived_in_platform(cast: Cast, at: datetime) -> Words:
    """Reach a state of everything through real acts, and give for each page's name the words of its address."""
    a_buyer_who_may_book(cast, at, limit="2000000.00")
    lots = lots_in_the_vault(cast, at, lots=[*GRADES, *[{}] * 6, GEM, GEM])
    room, second = a_viewing_room(cast), a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    after = a_visit(cast, room, lots[2], starts_at=SLOT, actor=cast.alice)
    offer = an_offer(cast, after, lot=lots[2], note="For the ring of a regular customer.")
    booked = booking_of(room, [lots[3]], actor=cast.alice, at=after, starts_at=NEXT_SLOTS[1])
    held = hold_viewing(
        wish=wish_for(second, lots[:2], visitors=(), starts_at=NEXT_SLOTS[1]), actor=cast.alice, at=after
    )
    wait_of(booked, actor=cast.charlie, at=after)
    charged, asked = (
        request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=after)
        for lot in lots[-2:]
    )
    secure_duty(withdrawal_id=charged.pk, actor=cast.alice, at=after)
    declaration = lodge_declaration(withdrawal_id=charged.pk, actor=cast.alice, at=after)
    cleared_by_customs(charged, after)
    release_withdrawal(withdrawal_id=charged.pk, actor=cast.olga, at=after)
    order_account_statement(
        company_id=cast.alder.pk, currency="CNY", month=date(2026, 11, 1), actor=cast.alice, at=after
    )
    kept = save_search(name="Large and white", query="carats_from=1&colour=D", actor=cast.alice, at=after)
    set_search_alert(search_id=kept.pk, is_wanted=True, actor=cast.alice, at=after)
    save_search(name="Rubies", query="variety=ruby", actor=cast.alice, at=after)
    here = booking_of(second, [lots[5]], actor=cast.alice, at=at)
    entered = check_in(booking_id=here.pk, identity_note="passport seen", actor=cast.vera, at=after)
    place_hold(lot_id=lots[4].pk, kind=HoldKind.CUSTOMS, reason="A tip.", actor=cast.olga, at=after)
    price_catalogue(actor=SYSTEM, at=at)
    a_vault_around_the_trays()
    consignment = an_announced_consignment(cast, at)
    stored = store_consignment_file(
        consignment_id=consignment.pk, file_name="lines.csv", content=LINES, defaults={}, actor=cast.sven, at=at
    )
    at_the_door = an_accepted_consignment(cast, at, lots=[{}, {}])
    weigh_arrival(
        consignment_id=at_the_door.pk, stock_number=at_the_door.lots.order_by("pk")[0].stock_number,
        weight_carats=Decimal("1.010"), pieces=1, seal_number="DOOR-0001", location_code=LocationFactory().code,
        is_again=False, actor=cast.victor, at=at,
    )  # fmt: skip
    file = import_stored_file(file_id=stored.pk, now=lambda: at)
    proposal = store_consignment_file(
        consignment_id=consignment.pk,
        file_name="proposal.csv",
        content=LINES + b"polished_diamond,710239,1.5,9000,\n",
        defaults={},
        is_proposal=True,
        actor=cast.sven,
        at=at,
    )
    draft = draft_schedule(title="December", measures=[], exchange_rates=[RATE], actor=cast.ada, at=after)
    asks = NewTask(TaskKind.QUERY, declaration.office, "query 1", {"text": "Which mine?"}, declaration.pk)
    open_tasks([asks], at=after)
    unread = store(b"no message", at=after, message_id="strange-1")
    apply_all(after)
    ask_question(withdrawal_id=asked.pk, text="Whose are these?", actor=cast.olga, at=after)
    bank_file = imported(camt053(("100.00", "CRDT", "for the emerald"), ("2.00", "DBIT", "fees")), cast, after)
    stone = {"stock_number": lots[0].stock_number}
    return {
        "stone": stone,
        "vault_place": {"code": "V1"},
        "new_offer": stone,
        "visit": {"booking_id": held.pk},
        "offer": {"offer_id": offer.pk},
        "withdrawal": {"withdrawal_id": asked.pk},
        "settle_duty": {"withdrawal_id": asked.pk},
        "declaration": {"number": declaration.number},
        "at_desk": {"booking_id": entered.booking_id},
        "customs_task": {"task_id": declaration.tasks.get().pk},
        "incoming_message": {"message_id": unread.id},
        "outgoing_message": {"message_id": declaration.outgoing_messages.get().pk},
        "release": {"withdrawal_id": asked.pk},
        "consignment": {"reference": consignment.reference},
        "arrival": {"reference": at_the_door.reference},
        "bank_file": {"file_id": bank_file.pk},
        "guarantee": {"company_id": cast.alder.pk},
        "schedule_draft": {"draft_id": draft.pk},
        "one_company": {"company_id": cast.alder.pk},
        "import": {"file_id": file.pk},
        # One page has two faces: what came of a file, and how one is read that nobody has decided on.
        "import as ada": {"file_id": proposal.pk},
    }
