"""Taking a bank's file in, once, and matching its lines to debts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from tariffs.actions.locks import lock_debts, lock_matching
from tariffs.models.bank_statements import BankFile, BankStatement, BankStatementLine, PaymentMatch
from tariffs.queries.bank_statements import (
    debts_waiting_for_money,
    debts_waiting_for_remittance,
    statement_told_before,
    unmatched_lines,
)
from tariffs.rules.debts import DebtNotOpen, DebtState
from tariffs.rules.permissions import Act, require
from tariffs.rules.reconciliation import LineAlreadyMatched, Match, MatchRule, match_lines, match_remittances
from tariffs.rules.statements import Statement, StatementAlreadyImported, require_statement_adds_up


@transaction.atomic
def import_bank_statement(
    *, name: str, content: bytes, statements: Sequence[Statement], actor: Actor, at: datetime
) -> BankFile:
    """Keep a bank's file as it came and its statements line by line; all of it, or nothing.

    `statements` are what the bank's gateway read in `content`. Raises StatementAlreadyImported for
    bytes, or a statement of an account, that came in before, be it in another form (decision 0017), and
    StatementDoesNotAddUp.
    """
    require(actor, Act.IMPORT_BANK_STATEMENT)
    # One file after the other: else two forms of one statement, sent at once, would not see each other.
    lock_matching()
    for statement in statements:
        require_statement_adds_up(statement)
    digest = sha256(content).digest()
    file, is_new = BankFile.objects.get_or_create(
        sha256=digest,
        defaults={"name": name[:200], "content": content, "imported_at": at, "imported_by_id": actor.user_id},
    )
    if not is_new:
        raise StatementAlreadyImported("This file was imported before.", sha256=digest.hex(), file_id=file.pk)
    for statement in statements:
        _keep(file, statement)
    lines = sum(len(statement.lines) for statement in statements)
    record_activity(Act.IMPORT_BANK_STATEMENT, file, actor=actor, at=at, sha256=digest.hex(), lines=lines)
    return file


def _keep(file: BankFile, statement: Statement) -> None:
    if before := statement_told_before(statement):
        raise StatementAlreadyImported(
            "This statement came in another file before.",
            account=before.account,
            identification=before.identification,
            file_id=before.file_id,
        )
    balances = {"opening_minor": statement.opening, "closing_minor": statement.closing}
    kept, is_new = BankStatement.objects.get_or_create(
        account=statement.account,
        identification=statement.identification,
        defaults={
            "file": file,
            "form": statement.form,
            "currency": statement.currency,
            **{column: balance and balance.minor for column, balance in balances.items()},
        },
    )
    if not is_new:
        raise StatementAlreadyImported(
            "This statement came in another file before.", account=kept.account, identification=kept.identification
        )
    BankStatementLine.objects.bulk_create(
        BankStatementLine(
            stream=f"bank_statement:{kept.pk}",
            statement=kept,
            number=line.position,
            amount_minor=line.amount.minor,
            currency=line.amount.currency,
            booked_on=line.booked_on,
            value_on=line.value_on,
            counterparty=line.counterparty,
            counterparty_account=line.counterparty_account,
            remittance=line.remittance,
            end_to_end_id=line.end_to_end_id,
            bank_reference=line.bank_reference,
            is_reversal=line.is_reversal,
        )
        for line in statement.lines
    )


@transaction.atomic
def match_bank_file(*, file_id: int, actor: Actor, at: datetime) -> list[PaymentMatch]:
    """Match what is unmatched in a file to debts; books nothing. Asked again, it finds what is new since."""
    require(actor, Act.MATCH_STATEMENT)
    lock_matching()
    for file in BankFile.objects.filter(pk=file_id):
        lines = unmatched_lines(file.statements.values_list("pk", flat=True))
        found = match_lines(lines, debts_waiting_for_money()) + match_remittances(lines, debts_waiting_for_remittance())
        matches = _keep_matches(found, at)
        rules = [f"{match.line_id} {match.rule}" for match in matches]
        record_activity(Act.MATCH_STATEMENT, file, actor=actor, at=at, matches=rules)
        return matches
    raise NotFound("There is no such file.", file_id=file_id)


@transaction.atomic
def match_line(*, line_id: int, debt_id: UUID, actor: Actor, at: datetime) -> PaymentMatch:
    """Say by hand which debt a line of money received pays; raises NotFound, LineAlreadyMatched, DebtNotOpen."""
    require(actor, Act.MATCH_STATEMENT)
    # As `match_bank_file` does: else both may match the line at once, and the database refuses one.
    lock_matching()
    line = BankStatementLine.objects.filter(pk=line_id, amount_minor__gt=0).first()
    debts = lock_debts([debt_id])
    if line is None or not debts:
        raise NotFound("There is no such line or debt.", line_id=line_id, debt_id=str(debt_id))
    if debts[0].state != DebtState.OPEN or debts[0].currency != line.currency:
        raise DebtNotOpen("The debt waits for no such money.", state=debts[0].state, currency=debts[0].currency)
    match, is_new = PaymentMatch.objects.get_or_create(
        line=line, defaults={"debt": debts[0], "rule": MatchRule.BY_HAND, "matched_at": at}
    )
    if not is_new:
        raise LineAlreadyMatched("The line is matched already.", line_id=line_id, debt_id=str(match.debt_id))
    record_activity(Act.MATCH_STATEMENT, debts[0], actor=actor, at=at, line_id=line_id)
    return match


def _keep_matches(found: Sequence[Match], at: datetime) -> list[PaymentMatch]:
    return PaymentMatch.objects.bulk_create(
        PaymentMatch(line_id=match.line_id, debt_id=match.debt_id, rule=match.rule, matched_at=at) for match in found
    )
