"""What bonded does when it hears its own facts: it notes what companies' machines shall be told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bonded.actions.client_events import record_decision, record_status_changes
from bonded.rules.client_events import EventKind
from bonded.signals import declaration_statuses_changed, withdrawal_refused, withdrawal_released


def note_status_changes(sender: Any, *, changes: Sequence[tuple[int, str]], at: datetime, **kwargs: Any) -> None:
    """Note that declarations moved on."""
    record_status_changes(changes, at=at)


def note_release(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Note that goods may leave."""
    record_decision(withdrawal_id=withdrawal_id, kind=EventKind.WITHDRAWAL_RELEASED, at=at)


def note_refusal(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Note that goods stay."""
    record_decision(withdrawal_id=withdrawal_id, kind=EventKind.WITHDRAWAL_REFUSED, at=at)


def listen() -> None:
    """Begin to hear; called once, when the app is ready."""
    declaration_statuses_changed.connect(note_status_changes, dispatch_uid="bonded.note.status_changes")
    withdrawal_released.connect(note_release, dispatch_uid="bonded.note.release")
    withdrawal_refused.connect(note_refusal, dispatch_uid="bonded.note.refusal")
