"""What becomes of files of lines by themselves: proposals lapse, and what came to nothing loses its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activities
from bonded.actions.locks import lock_old_proposals
from bonded.models.consignment_files import ConsignmentFile
from bonded.rules.consignment_files import (
    BYTES_KEPT,
    CAME_TO_NOTHING,
    NOBODY_DECIDED,
    PROPOSAL_STANDS,
    STEPS,
    FileState,
)
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Act, Actor, require


@transaction.atomic
def lapse_proposals(*, limit: int, actor: Actor, at: datetime) -> int:
    """Cancel up to `limit` proposed files that nobody decided on in time; gives their number.

    The same bytes may come again. What somebody is at is left to a later sweep.
    """
    require(actor, Act.LAPSE_PROPOSALS)
    files = _by_consignment(lock_old_proposals(stored_before=at - PROPOSAL_STANDS, limit=limit))
    for file in files:
        require_step(STEPS, FileState(file.state), FileState.CANCELLED)
        file.state, file.finished_at, file.refusal = FileState.CANCELLED, at, NOBODY_DECIDED
    ConsignmentFile.objects.bulk_update(files, ["state", "finished_at", "refusal"])
    facts = [
        (str(file.consignment_id), {"sha256": file.sha256, "stored_at": file.stored_at.isoformat()}) for file in files
    ]
    record_activities(Act.LAPSE_PROPOSALS, "consignment", facts, actor=actor, at=at)
    return len(files)


@transaction.atomic
def forget_files(*, limit: int, actor: Actor, at: datetime) -> int:
    """Empty the bytes of up to `limit` files that came to nothing long ago; gives their number. Their rows stay."""
    require(actor, Act.FORGET_FILES)
    old = ConsignmentFile.objects.filter(state__in=CAME_TO_NOTHING, finished_at__lt=at - BYTES_KEPT)
    kept = old.exclude(content=b"").order_by("pk").select_for_update(of=("self",), skip_locked=True)
    files = _by_consignment(kept.defer("content", "preview")[:limit])
    forgotten = ConsignmentFile.objects.filter(pk__in=[file.pk for file in files]).update(content=b"")
    facts = [(str(file.consignment_id), {"sha256": file.sha256}) for file in files]
    record_activities(Act.FORGET_FILES, "consignment", facts, actor=actor, at=at)
    return forgotten


def _by_consignment(files: Iterable[ConsignmentFile]) -> list[ConsignmentFile]:
    # The histories of consignments are written in one order by all, so that no two wait for each other.
    return sorted(files, key=lambda file: (file.consignment_id, file.pk))
