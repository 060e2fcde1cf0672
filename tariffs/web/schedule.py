"""The schedule for the administrator: drafts with what each row changes, gaps, and what is in force on a day."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.permissions import Role
from bonded.web.base import (
    PageRequest,
    acts,
    console,
    csv_of,
    day,
    day_from_text,
    done,
    file_of,
    listed,
    page,
    require_unchanged,
    text_of,
)
from tariffs.actions.schedule_drafts import approve_draft, discard_draft, draft_schedule, publish_draft
from tariffs.models.schedule import Measure
from tariffs.queries.schedule_drafts import changes_of, draft_by_id, drafts_for, gaps_in_bond, gaps_left_by, rows_of
from tariffs.rules.schedule import hs_digits
from tariffs.rules.schedule_coverage import Gap
from tariffs.rules.schedule_drafts import STEPS, DraftState
from tariffs.rules.schedule_feeds import ScheduleFile, feed_from_text
from tariffs.rules.schedule_files import MOST_BYTES, exchange_rates_of, measures_of, rows_of_csv
from tariffs.rules.working_days import business_day

READERS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.CUSTOMS_OFFICER)
CHARGES = {"duty": gettext_lazy("duty"), "consumption tax": gettext_lazy("consumption tax"), "VAT": gettext_lazy("VAT")}
ROWS_OF = {"measures": measures_of, "exchange_rates": exchange_rates_of}


def gap_told(gap: Gap) -> SafeString:
    """Say in the reader's language which rate is missing, and from when."""
    begins, ends, charge = day(gap.begins), day(gap.ends), CHARGES[gap.charge]
    told = (
        _("{code} has no {charge} from {begins} on.")
        if gap.ends is None
        else _("{code} has no {charge} from {begins} until {ends}.")
    )
    return format_html(told, code=gap.hs_code, charge=charge, begins=begins, ends=ends)


@console(*READERS)
def schedule(request: PageRequest) -> HttpResponse:
    """List the drafts, and what the schedule does not say of goods that are here."""
    context = {
        "page": listed(request, drafts_for(request.actor), "-drafted_at", "-id"),
        "gaps": [gap_told(one) for one in gaps_in_bond(begins=business_day(request.at), actor=request.actor)],
        "kinds": list(ROWS_OF),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "tariffs/administrator/schedule.html", context)


@acts(Role.ADMINISTRATOR, shows=schedule)
def draft_from_file(request: PageRequest) -> HttpResponse:
    """Draft what a file says; every fault of it is named, and then nothing is kept."""
    kind = text_of(request, "rows")
    if kind not in ROWS_OF:
        raise InputInvalid("Choose what the file holds.", rows=kind[:40])
    _name, content = file_of(request, "file", most_bytes=MOST_BYTES)
    feed, sequence = feed_from_text(request.POST.get("feed", "").strip(), request.POST.get("sequence", "").strip())
    rows = rows_of_csv(content)
    ROWS_OF[kind](rows)
    cells = {name: [dict(row) for _place, row in rows] if name == kind else [] for name in ROWS_OF}
    draft = draft_schedule(
        title=text_of(request, "title"),
        **cells,
        file=ScheduleFile(hashlib.sha256(content).hexdigest(), feed, sequence),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Drafted. A second person looks at it next."), "schedule_draft", draft_id=draft.pk)


@console(*READERS)
def schedule_draft(request: PageRequest, draft_id: UUID) -> HttpResponse:
    """Show a draft: before and after of every row, and the gaps that stand against it."""
    draft = draft_by_id(draft_id, actor=request.actor)
    changes = changes_of(draft)
    if request.GET.get("format") == "csv":
        return changes_file(changes)
    measures, _rates = rows_of(draft)
    steps = STEPS[DraftState(draft.state)]
    is_administrator = request.actor.role is Role.ADMINISTRATOR
    context = {
        "draft": draft,
        "changes": [change for change in changes if change.is_new],
        "unchanged": sum(not change.is_new for change in changes),
        "gaps": [gap_told(one) for one in gaps_left_by(measures, begins=business_day(request.at))],
        "may_approve": is_administrator and DraftState.APPROVED in steps,
        "is_own": draft.drafted_by_id == request.actor.user_id,
        "may_publish": is_administrator and DraftState.PUBLISHED in steps,
        "may_discard": is_administrator and DraftState.DISCARDED in steps,
    }
    return page(request, "tariffs/administrator/schedule_draft.html", context)


def changes_file(changes: Any) -> HttpResponse:
    """Give what a draft changes as a file."""
    columns: dict[str, Any] = {
        "what": lambda one: one.what,
        "from_on": lambda one: one.from_on,
        "until_on": lambda one: one.until_on or "",
        "before": lambda one: "; ".join(one.before),
        "after": lambda one: one.says,
        "is_new": lambda one: one.is_new,
    }
    return csv_of("schedule-draft", changes, columns)


def _require_seen(request: PageRequest, draft_id: UUID) -> None:
    require_unchanged("scheduledraft", str(draft_by_id(draft_id, actor=request.actor).pk), request.POST)


@acts(Role.ADMINISTRATOR, shows=schedule_draft)
def approve(request: PageRequest, draft_id: UUID) -> HttpResponse:
    """Agree, as the second person."""
    _require_seen(request, draft_id)
    approve_draft(draft_id=draft_id, actor=request.actor, at=request.at)
    return done(request, _("Approved; it can be published."), "schedule_draft", draft_id=draft_id)


@acts(Role.ADMINISTRATOR, shows=schedule_draft)
def publish(request: PageRequest, draft_id: UUID) -> HttpResponse:
    """Put it in force for its days."""
    _require_seen(request, draft_id)
    publish_draft(draft_id=draft_id, actor=request.actor, at=request.at)
    return done(request, _("Published; it counts on its days."), "schedule_draft", draft_id=draft_id)


@acts(Role.ADMINISTRATOR, shows=schedule_draft)
def discard(request: PageRequest, draft_id: UUID) -> HttpResponse:
    """Give it up."""
    _require_seen(request, draft_id)
    discard_draft(draft_id=draft_id, reason=text_of(request, "reason"), actor=request.actor, at=request.at)
    return done(request, _("Discarded."), "schedule")


@console(*READERS)
def in_force(request: PageRequest) -> HttpResponse:
    """Show the measures of a day, of one HS code if the address names it."""
    context: dict[str, Any] = {"day": business_day(request.at), "page": None}
    try:
        on = day_from_text(request.GET.get("on", "")) or context["day"]
        measures = Measure.objects.known().in_force(on)
        if code := request.GET.get("hs_code", "").strip():
            digits = hs_digits(code)
            measures = measures.filter(hs_code__in=[digits[:length] for length in range(2, len(digits) + 1)])
    except RuleViolation as refusal:
        context["not_understood"] = refusal
    else:
        context |= {"day": on, "page": listed(request, measures, "id")}
    return page(request, "tariffs/administrator/in_force.html", context)
