"""Asking all must-be-empty questions, and keeping the answer for whoever looks."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from bonded.models.invariants import InvariantReport
from bonded.queries.invariants import INVARIANTS, broken_invariants
from bonded.rules.permissions import Act, Actor, require


@transaction.atomic
def ask_invariants(*, actor: Actor, at: datetime) -> InvariantReport:
    """Ask every question of every app; takes seconds for each hundred thousand lots, so no page does it."""
    require(actor, Act.VERIFY_HISTORY)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '600s'")
    broken = [{"sentence": one.sentence, "examples": list(one.examples)} for one in broken_invariants()]
    return InvariantReport.objects.create(asked_at=at, questions=len(INVARIANTS), broken=broken)
