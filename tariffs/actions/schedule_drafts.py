"""Changing the schedule by drafts: one person drafts, a second approves what it changes, all are published in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from bonded.actions.activity import record_activity
from bonded.rules.errors import NotFound, Problem
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from tariffs.actions.locks import lock_schedule
from tariffs.actions.versions import exchange_rate_from, measure_from, publish_versions
from tariffs.models.schedule_drafts import ScheduleDraft
from tariffs.queries.schedule_drafts import changes_of, digest_of, gaps_left_by, rows_of
from tariffs.queries.schedule_rollbacks import is_known_by, rollback_cells
from tariffs.rules.permissions import Act, require
from tariffs.rules.schedule_drafts import (
    STEPS,
    ApproverIsDrafter,
    CoverageIncomplete,
    DraftChangesNothing,
    DraftOutdated,
    DraftState,
    EarlierDraftWaits,
)
from tariffs.rules.schedule_feeds import NO_FEED, FeedFileTaken, ScheduleFile, require_next
from tariffs.rules.schedule_rollbacks import NothingKnownThen
from tariffs.rules.schedule_rows import cells_of
from tariffs.rules.working_days import business_day


@transaction.atomic
def draft_schedule(
    *,
    title: str,
    measures: Sequence[Mapping[str, str]],
    exchange_rates: Sequence[Mapping[str, str]],
    file: ScheduleFile | None = None,
    actor: Actor,
    at: datetime,
) -> ScheduleDraft:
    """Keep rows that are to be published together; `file` is what they were read from.

    A file of a feed is kept though it changes nothing: the next number waits for it. Raises ScheduleFileInvalid with
    every fault, DraftChangesNothing, FeedFileTaken, FeedNumberMissing.
    """
    require(actor, Act.DRAFT_SCHEDULE)
    draft = ScheduleDraft(title=title, measures=list(measures), exchange_rates=list(exchange_rates))
    if file is not None:
        draft.feed, draft.sequence, draft.file_sha256 = file.feed, file.sequence, file.sha256
        _require_next_of_feed(draft)
    return _kept(draft, actor=actor, at=at)


@transaction.atomic
def draft_rollback(*, title: str, known_at: datetime, from_on: date, actor: Actor, at: datetime) -> ScheduleDraft:
    """Keep that the schedule shall be, from a day on, what was known at a moment; exchange rates stay as they are.

    Nothing is deleted: publication follows what was believed since by new versions. Raises NothingKnownThen,
    DraftChangesNothing.
    """
    require(actor, Act.DRAFT_SCHEDULE)
    if known_at > at or not is_known_by(known_at):
        raise NothingKnownThen("Name a moment from the first version of the schedule up to now.")
    cells = rollback_cells(known_at=known_at, from_on=from_on)
    draft = ScheduleDraft(title=title, measures=cells, known_at=known_at, from_on=from_on)
    return _kept(draft, actor=actor, at=at)


@transaction.atomic
def approve_draft(*, draft_id: UUID, actor: Actor, at: datetime) -> ScheduleDraft:
    """Agree, as a second person, to what a draft changes by what is believed now; it is then next in the order.

    May be done again when the draft was overtaken. Raises NotFound, StepNotAllowed, ApproverIsDrafter,
    CoverageIncomplete with every gap that codes of the draft would have.
    """
    require(actor, Act.APPROVE_SCHEDULE)
    draft = _locked(draft_id)
    require_step(STEPS, DraftState(draft.state), DraftState.APPROVED)
    if actor.user_id == draft.drafted_by_id:
        raise ApproverIsDrafter("A second person approves a draft.", drafted_by=str(draft.drafted_by_id))
    _require_coverage(draft, begins=business_day(at))
    last = ScheduleDraft.objects.aggregate(last=Max("approval_number"))["last"] or 0
    draft.state, draft.approved_at, draft.approved_by_id = DraftState.APPROVED, at, actor.user_id
    draft.approval_number, draft.approved_digest = last + 1, digest_of(changes_of(draft))
    draft.save(update_fields=["state", "approved_at", "approved_by_id", "approval_number", "approved_digest"])
    record_activity(Act.APPROVE_SCHEDULE, draft, actor=actor, at=at, approval_number=draft.approval_number)
    return draft


@transaction.atomic
def publish_draft(*, draft_id: UUID, actor: Actor, at: datetime) -> ScheduleDraft:
    """Put an approved draft in force for its days.

    Raises NotFound, StepNotAllowed, EarlierDraftWaits, FeedNumberMissing when an earlier file of its feed is not
    published, CoverageIncomplete, and DraftOutdated when what it changes is not what was approved.
    """
    require(actor, Act.PUBLISH_SCHEDULE)
    draft = _locked(draft_id)
    require_step(STEPS, DraftState(draft.state), DraftState.PUBLISHED)
    earlier = ScheduleDraft.objects.filter(state=DraftState.APPROVED, approval_number__lt=draft.approval_number)
    if draft.sequence is not None:
        # Later files of the feed wait for this one, however early they were approved.
        earlier = earlier.exclude(feed=draft.feed, sequence__gt=draft.sequence)
    if waiting := earlier.order_by("approval_number").first():
        raise EarlierDraftWaits(
            f"{waiting.title!r} was approved before this one: publish or discard it first.", draft_id=str(waiting.pk)
        )
    if draft.sequence is not None:
        published = ScheduleDraft.objects.filter(feed=draft.feed, state=DraftState.PUBLISHED)
        require_next(draft.sequence, _numbers(published), feed=draft.feed)
    if digest_of(changes_of(draft)) != draft.approved_digest:
        raise DraftOutdated("What the draft changes is not what was approved: look at it and approve it again.")
    _require_coverage(draft, begins=business_day(at))
    measures, rates = rows_of(draft)
    new = publish_versions([measure_from(row) for row in measures], actor=actor, at=at)
    new_rates = publish_versions([exchange_rate_from(row) for row in rates], actor=actor, at=at)
    draft.state, draft.published_at = DraftState.PUBLISHED, at
    if draft.known_at is not None:
        draft.measures = [cells_of(row) for row in measures]
    draft.save(update_fields=["state", "published_at", "measures"])
    record_activity(Act.PUBLISH_SCHEDULE, draft, actor=actor, at=at, versions=len(new) + len(new_rates))
    return draft


@transaction.atomic
def discard_draft(*, draft_id: UUID, reason: str, actor: Actor, at: datetime) -> ScheduleDraft:
    """Give a draft up. Raises NotFound, StepNotAllowed."""
    require(actor, Act.DRAFT_SCHEDULE)
    draft = _locked(draft_id)
    require_step(STEPS, DraftState(draft.state), DraftState.DISCARDED)
    draft.state = DraftState.DISCARDED
    draft.save(update_fields=["state"])
    record_activity(Act.DRAFT_SCHEDULE, draft, actor=actor, at=at, discarded=reason)
    return draft


def _require_next_of_feed(draft: ScheduleDraft) -> None:
    """Refuse a file whose number or content a draft of the feed has already, and one that leaves a number out."""
    if draft.sequence is None:
        return
    lock_schedule()
    others = ScheduleDraft.objects.filter(feed=draft.feed).exclude(state=DraftState.DISCARDED)
    same = Q(sequence=draft.sequence) | Q(file_sha256=draft.file_sha256)
    if taken := others.filter(same).order_by("sequence").first():
        raise FeedFileTaken(
            f"{taken.title!r} is number {taken.sequence} of {draft.feed} already.",
            draft_id=str(taken.pk),
            sequence=taken.sequence,
            is_same_file=taken.file_sha256 == draft.file_sha256,
        )
    require_next(draft.sequence, _numbers(others), feed=draft.feed)


def _numbers(drafts: QuerySet[ScheduleDraft]) -> set[int]:
    return {number for number in drafts.values_list("sequence", flat=True) if number is not None}


def _kept(draft: ScheduleDraft, *, actor: Actor, at: datetime) -> ScheduleDraft:
    assert actor.user_id is not None
    draft.drafted_by_id, draft.drafted_at = actor.user_id, at
    changes = changes_of(draft)
    if draft.feed == NO_FEED and not any(change.is_new for change in changes):
        raise DraftChangesNothing("Everything that the draft says is believed already.", rows=len(changes))
    draft.save(force_insert=True)
    record_activity(Act.DRAFT_SCHEDULE, draft, actor=actor, at=at, title=draft.title, rows=len(changes))
    return draft


def _locked(draft_id: UUID) -> ScheduleDraft:
    lock_schedule()
    for draft in ScheduleDraft.objects.filter(pk=draft_id).locked():
        return draft
    raise NotFound("There is no such draft.", draft_id=str(draft_id))


def _require_coverage(draft: ScheduleDraft, *, begins: date) -> None:
    measures, _ = rows_of(draft)
    if gaps := gaps_left_by(measures, begins=begins):
        problems = [Problem("rate_missing", gap.sentence) for gap in gaps]
        raise CoverageIncomplete("Codes that the draft names would have no rate on some days.", problems)
