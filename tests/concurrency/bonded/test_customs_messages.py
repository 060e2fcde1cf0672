"""Several workers at one inbox, an office that sends the same thing at once, two relays at one outbox."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import transaction

from bonded.actions.customs_messages import store_customs_message
from bonded.actions.lane_settlements import apply_customs_messages
from bonded.actions.outgoing_customs_messages import claim_outgoing
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import (
    Activity,
    CustomsStatusChange,
    Declaration,
    GrantedClearance,
    IncomingCustomsMessage,
    Withdrawal,
)
from bonded.rules.customs_offices import OFFICES, SIMULATOR
from bonded.rules.permissions import SYSTEM
from tests.cast import make_cast
from tests.situations.customs import a_declared_withdrawal, message, store
from tests.situations.threads import at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PATIENCE = OFFICES[SIMULATOR].patience


@pytest.mark.django_db(transaction=True)
def test_apply_customs_messages__by_four_workers_takes_effect_once() -> None:
    cast = make_cast()
    declarations = [a_declared_withdrawal(cast, AT) for _ in range(12)]
    raws = [
        message(declaration, sequence, status, at=AT)
        for declaration in declarations
        for sequence, status in enumerate("LJCJTPR", start=1)
    ]
    random.Random(3).shuffle(raws)
    is_stored = threading.Event()

    def keep_applying() -> None:
        while not is_stored.is_set() or IncomingCustomsMessage.objects.unread().exists():
            apply_customs_messages(read=read_stored_message, limit=7, actor=SYSTEM, at=AT)

    def keep_storing() -> None:
        for raw in raws:
            store(raw, at=AT)
        is_stored.set()

    at_once(keep_storing, *[keep_applying] * 4)
    assert set(Declaration.objects.values_list("state", "last_sequence")) == {("cleared", 7)}
    assert set(IncomingCustomsMessage.objects.values_list("state", flat=True)) == {"applied"}
    assert CustomsStatusChange.objects.exclude(sequence=None).count() == len(raws)
    granted = GrantedClearance.objects.filter(clearance__in=["customs_accepted", "customs_released"])
    assert Counter(granted.values_list("clearance", flat=True)) == {"customs_accepted": 24, "customs_released": 12}


@pytest.mark.django_db(transaction=True)
def test_store_customs_message__sent_ten_times_at_once_is_stored_once() -> None:
    ids = set()

    def send() -> None:
        ids.add(store_customs_message(office="SIM", message_id="m-1", raw=b"x", headers={}, actor=SYSTEM, at=AT).id)

    at_once(*[send] * 10)
    assert ids == {IncomingCustomsMessage.objects.get().pk}
    assert Activity.objects.filter(target_kind="incomingcustomsmessage").count() == 0


@pytest.mark.django_db(transaction=True)
def test_claim_outgoing__by_four_relays_gives_each_message_to_one() -> None:
    cast = make_cast()
    for _ in range(8):
        a_declared_withdrawal(cast, AT)
    claimed = list[int]()

    def claim() -> None:
        while got := claim_outgoing(limit=1, actor=SYSTEM, at=AT):
            claimed.extend(one.id for one in got)

    at_once(*[claim] * 4)
    assert len(claimed) == len(set(claimed)) == 8


@pytest.mark.django_db(transaction=True)
def test_apply_customs_messages__leaves_a_declaration_that_somebody_holds_and_delays_no_other() -> None:
    cast = make_cast()
    held, free = a_declared_withdrawal(cast, AT), a_declared_withdrawal(cast, AT)
    store(message(held, 3, "C", at=AT), at=AT - PATIENCE)
    assert apply_customs_messages(read=read_stored_message, limit=10, actor=SYSTEM, at=AT - PATIENCE) == 1
    for declaration in (held, free):
        store(message(declaration, 1, "L", at=AT), at=AT)
    is_held, may_let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Declaration.objects.filter(pk=held.pk).locked().get()
            is_held.set()
            may_let_go.wait(10)

    def apply() -> None:
        is_held.wait(10)
        assert apply_customs_messages(read=read_stored_message, limit=10, actor=SYSTEM, at=AT) == 1
        may_let_go.set()

    at_once(hold, apply)
    states = dict(Declaration.objects.values_list("pk", "state"))
    assert states == {held.pk: "lodged", free.pk: "received"}
    assert apply_customs_messages(read=read_stored_message, limit=10, actor=SYSTEM, at=AT) == 2
    assert Declaration.objects.get(pk=held.pk).state == "inspection_ordered"


@pytest.mark.django_db(transaction=True)
def test_apply_customs_messages__leaves_a_step_whose_withdrawal_somebody_holds_and_delays_no_other() -> None:
    cast = make_cast()
    held, free = a_declared_withdrawal(cast, AT), a_declared_withdrawal(cast, AT)
    for declaration in (held, free):
        store(message(declaration, 1, "J", at=AT), at=AT)
    is_held, may_let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Withdrawal.objects.filter(declarations=held).locked().get()
            is_held.set()
            may_let_go.wait(10)

    def apply() -> None:
        is_held.wait(10)
        assert apply_customs_messages(read=read_stored_message, limit=10, actor=SYSTEM, at=AT) == 1
        may_let_go.set()

    at_once(hold, apply)
    states = dict(Declaration.objects.values_list("pk", "state"))
    assert states == {held.pk: "lodged", free.pk: "accepted"}
    assert apply_customs_messages(read=read_stored_message, limit=10, actor=SYSTEM, at=AT) == 1
    assert set(Declaration.objects.values_list("state", flat=True)) == {"accepted"}
