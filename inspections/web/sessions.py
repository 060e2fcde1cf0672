"""Who looked at the lots of a withdrawal, as evidence in its release packet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bonded.queries.withdrawals import lines_of_withdrawal
from bonded.rules.permissions import Role
from bonded.web.base import PageRequest, Section
from inspections.queries.sessions import weighings_of_lots

# The older ones of lots that were looked at more often are on the pages of their visits.
MOST = 100


def viewings_of(request: PageRequest, withdrawal: Any) -> Mapping[str, Any]:
    """Give the viewings of the withdrawal's lots, the newest first."""
    lot_ids = [line.lot_id for line in lines_of_withdrawal(withdrawal)]
    found = weighings_of_lots(lot_ids, most=MOST + 1)
    return {"weighings": found[:MOST], "is_cut": len(found) > MOST}


VIEWINGS = Section(
    "release",
    "inspections/officer/_viewings.html",
    frozenset({Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}),
    viewings_of,
    order=40,
)
