"""What of the platform needs somebody: sentences that do not hold, and mails that nobody got."""

from __future__ import annotations

from django.db.models import QuerySet

from bonded.models.invariants import InvariantReport
from bonded.models.notices import Notice
from bonded.rules.notices import MailState
from bonded.rules.permissions import Act, Actor, require


def last_report(*, actor: Actor) -> InvariantReport | None:
    """Give what was found when all questions were asked last; None when nobody asked yet."""
    require(actor, Act.VERIFY_HISTORY)
    return InvariantReport.objects.order_by("-asked_at").first()


def failed_mails(*, actor: Actor) -> QuerySet[Notice]:
    """Give the notices whose mail is given up, with their people, the newest first."""
    require(actor, Act.VERIFY_HISTORY)
    failed = Notice.objects.filter(mail_state=MailState.FAILED, taken_back_at__isnull=True)
    return failed.select_related("user").order_by("-due_at", "-pk")
