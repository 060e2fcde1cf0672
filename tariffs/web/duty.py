"""What a withdrawal owes, on its page: the assessment with its working, and securing or paying it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bonded.queries.withdrawals import granted_clearances, withdrawal_visible_to
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.rules.withdrawals import LIVE_STATES, Clearance, Procedure
from bonded.web.base import PageRequest, Section, acts, console, done, page, word_of
from tariffs.actions.duty import pay_duty, secure_duty
from tariffs.models.debts import DutyDebt
from tariffs.queries.assessments import assessment_in_force, stored_charges
from tariffs.queries.guarantees import guarantee_of
from tariffs.web.landed_costs import charges_chart, steps_shown

READERS = frozenset({Role.BUYER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR})


def duty_of(request: PageRequest, withdrawal: Any) -> dict[str, Any] | None:
    """Give what a withdrawal owes; None where nothing is assessed, because the goods go elsewhere."""
    assessment = assessment_in_force(withdrawal.pk, actor=request.actor)
    if assessment is None:
        return None
    lines = list(assessment.lines.select_related("lot").order_by("lot_id"))
    charges = [stored_charges(line, assessment.currency) for line in lines]
    whole = sum(charges[1:], charges[0]) if charges else None
    debts = list(DutyDebt.objects.visible_to(request.actor).filter(withdrawal=withdrawal.pk).order_by("pk"))
    is_open = withdrawal.state in LIVE_STATES and withdrawal.procedure == Procedure.HOME_USE and not debts
    context: dict[str, Any] = {
        "withdrawal": withdrawal,
        "assessment": assessment,
        "total": Money(assessment.total_minor, assessment.currency),
        "chart": charges_chart(
            {word_of("duty"): whole.duty, _("Consumption tax"): whole.consumption_tax, _("VAT"): whole.vat,
             _("Fees"): whole.fees} if whole else {}
        ),
        "lines": [{"lot": line.lot, "steps": steps_shown(line.steps)} for line in lines],
        "debts": debts,
        "may_settle": is_open
        and request.actor.role is Role.BUYER
        and not granted_clearances(withdrawal.pk) & {Clearance.DUTY_SECURED, Clearance.DUTY_PAID},
    }  # fmt: skip
    if context["may_settle"]:
        try:
            context["headroom"] = guarantee_of(withdrawal.company_id, actor=request.actor, at=request.at).headroom
        except RuleViolation as refusal:
            context["no_headroom"] = refusal
    return context


DUTY = Section("withdrawal", "tariffs/everyone/_duty.html", READERS, duty_of, order=20)


@console(Role.BUYER)
def settle(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Show what is to be secured or paid, apart from the withdrawal's page; without a refusal, go to that page."""
    one = withdrawal_visible_to(request.actor, withdrawal_id)
    if getattr(request, "refusal", None) is None:
        return HttpResponseRedirect(reverse("withdrawal", kwargs={"withdrawal_id": withdrawal_id}))
    return page(request, "tariffs/buyer/settle.html", duty_of(request, one) or {})


@acts(Role.BUYER, shows=settle)
def secure(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Let the guarantee stand for the duty, so that it is paid next month."""
    secure_duty(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
    told = _("The guarantee stands for the duty; it is due next month.")
    return done(request, told, "withdrawal", withdrawal_id=withdrawal_id)


@acts(Role.BUYER, shows=settle)
def pay(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Charge the duty now, and give the reference to quote at the bank."""
    debt = pay_duty(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
    told = _("Charged. Quote %(reference)s at the bank; the goods can go when the money is here.")
    return done(request, told % {"reference": debt.reference}, "withdrawal", withdrawal_id=withdrawal_id)
