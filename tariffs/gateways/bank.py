"""Reading what a bank sends: account statements by ISO 20022, camt.053 of any version.

Elements are matched by local name, because banks disagree about versions and namespaces. What
the format allows and we do not use is passed by; what we use and can't read is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bonded.rules.errors import RuleViolation
from bonded.rules.money import CURRENCY_DECIMALS, Money
from tariffs.rules.statements import Statement, StatementLine, StatementUnreadable

LARGEST_FILE = 10 * 1024 * 1024
LONGEST_WORD = 35


def read_camt053(content: bytes) -> list[Statement]:
    """Read every statement of a camt.053 file, with its booked entries only.

    Raises StatementUnreadable for what is too large, not XML, declares a DTD or entities, is
    another message, or lacks what a statement must have; AmountInvalid and CurrencyUnknown for amounts.
    """
    if len(content) > LARGEST_FILE:
        raise StatementUnreadable(f"A statement has at most {LARGEST_FILE // 1024**2} MB.", bytes=len(content))
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise StatementUnreadable("A statement may not declare a DTD or entities.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise StatementUnreadable(f"This is not XML: {error}.") from None
    statements = [
        _statement(node) for message in _children(root, "BkToCstmrStmt") for node in _children(message, "Stmt")
    ]
    if not statements:
        raise StatementUnreadable("This is not a camt.053 file: it holds no BkToCstmrStmt/Stmt.")
    return statements


def _statement(node: Element) -> Statement:
    identification = _require(node, "Id")
    entries = _children(node, "Ntry")
    lines: list[StatementLine] = []
    for position, entry in enumerate(entries, 1):
        try:
            if _is_booked(entry):
                lines.extend(_lines(entry, len(lines) + 1))
        except RuleViolation as refusal:
            # XML tells no lines that a person could look for.
            refusal.facts = {**refusal.facts, "statement": identification, "entry": position}
            raise
    balances = {_text(balance, "Tp", "CdOrPrtry", "Cd"): balance for balance in _children(node, "Bal")}
    return Statement(
        identification=identification,
        account=_word(node, "Acct", "Id", "IBAN") or _require(node, "Acct", "Id", "Othr", "Id"),
        currency=_text(node, "Acct", "Ccy") or next(map(_currency, [*entries, *balances.values()]), ""),
        opening=_balance(balances.get("OPBD", balances.get("PRCD"))),
        closing=_balance(balances.get("CLBD")),
        lines=tuple(lines),
    )


def _is_booked(entry: Element) -> bool:
    """Say whether an entry is booked; pending ones come again, booked, in a later statement."""
    return (_text(entry, "Sts", "Cd") or _text(entry, "Sts")) == "BOOK"


def _balance(node: Element | None) -> Money | None:
    """Give a balance; one in a currency that we keep no books in is as good as none."""
    return _signed_amount(node) if node is not None and _currency(node) in CURRENCY_DECIMALS else None


def _lines(entry: Element, number: int) -> Iterator[StatementLine]:
    """Give one line for an entry, or one for each payment of a batch whose amounts make up the entry's."""
    details = [one for group in _children(entry, "NtryDtls") for one in _children(group, "TxDtls")]
    amount = _signed_amount(entry)
    parts = [_signed_amount(one) for one in details if _text(one, "Amt")] if len(details) > 1 else []
    if len(parts) == len(details) and _add_up(parts, amount):
        for offset, (part, one) in enumerate(zip(parts, details, strict=True)):
            yield _line(number + offset, part, entry, one)
    else:
        yield _line(number, amount, entry, details[0] if details else entry)


def _add_up(parts: list[Money], amount: Money) -> bool:
    same_currency = {part.currency for part in parts} == {amount.currency}
    return same_currency and sum(part.minor for part in parts) == amount.minor


def _line(number: int, amount: Money, entry: Element, details: Element) -> StatementLine:
    party = ("RltdPties", "Dbtr" if amount.minor > 0 else "Cdtr")
    account = ("RltdPties", "DbtrAcct" if amount.minor > 0 else "CdtrAcct", "Id")
    end_to_end = _word(details, "Refs", "EndToEndId")
    booked_on = _day(entry, "BookgDt")
    return StatementLine(
        position=number,
        amount=amount,
        booked_on=booked_on,
        value_on=_day(entry, "ValDt") if _children(entry, "ValDt") else booked_on,
        counterparty=(_text(details, *party, "Nm") or _text(details, *party, "Pty", "Nm"))[:200],
        counterparty_account=_word(details, *account, "IBAN") or _word(details, *account, "Othr", "Id"),
        remittance=_remittance(entry, details),
        end_to_end_id="" if end_to_end == "NOTPROVIDED" else end_to_end,
        bank_reference=_word(entry, "AcctSvcrRef"),
        is_reversal=_is_reversal(entry),
    )


def _is_reversal(entry: Element) -> bool:
    """Say whether the bank took an earlier entry back; CdtDbtInd tells which way the money went by that."""
    said = _text(entry, "RvslInd")
    if said not in ("", "false", "0", "true", "1"):
        raise StatementUnreadable("RvslInd is true or false.", found=said[:8])
    return said in ("true", "1")


def _remittance(entry: Element, details: Element) -> str:
    """Give what the payer wrote: structured references first, then free text."""
    texts = []
    for information in _children(details, "RmtInf"):
        texts += [_text(structured, "CdtrRefInf", "Ref") for structured in _children(information, "Strd")]
        texts += [(free.text or "").strip() for free in _children(information, "Ustrd")]
    texts += [_text(details, "AddtlTxInf"), _text(entry, "AddtlNtryInf")]
    return " ".join(text for text in texts if text)


def _signed_amount(node: Element) -> Money:
    """Give the amount of an entry, detail or balance: positive when money came in."""
    amount = Money.from_text(_require(node, "Amt"), _currency(node))
    direction = _text(node, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise StatementUnreadable("An amount is CRDT or DBIT.", found=direction[:8])
    return amount if direction == "CRDT" else -amount


def _currency(node: Element) -> str:
    return next((amount.get("Ccy", "") for amount in _children(node, "Amt")), "")


def _day(node: Element, name: str) -> date:
    """Give a day, from a date or from a moment with its own clock, as the bank means it."""
    text = _text(node, name, "Dt") or _text(node, name, "DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise StatementUnreadable(f"{name} is not a date.", found=text[:20]) from None


def _children(node: Element, name: str) -> list[Element]:
    return [child for child in node if child.tag.rpartition("}")[2] == name]


def _text(node: Element, *path: str) -> str:
    """Give the text at the end of a path of local names; empty when it is not there."""
    for name in path:
        found = _children(node, name)
        if not found:
            return ""
        node = found[0]
    return (node.text or "").strip()


def _word(node: Element, *path: str) -> str:
    """Give an identifier, which in every version of the format has at most 35 characters."""
    text = _text(node, *path)
    if len(text) > LONGEST_WORD:
        raise StatementUnreadable(f"{'/'.join(path)} is longer than {LONGEST_WORD} characters.", found=text[:20])
    return text


def _require(node: Element, *path: str) -> str:
    text = _word(node, *path)
    if not text:
        raise StatementUnreadable(f"{'/'.join(path)} is missing or empty.", missing="/".join(path))
    return text
