"""The gate: released goods leave by their pass, before a second keeper."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.release_tokens import hand_over_withdrawal
from bonded.queries.withdrawals import is_release_token
from bonded.rules.permissions import Role
from bonded.web.codes import shown_filled
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.witnesses import witness_from

LONGEST_TOKEN = 200


@console(Role.VAULT_KEEPER)
def gate(request: PageRequest) -> HttpResponse:
    """Ask for the pass."""
    return page(request, "bonded/keeper/gate.html", {})


@acts(Role.VAULT_KEEPER, shows=gate)
def hand_over(request: PageRequest) -> HttpResponse:
    """Let the goods of a pass out of the door."""
    token = request.POST.get("token", "").strip()[:LONGEST_TOKEN]
    left = hand_over_withdrawal(token=token, witness_id=witness_from(request), actor=request.actor, at=request.at)
    return done(request, _("Handed over; the bond entries are written off."), "withdrawal", withdrawal_id=left.pk)


def pass_at_the_gate(request: PageRequest, code: str) -> HttpResponse | None:
    """Show the gate with a pass filled in, when the code is one."""
    return shown_filled(request, gate, {"token": code}) if is_release_token(code) else None
