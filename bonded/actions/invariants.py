"""Asking all must-be-empty questions, and keeping the answer for whoever looks."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from bonded.actions.activity import record_activity_on
from bonded.models.invariants import InvariantReport
from bonded.queries.invariants import INVARIANTS, broken_invariants
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import invariants_wanted


@transaction.atomic
def want_invariants(*, actor: Actor, at: datetime) -> None:
    """Let a worker ask every question soon: it takes longer than a page may."""
    require(actor, Act.VERIFY_HISTORY)
    record_activity_on(Act.VERIFY_HISTORY, "platform", "invariants", actor=actor, at=at)
    invariants_wanted.send(InvariantReport, at=at)


@transaction.atomic
def ask_invariants(*, actor: Actor, at: datetime) -> InvariantReport:
    """Ask every question of every app; takes seconds for each hundred thousand lots, so no page does it."""
    require(actor, Act.VERIFY_HISTORY)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '600s'")
    broken = [{"sentence": one.sentence, "examples": list(one.examples)} for one in broken_invariants()]
    return InvariantReport.objects.create(asked_at=at, questions=len(INVARIANTS), broken=broken)
