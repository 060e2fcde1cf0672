"""The ground floor's panels: what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from bonded.models.consignments import Consignment
from bonded.models.holds import Hold
from bonded.models.invariants import InvariantReport
from bonded.models.withdrawals import Withdrawal
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import LIVE_STATES
from bonded.web.figures import moment
from bonded.web.find import address_of
from bonded.web.panels import Panel
from bonded.web.words import word_of

ROWS = 10
Rows = Sequence[Mapping[str, Any]]


def withdrawals_under_way(actor: Actor, at: datetime) -> Rows:
    """Give the withdrawals that have not ended, the oldest first; officers come to the packet, others to the page."""
    page = "release" if actor.role is Role.CUSTOMS_OFFICER else "withdrawal"
    live = Withdrawal.objects.visible_to(actor).filter(state__in=LIVE_STATES)
    return [
        {
            "Asked": moment(one.requested_at),
            "Company": one.company.name,
            "For": word_of(one.procedure),
            "State": word_of(one.state),
            "href": address_of(page, withdrawal_id=one.pk),
        }
        for one in live.select_related("company").order_by("requested_at", "pk")[:ROWS]
    ]


def holds_in_force(actor: Actor, at: datetime) -> Rows:
    """Give the holds that are not lifted, the most urgent first."""
    holds = Hold.objects.filter(lifted_at__isnull=True).select_related("lot")
    return [
        {
            "Lot": hold.lot.stock_number,
            "Kind": word_of(hold.kind),
            "Why": hold.reason,
            "href": address_of("stone", stock_number=hold.lot.stock_number),
        }
        for hold in holds.order_by("answer_due_at", "pk")[:ROWS]
    ]


def consignments(actor: Actor, at: datetime) -> Rows:
    """Give the newest consignments."""
    newest = Consignment.objects.visible_to(actor).order_by("-pk")
    return [
        {
            "Reference": one.reference,
            "State": word_of(one.state),
            "href": address_of("consignment", reference=one.reference),
        }
        for one in newest[:ROWS]
    ]


def broken_sentences(actor: Actor, at: datetime) -> Rows:
    """Give the sentences that did not hold when they were last asked, or say that nobody asked yet."""
    report = InvariantReport.objects.order_by("-asked_at").first()
    if report is None:
        return [{"Broken": _("Nobody asked yet."), "For": _("A worker asks every six hours.")}]
    return [{"Broken": gettext(one["sentence"]), "For": ", ".join(one["examples"][:3])} for one in report.broken]


PANELS = (
    Panel(
        _("Withdrawals under way"),
        frozenset({Role.BUYER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.VAULT_KEEPER, Role.AUDITOR}),
        (gettext_noop("Asked"), gettext_noop("Company"), gettext_noop("For"), gettext_noop("State")),
        withdrawals_under_way,
        _("Nothing is on its way out of bond."),
    ),
    Panel(
        _("Lots on hold"),
        frozenset({Role.CUSTOMS_OFFICER, Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR}),
        (gettext_noop("Lot"), gettext_noop("Kind"), gettext_noop("Why")),
        holds_in_force,
        _("No lot is on hold."),
    ),
    Panel(
        _("Consignments"),
        frozenset({Role.SUPPLIER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER}),
        (gettext_noop("Reference"), gettext_noop("State")),
        consignments,
        _("No consignment is announced."),
        more="consignments",
    ),
    Panel(
        _("Books and custody"),
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        (gettext_noop("Broken"), gettext_noop("For")),
        broken_sentences,
        _("Every sentence that must hold held when it was last asked."),
        more="health",
    ),
)
