"""States of what is owed, reached through real acts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.actions.clearances import grant_clearance
from bonded.actions.withdrawals import release_withdrawal, request_withdrawal
from bonded.models import Withdrawal
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from bonded.rules.validity import Validity
from bonded.rules.withdrawals import Clearance, Procedure, WithdrawalState
from tariffs.actions.bank_statements import import_bank_statement, match_bank_file
from tariffs.actions.duty import secure_duty
from tariffs.actions.guarantee_authorities import grant_authority
from tariffs.actions.guarantees import set_guarantee
from tariffs.actions.payments import book_payment
from tariffs.actions.versions import publish_versions
from tariffs.gateways.bank_files import read_bank_file
from tariffs.models import BankFile, DutyDebt, ExchangeRate, GuaranteeAccount, GuaranteeAuthority, Measure
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot

ALWAYS = DateRange(date(2019, 4, 1), None)
GEM = {"hs_code": "71039100", "origin": "CO", "kind": "coloured_gem", "currency": "CNY", "value_minor": 1_000_000_00}


def a_measure(kind: str, hs_code: str, rate: str, **columns: Any) -> Measure:
    """A row of the schedule, not yet published."""
    defaults: dict[str, Any] = {"validity": ALWAYS, "source": "test", "mark": "D"}
    return Measure(kind=kind, hs_code=hs_code, rate=rate, **defaults | columns)


def an_exchange_rate(rate: str, currency: str = "USD", **columns: Any) -> ExchangeRate:
    """A customs exchange rate, not yet published."""
    defaults: dict[str, Any] = {"validity": ALWAYS, "source": "test", "mark": "M"}
    return ExchangeRate(currency=currency, rate=Decimal(rate), **defaults | columns)


def a_schedule(at: datetime) -> None:
    """Emeralds pay 4 % and 10 %, diamonds through the exchange nothing but the VAT of 13 %; a dollar is 7.1 yuan."""
    measures = [
        a_measure("duty_mfn", "7103", "4%"),
        a_measure("duty_mfn", "7102", "0%", regime="sde"),
        a_measure("consumption_tax", "7103", "10%"),
        a_measure("vat", "71", "13%"),
    ]
    publish_versions(measures, actor=SYSTEM, at=at)
    publish_versions([an_exchange_rate("7.1")], actor=SYSTEM, at=at)


def a_guarantee(cast: Cast, at: datetime, *, limit: str = "500000.00") -> GuaranteeAccount:
    """Alder may owe so much."""
    return set_guarantee(company_id=cast.alder.pk, limit=Money.from_text(limit, "CNY"), actor=cast.ada, at=at)


def an_authority(
    cast: Cast, at: datetime, *, limit: str = "500000.00", sub_limit: str = "400000.00", **changes: Any
) -> GuaranteeAuthority:
    """Cedar has a guarantee, and lets Alder use a part of it, without sight of the balance."""
    set_guarantee(company_id=cast.cedar.pk, limit=Money.from_text(limit, "CNY"), actor=cast.ada, at=at)
    says: dict[str, Any] = {"validity": Validity(at.date()), "sees_balance": False} | changes
    amount = Money.from_text(sub_limit, "CNY")
    return grant_authority(
        company_id=cast.cedar.pk, agent_id=cast.alder.pk, sub_limit=amount, **says, actor=cast.charlie, at=at
    )


def an_assessed_withdrawal(
    cast: Cast, at: datetime, *, procedure: Procedure = Procedure.HOME_USE, **lot: Any
) -> Withdrawal:
    """Alice has asked for one emerald of a million yuan, on which 305,777.78 are owed."""
    sealed = a_sealed_lot(cast, at, **GEM | lot)
    return request_withdrawal(lot_ids=[sealed.pk], procedure=procedure, actor=cast.alice, at=at)


def a_secured_withdrawal(cast: Cast, at: datetime) -> Withdrawal:
    """Alder's guarantee stands for what Alice's emerald owes."""
    withdrawal = an_assessed_withdrawal(cast, at)
    secure_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    return withdrawal


def cleared_by_customs(withdrawal: Withdrawal, at: datetime) -> None:
    """Customs has accepted the declaration and lets the goods go."""
    Withdrawal.objects.filter(pk=withdrawal.pk).update(state=WithdrawalState.DECLARED)
    for clearance in (Clearance.CUSTOMS_ACCEPTED, Clearance.CUSTOMS_RELEASED):
        grant_clearance(withdrawal_id=withdrawal.pk, clearance=clearance, evidence="situation", actor=SYSTEM, at=at)


def a_charged_debt(cast: Cast, at: datetime) -> DutyDebt:
    """Olga has released Alice's emerald; Alder owes the duty next month."""
    withdrawal = a_secured_withdrawal(cast, at)
    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    return DutyDebt.objects.get(withdrawal=withdrawal)


def camt053(
    *lines: tuple[str, str, str], identification: str = "S1", booked_on: str = "2026-12-07", payee: str = "CUSTOMS1"
) -> bytes:
    """Write a statement of a day, lines of (amount, CRDT or DBIT, what the payer wrote), from Alder or to `payee`."""
    entries = "".join(
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{booked_on}</Dt></BookgDt><NtryDtls><TxDtls>"
        "<RltdPties><DbtrAcct><Id><IBAN>ALDER1</IBAN></Id></DbtrAcct>"
        f"<CdtrAcct><Id><IBAN>{payee}</IBAN></Id></CdtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for amount, side, text in lines
    )
    account = "<Acct><Id><IBAN>PLATFORM1</IBAN></Id><Ccy>CNY</Ccy></Acct>"
    return (
        f"<Document><BkToCstmrStmt><Stmt><Id>{identification}</Id>{account}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def imported(content: bytes, cast: Cast, at: datetime) -> BankFile:
    """Ada has imported a file of the bank."""
    return import_bank_statement(
        name="statement.xml", content=content, statements=read_bank_file(content), actor=cast.ada, at=at
    )


def settle(content: bytes, cast: Cast, at: datetime) -> list[str]:
    """Import, match and book a file; give the rules by which its lines were recognised."""
    file = imported(content, cast, at)
    matches = match_bank_file(file_id=file.pk, actor=cast.ada, at=at)
    for match in matches:
        book_payment(match_id=match.pk, actor=cast.ada, at=at)
    return [match.rule for match in matches]
