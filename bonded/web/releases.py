"""The release packet: everything an officer needs to decide on a withdrawal, on one page, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bonded.actions.withdrawals import approve_withdrawal, refuse_withdrawal, release_withdrawal
from bonded.models.declarations import Declaration
from bonded.models.withdrawals import Withdrawal, WithdrawalLot
from bonded.queries.custody import chains_of_custody
from bonded.queries.declarations import declarations_of_withdrawal, history_of_declaration
from bonded.queries.documents import papers_of_lots
from bonded.queries.questions import unanswered_questions
from bonded.queries.withdrawals import clearances_in_force, custody_problems, lines_of_withdrawal, withdrawal_visible_to
from bonded.rules.permissions import Role
from bonded.rules.withdrawals import Clearance, WithdrawalState
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.reasons import reason_from
from bonded.web.stale import require_unchanged
from bonded.web.withdrawals import demands_of, lines_shown, timeline_of

READERS = (Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
OPEN_STATES = (WithdrawalState.REQUESTED, WithdrawalState.DECLARED)
# Weighings of more lots than these are looked at lot by lot.
MOST_CHAINS = 50


def checks_of(withdrawal: Withdrawal) -> list[dict[str, Any]]:
    """Give each demand of the procedure, whether it is met, and by which evidence; custody is looked at by itself."""
    return demands_of(withdrawal, {Clearance(one.clearance): one for one in clearances_in_force(withdrawal.pk)})


def chains_shown(lines: Sequence[WithdrawalLot]) -> list[Mapping[str, Any]]:
    """Give the first lots with the whole chain of custody of each."""
    lots = [line.lot for line in lines[:MOST_CHAINS]]
    chains = chains_of_custody([lot.pk for lot in lots])
    return [{"lot": lot, "steps": chains[lot.pk]} for lot in lots]


def declarations_shown(declarations: Sequence[Declaration]) -> list[dict[str, Any]]:
    """Give declarations with every step that their office told."""
    return [{"declaration": one, "history": history_of_declaration(one)} for one in declarations]


@console(*READERS)
def release(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Show the packet of one withdrawal, and to an officer the buttons."""
    one = withdrawal_visible_to(request.actor, withdrawal_id)
    lines = lines_of_withdrawal(one)
    is_open = one.state in OPEN_STATES
    problems = custody_problems([line.lot for line in lines]) if is_open else []
    checks = checks_of(one)
    context = {
        "withdrawal": one,
        "lines": lines_shown(one),
        "checks": checks,
        "problems": problems,
        "unanswered": unanswered_questions(one.pk) if is_open else 0,
        "is_clean": is_open and not problems and all(check["met"] for check in checks),
        "is_open": is_open,
        "declarations": declarations_shown(declarations_of_withdrawal(one.pk)),
        "papers": papers_of_lots([line.lot for line in lines]),
        "today": localdate(request.at),
        "chains": chains_shown(lines),
        "timeline": timeline_of(one),
        "may_decide": is_open and request.actor.role is Role.CUSTOMS_OFFICER,
        "may_release": one.state == WithdrawalState.DECLARED,
        "awaits_first_officer": one.needs_countersignature and one.approved_by_id is None,
        "is_own_approval": one.approved_by_id == request.actor.user_id and one.needs_countersignature,
    }
    return page(request, "bonded/officer/release.html", context)


def _decided(
    request: PageRequest, withdrawal_id: UUID, act: Callable[..., Any], sentence: str, **words: str
) -> HttpResponse:
    """Do what the officer decided on the packet as it was seen, and go back to the queue."""
    withdrawal_visible_to(request.actor, withdrawal_id)
    require_unchanged("withdrawal", str(withdrawal_id), request.POST)
    act(withdrawal_id=withdrawal_id, **words, actor=request.actor, at=request.at)
    return done(request, sentence, "queue")


@acts(Role.CUSTOMS_OFFICER, shows=release)
def approve(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Let the goods leave bond."""
    sentence = _("Released: the goods may leave by their pass.")
    return _decided(request, withdrawal_id, release_withdrawal, sentence)


@acts(Role.CUSTOMS_OFFICER, shows=release)
def approve_first(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Approve, as the first of two officers, what is worth so much that another releases it."""
    sentence = _("Approved: another officer countersigns and releases.")
    return _decided(request, withdrawal_id, approve_withdrawal, sentence)


@acts(Role.CUSTOMS_OFFICER, shows=release)
def refuse(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Say no to a withdrawal, with the reason."""
    sentence = _("Refused; the company is told why.")
    return _decided(request, withdrawal_id, refuse_withdrawal, sentence, reason=reason_from(request.POST))
