"""A bank that writes what a real one would send, in each form that is read, for demonstration and tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from bonded.rules.money import Money
from tariffs.gateways.bank_csv import COLUMNS

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, or went out when negative: how much, the other party, and what was written."""

    amount: Money
    party: str
    party_account: str
    remittance: str


def write_camt053(*, identification: str, account: str, opening: Money, payments: Sequence[Payment], on: date) -> bytes:
    """Write one statement of one account, with its opening and closing balance and an entry for each payment."""
    closing = Money(opening.minor + sum(payment.amount.minor for payment in payments), opening.currency)
    entries = "".join(_entry(payment, number, on) for number, payment in enumerate(payments, 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{escape(identification)}</MsgId><CreDtTm>{on}T18:00:00+08:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{escape(identification)}</Id><Acct><Id><Othr><Id>{escape(account)}</Id></Othr></Id>"
        f"<Ccy>{opening.currency}</Ccy></Acct>"
        f"{_balance('OPBD', opening, on)}{_balance('CLBD', closing, on)}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, amount: Money, on: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>"


def _amount(amount: Money) -> str:
    side = "CRDT" if amount.minor >= 0 else "DBIT"
    return (
        f'<Amt Ccy="{amount.currency}">{Money(abs(amount.minor), amount.currency)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
    )


def _entry(payment: Payment, number: int, on: date) -> str:
    # The other party pays what comes in, and is paid what goes out.
    party = "Dbtr" if payment.amount.minor >= 0 else "Cdtr"
    return (
        f"<Ntry><NtryRef>{number}</NtryRef>{_amount(payment.amount)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt>"
        f"<NtryDtls><TxDtls><RltdPties><{party}><Pty><Nm>{escape(payment.party)}</Nm></Pty></{party}>"
        f"<{party}Acct><Id><Othr><Id>{escape(payment.party_account)}</Id></Othr></Id></{party}Acct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(payment.remittance)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def write_mt940(*, number: str, account: str, opening: Money, payments: Sequence[Payment], on: date) -> bytes:
    """Write what `write_camt053` writes as a message of MT940; `number` counts the statements of a year."""
    day = f"{on:%y%m%d}"
    closing = Money(opening.minor + sum(payment.amount.minor for payment in payments), opening.currency)
    fields = [
        ":20:STATEMENT",
        f":25:{account}",
        f":28C:{number}",
        f":60F:{_side(opening)}{day}{opening.currency}{_comma(opening)}",
    ]
    for payment in payments:
        side = _side(payment.amount)
        fields.append(f":61:{day}{on:%m%d}{side}{_comma(payment.amount)}NTRFNONREF")
        # Of a subfield at most 27 characters, so that the text goes on in the next.
        cut = [payment.remittance[at : at + 27] for at in range(0, len(payment.remittance), 27)]
        numbers = [*range(20, 30), *range(60, 64)]
        fields.append(":86:166" + "".join(f"?{number}{part}\n" for number, part in zip(numbers, cut, strict=False)))
        fields[-1] += f"?31{payment.party_account}\n?32{payment.party[:27]}\n?33{payment.party[27:54]}"
    fields.append(f":62F:{_side(closing)}{day}{closing.currency}{_comma(closing)}")
    return ("\n".join([*fields, "-", ""]).replace("\n", "\r\n")).encode()


def write_bank_csv(
    *, identification: str, account: str, opening: Money, payments: Sequence[Payment], on: date
) -> bytes:
    """Write what `write_camt053` writes as CSV, in the layout of docs/bank-files.md."""
    closing = Money(opening.minor + sum(payment.amount.minor for payment in payments), opening.currency)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    head = (account, identification, opening.currency)
    writer.writerow([*head, "opening", on, "", opening, *[""] * 6])
    for payment in payments:
        told = (payment.party, payment.party_account, payment.remittance)
        writer.writerow([*head, "line", on, on, payment.amount, *told, "", "", ""])
    writer.writerow([*head, "closing", on, "", closing, *[""] * 6])
    return text.getvalue().encode()


def _side(amount: Money) -> str:
    return "C" if amount.minor >= 0 else "D"


def _comma(amount: Money) -> str:
    text = str(Money(abs(amount.minor), amount.currency)).replace(".", ",")
    return text if "," in text else f"{text},"
