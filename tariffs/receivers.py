"""What tariffs does when it hears a fact of bonded, inside the act that made it true."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from bonded.queries.withdrawals import goods_of_withdrawal
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Procedure
from bonded.signals import withdrawal_cancelled, withdrawal_refused, withdrawal_released, withdrawal_requested
from tariffs.actions.assessments import assess_withdrawal
from tariffs.actions.duty import charge_duty, withdraw_duty
from tariffs.actions.landed_prices import note_published
from tariffs.rules.exchange_rates import ExchangeRateMissing
from tariffs.rules.jurisdictions import RulesMissing
from tariffs.rules.schedule import MeasureMissing
from tariffs.signals import versions_published

log = structlog.get_logger()


def assess_what_was_requested(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Open an assessment of goods for home use.

    A gap in the schedule does not stop the request: the goods stay in bond without DUTY_ASSESSED,
    and securing or paying the duty names the gap, or finds it filled.
    """
    if goods_of_withdrawal(withdrawal_id).procedure is not Procedure.HOME_USE:
        return
    try:
        assess_withdrawal(withdrawal_id=withdrawal_id, actor=SYSTEM, at=at)
    except (MeasureMissing, ExchangeRateMissing, RulesMissing) as gap:
        log.warning("withdrawal_not_assessed", withdrawal_id=str(withdrawal_id), code=gap.code, **gap.facts)


def withdraw_what_ended(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Undo what was secured or charged."""
    withdraw_duty(withdrawal_id=withdrawal_id, actor=SYSTEM, at=at)


def charge_what_was_released(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Turn what secures the duty into debt."""
    charge_duty(withdrawal_id=withdrawal_id, actor=SYSTEM, at=at)


def note_what_was_published(sender: Any, *, at: datetime, **kwargs: Any) -> None:
    """Have the catalogue priced again."""
    note_published(at=at)


def listen() -> None:
    """Begin to hear; called once, when the app is ready."""
    withdrawal_requested.connect(assess_what_was_requested, dispatch_uid="tariffs.assess")
    withdrawal_cancelled.connect(withdraw_what_ended, dispatch_uid="tariffs.withdraw.cancelled")
    withdrawal_refused.connect(withdraw_what_ended, dispatch_uid="tariffs.withdraw.refused")
    withdrawal_released.connect(charge_what_was_released, dispatch_uid="tariffs.charge")
    versions_published.connect(note_what_was_published, dispatch_uid="tariffs.price.published")
