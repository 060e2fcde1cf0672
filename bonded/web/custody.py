"""What staff see of a lot on its page: where it is, its chain of custody, its holds, and stopping it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.holds import lift_hold, place_hold
from bonded.queries.custody import activities_of, chain_of_custody, hold_of_lot, holds_of
from bonded.queries.lots import lot_by_stock_number
from bonded.rules.holds import HoldKind
from bonded.rules.permissions import Act, Role, may
from bonded.web.doors import PageRequest, acts, done
from bonded.web.reasons import reason_from
from bonded.web.sections import Section
from bonded.web.stale import require_unchanged
from bonded.web.stones import stone

WATCHERS = frozenset({Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR})


def custody_of(request: PageRequest, lot: Any) -> dict[str, Any]:
    """Give a lot's movements, holds and acts, and what the reader may do about the holds."""
    holds = holds_of(lot)
    return {
        "lot": lot,
        "steps": chain_of_custody(lot),
        "holds": holds,
        "activities": activities_of("lot", str(lot.pk)),
        "may_place": may(request.actor, Act.PLACE_HOLD),
        "may_lift": may(request.actor, Act.LIFT_HOLD),
    }


CUSTODY = Section("stone", "bonded/everyone/_custody.html", WATCHERS, custody_of, order=60)


@acts(Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, shows=stone)
def stop(request: PageRequest, stock_number: str) -> HttpResponse:
    """Put a lot on hold: an officer for customs, the house because something differs."""
    lot = lot_by_stock_number(stock_number, actor=request.actor)
    kind = HoldKind.CUSTOMS if request.actor.role is Role.CUSTOMS_OFFICER else HoldKind.DISCREPANCY
    place_hold(lot_id=lot.pk, kind=kind, reason=reason_from(request.POST), actor=request.actor, at=request.at)
    return done(request, _("The lot is on hold."), "stone", stock_number=stock_number)


@acts(Role.CUSTOMS_OFFICER, shows=stone)
def lift(request: PageRequest, stock_number: str) -> HttpResponse:
    """Let a lot go on."""
    lot = lot_by_stock_number(stock_number, actor=request.actor)
    hold = hold_of_lot(lot, request.POST.get("hold", ""))
    require_unchanged("lot", str(lot.pk), request.POST)
    lift_hold(hold_id=hold.pk, reason=reason_from(request.POST), actor=request.actor, at=request.at)
    return done(request, _("The hold is lifted."), "stone", stock_number=stock_number)
