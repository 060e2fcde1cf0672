"""Correcting the books by hand: an entry is taken back together with the state that stands behind it, or not at all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from tariffs.actions.ledger import EntryAlreadyReversed
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.models.bank_statements import PaymentMatch
from tariffs.models.ledger import JournalEntry
from tariffs.rules.ledger import HOW_UNDONE, BusinessEvent, EntryNotReversedAlone, Undoing
from tariffs.rules.permissions import Act, require


@transaction.atomic
def reverse_by_hand(*, entry_id: int, reason: str, actor: Actor, at: datetime) -> JournalEntry:
    """Take an entry back as its event allows, and give the entry that reverses it; it counts today.

    Raises NotFound, EntryAlreadyReversed, EntryNotReversedAlone that says what to undo instead, and what
    `unmatch_payment` raises.
    """
    require(actor, Act.REVERSE_ENTRY)
    entry = JournalEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("There is no such entry.", entry_id=entry_id)
    if JournalEntry.objects.filter(reverses=entry).exists():
        raise EntryAlreadyReversed("The entry was reversed before.", entry_id=entry_id)
    undoing = HOW_UNDONE[BusinessEvent(entry.event)]
    match_id = PaymentMatch.objects.filter(entry=entry).values_list("pk", flat=True).first()
    if undoing is not Undoing.UNMATCH or match_id is None:
        raise EntryNotReversedAlone(
            "A debt stands behind this entry; undo that, and the entry goes with it.",
            entry_id=entry_id,
            event=entry.event,
            undone=undoing.value,
        )
    unmatch_payment(match_id=match_id, reason=reason, actor=actor, at=at)
    return JournalEntry.objects.get(reverses=entry)
