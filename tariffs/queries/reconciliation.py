"""The bank's files for whoever reconciles or audits: what came, what it pays, and what is still in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.bank_statements import BankFile, BankStatementLine, PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.queries.bank_statements import debts_waiting_for_money, debts_waiting_for_remittance
from tariffs.rules.permissions import Act, require
from tariffs.rules.reconciliation import UnmatchedLine, match_lines, match_remittances
from tariffs.rules.statements import Statement, StatementLine


def bank_files(*, actor: Actor) -> QuerySet[BankFile]:
    """Give the files without their bytes, each with how many lines it has (`lines`) and how many are `matched`."""
    require(actor, Act.READ_LEDGER)
    files = BankFile.objects.defer("content").select_related("imported_by")
    return files.annotate(
        lines=Count("statements__lines", distinct=True), matched=Count("statements__lines__match", distinct=True)
    )


def bank_file(file_id: int, *, actor: Actor) -> BankFile:
    """Give one file as `bank_files` does; raises NotFound."""
    for file in bank_files(actor=actor).filter(pk=file_id):
        return file
    raise NotFound("There is no such file.", file_id=file_id)


def lines_with_debts(file: BankFile) -> QuerySet[BankStatementLine]:
    """Give the lines of a file, each with its statement, its match and the debt that it pays."""
    lines = BankStatementLine.objects.filter(statement__file=file)
    return lines.select_related("statement", "match__debt__company")


def lines_in_doubt(*, actor: Actor) -> QuerySet[BankStatementLine]:
    """Give the lines of all files that pay nothing yet."""
    require(actor, Act.READ_LEDGER)
    return BankStatementLine.objects.filter(match__isnull=True).select_related("statement")


def worth_of(lines: QuerySet[BankStatementLine]) -> list[Money]:
    """Sum lines by currency, money in positive."""
    sums = lines.order_by("currency").values_list("currency").annotate(Sum("amount_minor"))
    return [Money(minor, currency) for currency, minor in sums]


def matches_to_book(file: BankFile) -> list[int]:
    """Give the ids of a file's matches that are not in the books, in order."""
    matches = PaymentMatch.objects.filter(line__statement__file=file, entry__isnull=True)
    return list(matches.order_by("pk").values_list("pk", flat=True))


def require_line_of_file(file_id: int, line_id: int, *, actor: Actor) -> None:
    """Refuse a line that is not one of the file's; raises NotFound."""
    require(actor, Act.READ_LEDGER)
    if not BankStatementLine.objects.filter(pk=line_id, statement__file=file_id).exists():
        raise NotFound("There is no such line in this file.", line_id=line_id, file_id=file_id)


def require_match_of_file(file_id: int, match_id: int, *, actor: Actor) -> None:
    """Refuse a match that is not of one of the file's lines; raises NotFound."""
    require(actor, Act.READ_LEDGER)
    if not PaymentMatch.objects.filter(pk=match_id, line__statement__file=file_id).exists():
        raise NotFound("There is no such match in this file.", match_id=match_id, file_id=file_id)


def debt_id_by_reference(reference: str, *, actor: Actor) -> UUID:
    """Give the id of a debt by what its payer quotes; raises NotFound."""
    found = DutyDebt.objects.visible_to(actor).filter(reference=reference.replace(" ", ""))
    for debt_id in found.values_list("pk", flat=True):
        return debt_id
    raise NotFound("There is no debt with this reference.", reference=reference[:40])


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line of a file that is not imported yet, and which debt it would pay by which rule, if any."""

    statement: str
    line: StatementLine
    reference: str = ""
    rule: str = ""


def verdicts_on(statements: Sequence[Statement], *, actor: Actor) -> list[Verdict]:
    """Say what each line of some statements would be matched to, if they were imported now; keeps nothing.

    Runs three SQL statements.
    """
    require(actor, Act.IMPORT_BANK_STATEMENT)
    told = [(statement.identification, line) for statement in statements for line in statement.lines]
    lines = [
        UnmatchedLine(
            number,
            line.amount,
            f"{line.remittance} {line.end_to_end_id}",
            line.counterparty_account,
            line.is_reversal,
        )
        for number, (_, line) in enumerate(told)
    ]
    money, remittances = debts_waiting_for_money(), debts_waiting_for_remittance()
    references = {debt.debt_id: debt.reference for debt in [*money, *remittances]}
    found = {one.line_id: one for one in match_lines(lines, money) + match_remittances(lines, remittances)}
    return [
        Verdict(identification, line, references[found[number].debt_id], found[number].rule)
        if number in found
        else Verdict(identification, line)
        for number, (identification, line) in enumerate(told)
    ]
