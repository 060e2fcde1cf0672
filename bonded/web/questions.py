"""Questions about a withdrawal: asked from its release packet, answered on the company's own page of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.questions import answer_question, ask_question
from bonded.queries.questions import question_of_withdrawal, questions_of_withdrawal
from bonded.queries.withdrawals import withdrawal_visible_to
from bonded.rules.permissions import Act, Role, may
from bonded.rules.questions import ASKED_ABOUT
from bonded.web.doors import PageRequest, acts, done
from bonded.web.releases import READERS, release
from bonded.web.sections import Section
from bonded.web.withdrawals import withdrawal


def questions_shown(request: PageRequest, subject: Any) -> Mapping[str, Any]:
    """Give what was asked about a withdrawal, and what the reader may do about it."""
    is_open = subject.state in ASKED_ABOUT
    return {
        "withdrawal": subject,
        "questions": questions_of_withdrawal(subject.pk, actor=request.actor),
        "may_ask": is_open and may(request.actor, Act.ASK_QUESTION),
        "may_answer": is_open and may(request.actor, Act.ANSWER_QUESTION),
    }


# Officers read the company's own page, too; they ask where they decide.
_TEMPLATE = "bonded/everyone/_questions.html"
ASKED = Section("release", _TEMPLATE, frozenset(READERS), questions_shown, order=10)
ANSWERED = Section("withdrawal", _TEMPLATE, frozenset({Role.BUYER}), questions_shown, order=10)


@acts(Role.CUSTOMS_OFFICER, shows=release)
def ask(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Ask the withdrawal's company something."""
    ask_question(withdrawal_id=withdrawal_id, text=request.POST.get("text", ""), actor=request.actor, at=request.at)
    return done(request, _("Asked; the company is told."), "release", withdrawal_id=withdrawal_id)


@acts(Role.BUYER, shows=withdrawal)
def answer(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Answer what an officer asks."""
    withdrawal_visible_to(request.actor, withdrawal_id)
    answer_question(
        question_id=question_of_withdrawal(withdrawal_id, request.POST.get("question", ""), actor=request.actor),
        text=request.POST.get("answer", ""),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Answered; the officer is told."), "withdrawal", withdrawal_id=withdrawal_id)
