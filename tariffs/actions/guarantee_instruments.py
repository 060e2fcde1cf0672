"""Keeping the instruments of guarantees, and looking after them: limits of the day, warnings told once."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.actions.activity import record_activity
from bonded.actions.client_events import record_client_event
from bonded.queries.parties import require_company
from bonded.rules.client_events import EventKind
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from bonded.rules.validity import Validity
from tariffs.actions.guarantee_claims import keep_limit
from tariffs.actions.locks import lock_account, lock_guarantee
from tariffs.models.guarantee_instruments import GuaranteeInstrument
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.queries.guarantee_positions import position_of
from tariffs.rules.guarantee_instruments import (
    STEPS,
    InstrumentInvalid,
    InstrumentKind,
    InstrumentRepeated,
    InstrumentState,
)
from tariffs.rules.guarantee_warnings import Cause, WarningKind
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


@transaction.atomic
def add_instrument(
    *,
    company_id: int,
    kind: InstrumentKind,
    number: str,
    guarantor: str,
    amount: Money,
    validity: Validity,
    order_of_use: int,
    actor: Actor,
    at: datetime,
) -> GuaranteeInstrument:
    """Let an instrument count for a company on the days of its validity, opening its account if it has none.

    The same again changes nothing. Raises NotFound, InstrumentInvalid, InstrumentRepeated when one of
    this kind and number has other terms or was withdrawn.
    """
    require(actor, Act.KEEP_INSTRUMENTS)
    require_company(company_id, actor=actor)
    _require_sound(kind, number, amount, order_of_use)
    GuaranteeAccount.objects.get_or_create(
        company_id=company_id, defaults={"limit_minor": 0, "currency": amount.currency}
    )
    account = lock_guarantee(company_id)
    says = {
        "guarantor": guarantor,
        "amount_minor": amount.minor,
        "validity": DateRange(validity.from_on, validity.until_on),
        "order_of_use": order_of_use,
        "state": InstrumentState.IN_FORCE,
    }
    instrument, is_new = account.instruments.get_or_create(kind=kind, number=number, defaults=says)
    if not is_new:
        if any(getattr(instrument, name) != value for name, value in says.items()):
            raise InstrumentRepeated("There is such an instrument with other terms.", kind=kind.value, number=number)
        return instrument
    _keep(Act.KEEP_INSTRUMENTS, account, instrument, actor=actor, at=at)
    return instrument


@transaction.atomic
def withdraw_instrument(*, company_id: int, instrument_id: int, actor: Actor, at: datetime) -> GuaranteeInstrument:
    """Let an instrument count no more; what is claimed stays, and shows as uncovered where nothing else stands for it.

    Raises NotFound, StepNotAllowed when it was withdrawn before.
    """
    require(actor, Act.KEEP_INSTRUMENTS)
    require_company(company_id, actor=actor)
    account = lock_guarantee(company_id)
    instrument = account.instruments.filter(pk=instrument_id).first()
    if instrument is None:
        raise NotFound("There is no such instrument.", instrument_id=instrument_id)
    require_step(STEPS, InstrumentState(instrument.state), InstrumentState.WITHDRAWN)
    instrument.state, instrument.withdrawn_at = InstrumentState.WITHDRAWN, at
    instrument.save(update_fields=["state", "withdrawn_at"])
    _keep(Act.KEEP_INSTRUMENTS, account, instrument, actor=actor, at=at)
    return instrument


@transaction.atomic
def review_guarantee(*, account_id: int, actor: Actor, at: datetime) -> int:
    """Set an account's limit to what is in force today, and tell its company of what it was not warned of yet.

    A cause that has gone is closed, and told again when it comes again. Gives the number of new warnings;
    0 too when somebody else has the account, which the next sweep finds.
    """
    require(actor, Act.REVIEW_GUARANTEE)
    account = lock_account(account_id)
    if account is None:
        return 0
    keep_limit(account, at=at)
    causes = set(position_of(account, on=business_day(at)).causes)
    open_ = {Cause(WarningKind(one.kind), one.instrument_id): one for one in account.warnings.filter(ended_at=None)}
    account.warnings.filter(pk__in=[one.pk for cause, one in open_.items() if cause not in causes]).update(ended_at=at)
    new = sorted(causes - set(open_), key=lambda cause: (cause.kind, cause.instrument_id or 0))
    for cause in new:
        _warn(account, cause, at=at)
    return len(new)


def _warn(account: GuaranteeAccount, cause: Cause, *, at: datetime) -> None:
    account.warnings.create(kind=cause.kind, instrument_id=cause.instrument_id, began_at=at)
    about = {} if cause.instrument_id is None else {"instrument_id": str(cause.instrument_id)}
    record_client_event(
        company_id=account.company_id,
        kind=EventKind.GUARANTEE_WARNED,
        subject_kind="guarantee",
        subject_id=str(account.company_id),
        facts={"warning": cause.kind.value, **about},
        at=at,
    )


def _require_sound(kind: InstrumentKind, number: str, amount: Money, order_of_use: int) -> None:
    if kind == InstrumentKind.OPENING_LIMIT:
        raise InstrumentInvalid("The opening limit is set as the guarantee's limit.", kind=kind.value)
    if amount.minor <= 0 or not number or not 1 <= order_of_use <= 1000:
        raise InstrumentInvalid(
            "An instrument has a number, an amount above 0 and a place from 1 to 1000 in the order of use.",
            number=number,
            amount=str(amount),
            order_of_use=order_of_use,
        )


def _keep(act: Act, account: GuaranteeAccount, instrument: GuaranteeInstrument, *, actor: Actor, at: datetime) -> None:
    keep_limit(account, at=at)
    until: date | None = instrument.validity.upper
    record_activity(
        act,
        account,
        actor=actor,
        at=at,
        kind=instrument.kind,
        number=instrument.number,
        state=instrument.state,
        amount=str(Money(instrument.amount_minor, account.currency)),
        currency=account.currency,
        valid_from=instrument.validity.lower.isoformat(),
        valid_until=None if until is None else until.isoformat(),
    )
