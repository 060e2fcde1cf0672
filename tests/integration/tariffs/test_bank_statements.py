"""Files of the bank: once, whole or not at all, by whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.money import Money
from tariffs.actions.bank_statements import import_bank_statement, match_bank_file, match_line
from tariffs.actions.ledger import EntryAlreadyReversed, reverse_entry
from tariffs.actions.payments import book_payment
from tariffs.gateways.bank_files import read_bank_file
from tariffs.gateways.bank_simulator import Payment, write_camt053, write_mt940
from tariffs.models import BankFile, BankStatementLine, DutyDebt, JournalEntry, LedgerAccount, PaymentMatch
from tariffs.rules.debts import DebtNotOpen
from tariffs.rules.reconciliation import LineAlreadyMatched, PaymentAlreadyBooked
from tariffs.rules.statements import StatementAlreadyImported, StatementDoesNotAddUp
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule, camt053, imported, settle

SAMPLES = Path(settings.BASE_DIR) / "tariffs/samples/bank"
COMMAND = "tariffs.management.commands.import_bank_statement"


def a_debt(cast: Cast, at) -> DutyDebt:
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


def test_import_bank_statement__keeps_the_bytes_and_the_lines(cast: Cast, at) -> None:
    content = camt053(("1.00", "CRDT", "hello"), ("2.00", "DBIT", "bye"))
    file = imported(content, cast, at)
    assert bytes(BankFile.objects.get(pk=file.pk).content) == content
    lines = BankStatementLine.objects.order_by("number").values_list("number", "amount_minor", "remittance")
    assert list(lines) == [(1, 100, "hello"), (2, -200, "bye")]


@pytest.mark.parametrize("change", ["", " "], ids=["the same bytes", "the same statement in another file"])
def test_import_bank_statement__comes_in_once(cast: Cast, at, change: str) -> None:
    content = camt053(("1.00", "CRDT", "hello"))
    imported(content, cast, at)
    with pytest.raises(StatementAlreadyImported):
        imported(content + change.encode(), cast, at)
    assert (BankFile.objects.count(), BankStatementLine.objects.count()) == (1, 1)


def test_import_bank_statement__refuses_one_that_does_not_add_up(cast: Cast, at) -> None:
    balance = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
    balances = balance.format("OPBD", "5.00") + balance.format("CLBD", "6.01")
    content = camt053(("1.00", "CRDT", "hello")).replace(b"<Ntry>", balances.encode() + b"<Ntry>", 1)
    with pytest.raises(StatementDoesNotAddUp):
        imported(content, cast, at)
    assert BankFile.objects.count() == 0


@pytest.mark.parametrize("form", ["sta", "csv"])
def test_import_bank_statement__keeps_the_same_lines_and_takes_one_form_only(cast: Cast, at, form: str) -> None:
    def sample(form: str) -> bytes:
        return (SAMPLES / f"statement.{form}").read_bytes()

    columns = ("number", "amount_minor", "booked_on", "counterparty", "counterparty_account", "remittance")
    imported(sample("xml"), cast, at)
    told = list(BankStatementLine.objects.order_by("pk").values_list(*columns))
    # The bank's own names differ from form to form; what is told does not.
    with pytest.raises(StatementAlreadyImported) as refusal:
        imported(sample(form).replace(b"00232/001", b"232"), cast, at)
    assert refusal.value.facts["file_id"] == BankFile.objects.get().pk
    other = imported(sample(form).replace(b"622202400000000001", b"622202400000000002"), cast, at)
    kept = BankStatementLine.objects.filter(statement__file=other).order_by("pk")
    assert list(kept.values_list(*columns)) == told
    assert BankFile.objects.count() == 2


IBAN, BARE = "NL26VAYB8060476890", "8060 4768 90"


def paid(*minor: int) -> list[Payment]:
    return [Payment(Money(one, "CNY"), "Alder", "A1", "x") for one in minor]


def camt_file(account: str, *minor: int, name: str = "S1", opening: int = 0) -> bytes:
    return write_camt053(
        identification=name,
        account=account,
        opening=Money(opening, "CNY"),
        payments=paid(*minor),
        on=date(2026, 12, 7),
    )


def mt940_file(account: str, *minor: int, number: str = "1", on: date = date(2026, 12, 8)) -> bytes:
    return write_mt940(number=number, account=account, opening=Money(0, "CNY"), payments=paid(*minor), on=on)


def test_import_bank_statement__knows_another_form_by_balances_and_turnover(cast: Cast, at) -> None:
    """A batch is one line here and two there, booked a day apart, and the account once with the bank before it."""
    imported(camt_file(IBAN, 300, -100), cast, at)
    with pytest.raises(StatementAlreadyImported) as refusal:
        imported(mt940_file(BARE, 100, 200, -100), cast, at)
    assert refusal.value.facts == {"account": IBAN, "identification": "S1", "file_id": BankFile.objects.get().pk}
    assert BankStatementLine.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        camt_file(IBAN, 300, -100, name="S2"),  # Another number of the same form.
        mt940_file("7060476890", 300, -100),  # Another account.
        mt940_file(BARE, 400, -200),  # The same balances with another turnover.
        mt940_file(BARE, 300, -100).replace(b"CNY", b"USD"),
        camt_file(IBAN, 300, -100, name="S2", opening=1),
    ],
)
def test_import_bank_statement__takes_what_is_another_statement(cast: Cast, at, other: bytes) -> None:
    imported(camt_file(IBAN, 300, -100), cast, at)
    imported(other, cast, at)
    assert BankFile.objects.count() == 2


def test_import_bank_statement__knows_one_number_of_an_account_that_is_spelled_otherwise(cast: Cast, at) -> None:
    imported(mt940_file("80604768 90", 300), cast, at)
    with pytest.raises(StatementAlreadyImported):
        imported(mt940_file(IBAN, 300, 200), cast, at)
    # An account that is swept to zero each day says the same each day.
    for number in ("2", "3"):
        imported(mt940_file(IBAN, 300, -300, number=number), cast, at)
    assert BankFile.objects.count() == 3


def test_import_bank_statement__takes_statements_without_lines_in_any_form(cast: Cast, at) -> None:
    imported(camt_file(IBAN), cast, at)
    imported(mt940_file(IBAN), cast, at)
    assert BankFile.objects.count() == 2


@pytest.mark.parametrize("name", ["alice", "olga", "victor", "audrey", "sven"])
def test_bank_statements__are_the_administrators(cast: Cast, at, name: str) -> None:
    debt = a_debt(cast, at)
    file = imported(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    (match,) = match_bank_file(file_id=file.pk, actor=cast.ada, at=at)
    actor, content = getattr(cast, name), camt053(identification="S2")
    with pytest.raises(NotPermitted):
        import_bank_statement(name="x", content=content, statements=read_bank_file(content), actor=actor, at=at)
    with pytest.raises(NotPermitted):
        match_bank_file(file_id=file.pk, actor=actor, at=at)
    with pytest.raises(NotPermitted):
        match_line(line_id=match.line_id, debt_id=debt.pk, actor=actor, at=at)
    with pytest.raises(NotPermitted):
        book_payment(match_id=match.pk, actor=actor, at=at)
    assert (BankFile.objects.count(), JournalEntry.objects.count()) == (1, 1)


def test_match_bank_file__again_finds_nothing_new(cast: Cast, at) -> None:
    debt = a_debt(cast, at)
    file = imported(camt053(("305777.78", "CRDT", debt.reference), ("1.00", "CRDT", "?")), cast, at)
    assert len(match_bank_file(file_id=file.pk, actor=cast.ada, at=at)) == 1
    assert match_bank_file(file_id=file.pk, actor=cast.ada, at=at) == []
    assert PaymentMatch.objects.count() == 1


def taken_back(form: str, reference: str) -> bytes:
    """Write a statement in which the bank takes back the payment of the same day."""
    if form == "xml":
        told = camt053(("305777.78", "CRDT", reference), ("305777.78", "DBIT", reference))
        return b"<RvslInd>true</RvslInd><Sts>BOOK".join(told.rsplit(b"<Sts>BOOK", 1))
    lines = "".join(f":61:261207{side}305777,78NTRFNONREF\n:86:{reference}\n" for side in ("C", "RC"))
    return f":20:X\n:25:PLATFORM1\n:28C:1\n:60F:C261207CNY1,00\n{lines}:62F:C261207CNY1,00\n-\n".encode()


@pytest.mark.parametrize("form", ["xml", "sta"])
def test_match_bank_file__never_takes_a_payment_that_came_back_for_a_remittance(cast: Cast, at, form: str) -> None:
    debt = a_debt(cast, at)
    file = imported(taken_back(form, debt.reference), cast, at)
    (match,) = match_bank_file(file_id=file.pk, actor=cast.ada, at=at)
    assert (match.rule, match.line.amount_minor) == ("reference_and_amount", 305_777_78)
    assert book_payment(match_id=match.pk, actor=cast.ada, at=at).state == "paid"
    assert match_bank_file(file_id=file.pk, actor=cast.ada, at=at) == []
    assert list(DutyDebt.objects.values_list("state", flat=True)) == ["paid"]
    assert BankStatementLine.objects.get(match__isnull=True).is_reversal


def test_match_line__lets_a_person_say_what_a_line_pays(cast: Cast, at) -> None:
    debt = a_debt(cast, at)
    imported(camt053(("305777.78", "CRDT", "thanks")), cast, at)
    line = BankStatementLine.objects.get()
    match = match_line(line_id=line.pk, debt_id=debt.pk, actor=cast.ada, at=at)
    with pytest.raises(LineAlreadyMatched):
        match_line(line_id=line.pk, debt_id=debt.pk, actor=cast.ada, at=at)
    assert book_payment(match_id=match.pk, actor=cast.ada, at=at).state == "paid"


def test_match_line__refuses_a_debt_that_waits_for_nothing(cast: Cast, at) -> None:
    debt = a_debt(cast, at)
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    imported(camt053(("1.00", "CRDT", "more"), identification="S2"), cast, at)
    line = BankStatementLine.objects.get(remittance="more")
    with pytest.raises(DebtNotOpen):
        match_line(line_id=line.pk, debt_id=debt.pk, actor=cast.ada, at=at)
    with pytest.raises(NotFound):
        match_line(line_id=line.pk, debt_id=uuid4(), actor=cast.ada, at=at)
    assert PaymentMatch.objects.count() == 1


def test_book_payment__books_once(cast: Cast, at) -> None:
    debt = a_debt(cast, at)
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    with pytest.raises(PaymentAlreadyBooked):
        book_payment(match_id=PaymentMatch.objects.get().pk, actor=cast.ada, at=at)
    assert LedgerAccount.objects.get(code="1000").balance_minor == 305_777_78


def test_reverse_entry__is_the_mirror_image_and_done_once(cast: Cast, at) -> None:
    from tariffs.actions.ledger import post_entry
    from tariffs.rules.ledger import BusinessEvent

    entry = post_entry(
        event=BusinessEvent.SURCHARGE_CHARGED,
        reference="test",
        amounts={"surcharge": Money(77_00, "CNY")},
        company_id=cast.cedar.pk,
        effective_on=at.date(),
        actor=cast.ada,
        at=at,
    )
    reverse_entry(entry_id=entry.pk, effective_on=at.date(), reason="slip", actor=cast.ada, at=at)
    assert set(LedgerAccount.objects.values_list("balance_minor", flat=True)) == {0}
    with pytest.raises(EntryAlreadyReversed):
        reverse_entry(entry_id=entry.pk, effective_on=at.date(), reason="slip", actor=cast.ada, at=at)
    assert JournalEntry.objects.count() == 2


def test_import_bank_statement_command__books_what_is_sure(cast: Cast, at, tmp_path: Path, capsys) -> None:
    debt = a_debt(cast, at)
    path = tmp_path / "statement.xml"
    path.write_bytes(camt053(("305777.78", "CRDT", debt.reference), ("5.00", "CRDT", "?")))
    call_command("import_bank_statement", str(path))
    assert "2 lines, 1 matched, 1 booked." in capsys.readouterr().out
    with pytest.raises(CommandError, match="imported before"):
        call_command("import_bank_statement", str(path))


def test_import_bank_statement_command__says_what_is_not_booked_and_books_the_rest(
    cast: Cast, at, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else books the first of two payments between their being matched and their being booked."""
    a_schedule(at)
    a_guarantee(cast, at, limit="700000.00")
    debt, other = a_charged_debt(cast, at), a_charged_debt(cast, at)

    def matched_and_booked_by_ada(**arguments: Any) -> list[PaymentMatch]:
        matches = match_bank_file(**arguments)
        book_payment(match_id=matches[0].pk, actor=cast.ada, at=at)
        return matches

    monkeypatch.setattr(f"{COMMAND}.match_bank_file", matched_and_booked_by_ada)
    path = tmp_path / "statement.xml"
    path.write_bytes(camt053(*(("305777.78", "CRDT", one.reference) for one in (debt, other))))
    call_command("import_bank_statement", str(path))
    said = capsys.readouterr()
    assert "2 lines, 2 matched, 1 booked." in said.out
    assert "is not booked: This payment is booked already." in said.err
    assert set(DutyDebt.objects.values_list("state", flat=True)) == {"paid"}
