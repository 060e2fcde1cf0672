"""MT940 as banks of several countries write it, and as nobody should."""

from __future__ import annotations

from datetime import date

import pytest

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from tariffs.gateways.bank_mt940 import read_mt940
from tariffs.gateways.bank_texts import MOST_LINES
from tariffs.rules.statements import Statement, StatementLine, StatementUnreadable

HEAD = ":20:STARTUMS\n:25:50880050/0194791600888\n:28C:00017/001\n:60F:C261204CNY100,00\n"
LINE = ":61:261207C12,50NTRFNONREF"
FOOT = ":62F:C261207CNY112,50\n-\n"


def message(*fields: str, head: str = HEAD, foot: str = FOOT) -> bytes:
    return (head + "".join(f"{one}\n" for one in fields) + foot).encode()


def the_line(*fields: str) -> StatementLine:
    (statement,) = read_mt940(message(*fields))
    (line,) = statement.lines
    return line


def test_read_mt940__gives_one_statement_with_its_balances() -> None:
    assert read_mt940(message()) == [
        Statement(
            identification="2026-12-07 00017/001",
            account="0194791600888",
            currency="CNY",
            opening=Money(100_00, "CNY"),
            closing=Money(112_50, "CNY"),
            lines=(),
        )
    ]


def test_read_mt940__reads_the_subfields_of_german_banks() -> None:
    line = the_line(
        ":61:2612071207CR12,5NTRFNONREF//B4E12345",
        ":86:166?00GUTSCHRIFT?20duty RF18 5390 0754?21 7034?30COBADEFF?31DE8937040044",
        "0532013000?32ALDER TRADING LTD, L?33ONDON?60 of lot 7",
    )
    assert line == StatementLine(
        position=1,
        amount=Money(12_50, "CNY"),
        booked_on=date(2026, 12, 7),
        value_on=date(2026, 12, 7),
        counterparty="ALDER TRADING LTD, LONDON",
        counterparty_account="DE89370400440532013000",
        remittance="duty RF18 5390 0754 7034 of lot 7",
        end_to_end_id="",
        bank_reference="B4E12345",
    )


def test_read_mt940__reads_the_words_of_dutch_banks() -> None:
    line = the_line(
        ":61:261207C12,50N658EREF",
        ":86:/EREF/INV-17//ORDP//NAME/Alder Trading/ADDR/Luohu/REMI/RF18 5390",
        "0754 7034/ISDT/2026-12-07",
    )
    assert (line.counterparty, line.end_to_end_id) == ("Alder Trading", "INV-17")
    assert line.remittance == "RF18 5390 0754 7034"


@pytest.mark.parametrize(
    ("information", "account", "end_to_end", "remittance"),
    [
        ("/IBAN/NL1/REMI/duty to /IBAN/ of RF18 5390", "NL1", "", "duty to /IBAN/ of RF18 5390"),
        ("/EREF/E1/REMI/see /EREF/" + "x" * 40, "", "E1", "see /EREF/ " + "x" * 40),
        (f"/IBAN/{'9' * 36}/REMI/duty", "", "", f"/IBAN/ {'9' * 36} duty"),
        (f"/EREF/{'9' * 36}/REMI/duty", "", "", f"/EREF/ {'9' * 36} duty"),
        ("166?20duty?31NL1?32Alder?60 see ?31" + "x" * 40, "NL1", "", "duty see ?31" + "x" * 40),
        (f"166?20duty?31{'9' * 36}", "", "", f"duty?31{'9' * 36}"),
        ("/TRTP/SEPA/CNTP/NL1/INGBNL2A/ALDER BV///REMI/duty/PURP/TAXS/ULTC/X/ULTD/Y", "NL1", "", "duty"),
        (f"/CNTP/{'9' * 36}/INGBNL2A/ALDER BV///REMI/duty", "", "", f"/CNTP/ {'9' * 36} duty"),
    ],
)
def test_read_mt940__takes_words_of_a_payers_own_text_for_text(
    information: str, account: str, end_to_end: str, remittance: str
) -> None:
    """A payer may write what looks like a word of the bank; it makes no file unreadable, and no text is lost."""
    line = the_line(":61:261207C12,50NTRFNONREF", f":86:{information}")
    assert (line.counterparty_account, line.end_to_end_id) == (account, end_to_end)
    assert line.remittance == remittance
    assert line.counterparty == ("ALDER BV" if "CNTP" in information else "Alder" if "?32" in information else "")


def test_read_mt940__keeps_plain_text_and_the_supplement_of_a_line() -> None:
    line = the_line(":61:261207C12,50NMSCREF-1", "by telex", ":86:duty of the", "  emeralds")
    assert (line.remittance, line.end_to_end_id) == ("duty of the emeralds by telex", "REF-1")


@pytest.mark.parametrize(
    ("side", "minor"), [("C", 1250), ("D", -1250), ("RC", -1250), ("RD", 1250), ("CR", 1250), ("DR", -1250)]
)
def test_read_mt940__signs_money_and_what_is_taken_back(side: str, minor: int) -> None:
    line = the_line(f":61:261207{side}12,50NTRFNONREF")
    assert (line.amount, line.is_reversal) == (Money(minor, "CNY"), side in ("RC", "RD"))


@pytest.mark.parametrize(
    ("value", "entry", "booked_on"),
    [
        ("261231", "0102", date(2027, 1, 2)),
        ("270102", "1231", date(2026, 12, 31)),
        ("280301", "0229", date(2028, 2, 29)),
        ("261207", "", date(2026, 12, 7)),
    ],
)
def test_read_mt940__takes_the_day_of_booking_nearest_to_the_value(value: str, entry: str, booked_on: date) -> None:
    assert the_line(f":61:{value}{entry}C12,50NTRFNONREF").booked_on == booked_on


def test_read_mt940__passes_by_the_envelope_and_what_is_not_used() -> None:
    fields = [":61:261207C12,50NTRFNONREF", ":86:one"]
    after = FOOT.replace("-\n", ":64:C261207CNY112,50\n:86:a word about the statement\n-}{5:{CHK:1}}\n")
    framed = "{1:F01BANKCNBJAXXX}{2:I940X}{4:\n" + HEAD.replace(":25:", ":21:NONREF\n:25:")
    (statement,) = read_mt940(message(*fields, head=framed, foot=after).replace(b"\n", b"\r\n"))
    assert [line.remittance for line in statement.lines] == ["one"]


def test_read_mt940__joins_what_goes_on_whatever_it_begins_with() -> None:
    line = the_line(LINE, ":86:duty {1}", "{2} of", "", "- lot 7", ":86:and more", "of it")
    assert line.remittance == "duty {1} {2} of - lot 7 and more of it"


def test_read_mt940__leaves_a_word_about_the_statement_out_of_its_lines() -> None:
    foot = FOOT.replace("-\n", ":86:about the statement\n:86:and more\n-\n")
    (statement,) = read_mt940(message(LINE, ":86:one", foot=foot))
    assert [line.remittance for line in statement.lines] == ["one"]


def test_read_mt940__reads_each_message_of_a_file_by_itself() -> None:
    second = message(":61:261207D12,50NTRFNONREF", head=HEAD.replace("00017/001", "00018/001"))
    statements = read_mt940(message(":61:261207C12,50NTRFNONREF") + second)
    assert [(one.identification, one.lines[0].amount.minor) for one in statements] == [
        ("2026-12-07 00017/001", 1250),
        ("2026-12-07 00018/001", -1250),
    ]


HEAD_2 = ":20:STARTUMS\n:25:50880050/0194791600888\n:28C:00017/002\n:60M:C261207CNY112,50\n"
PAGE_1 = message(LINE, ":86:one", foot=FOOT.replace("62F", "62M"))


def test_read_mt940__joins_the_pages_of_a_statement() -> None:
    page_2 = message(LINE, ":86:two", LINE, head=HEAD_2, foot=":62M:C261207CNY137,50\n-\n")
    head_3 = HEAD_2.replace("/002", "/003").replace("112,50", "137,50")
    page_3 = message(":61:261208D1,00NTRFNONREF", head=head_3, foot=":62F:C261208CNY136,50\n-\n")
    (statement, other) = read_mt940(PAGE_1 + page_2 + page_3 + message(head=HEAD.replace("00017/001", "00018/001")))
    assert (statement.identification, statement.account) == ("2026-12-08 00017/001", "0194791600888")
    assert (statement.opening, statement.closing) == (Money(100_00, "CNY"), Money(136_50, "CNY"))
    told = [(line.position, line.amount.minor, line.remittance) for line in statement.lines]
    assert told == [(1, 1250, "one"), (2, 1250, "two"), (3, 1250, ""), (4, -100, "")]
    assert other.lines == ()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (PAGE_1, 7),  # The last page is missing.
        (message(head=HEAD_2), 4),  # The first one is.
        (PAGE_1 + message(head=HEAD_2.replace("112,50", "112,51")), 12),
        (PAGE_1 + message(head=HEAD_2.replace("261207", "261206")), 12),
        (PAGE_1 + message(head=HEAD_2.replace("60M", "60F")), 12),
        (PAGE_1 + message(head=HEAD_2.replace("00017", "00018")), 9),
        (PAGE_1 + message(head=HEAD_2.replace("888", "889")), 9),
        (PAGE_1.replace(b"62M:C261207CNY", b"62M:C261207USD") + message(head=HEAD_2.replace("CNY", "USD")), 7),
    ],
)
def test_read_mt940__refuses_pages_that_do_not_follow_each_other(content: bytes, line: int) -> None:
    with pytest.raises(StatementUnreadable) as refusal:
        read_mt940(content)
    assert refusal.value.facts["line"] == line


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"hello\n", 1),
        (message(LINE)[: -len(FOOT)], 5),  # Half a file.
        (message(LINE, ":62F:C261207CNY112,50"), 7),  # Two closing balances.
        (message(head=HEAD.replace(":20:STARTUMS\n", "")), 1),
        (message(head=HEAD.replace(":25:", ":26:")), 5),
        (message(head=HEAD.replace("0194791600888", "9" * 36)), 2),
        (message(head=HEAD.replace("C261204CNY100,00", "C261204CNY100.00")), 4),
        (message(head=HEAD.replace("C261204CNY100,00", "C261304CNY100,00")), 4),
        (message(head=HEAD.replace("CNY", "XXX")), 4),
        (message(head=HEAD.replace("CNY", "USD")), 5),
        (message(LINE, ":61:261207C12.50NTRFNONREF"), 6),
        (message(":61:261207C12,505NTRFNONREF"), 5),
        (message(f":61:261207C{'9' * 30},NTRFNONREF"), 5),
        (message(":61:261207C１２,50NTRFNONREF"), 5),
        (message(":61:2612071332C12,50NTRFNONREF"), 5),
        (message(LINE, ":61:2703010229C12,50NTRFNONREF"), 6),  # The next such day is in 2028.
        (message(":61:261207C12,50NTRF=1+1" + "x" * 40), 5),
        (message(":99X:what is this"), 5),
        (message(foot=":62F:C261207CNY112,50\nand a word\n-\n"), 6),
        (message(foot=":62F:C261207CNY112,50\n{5:{CHK:1}}\n-\n"), 6),
        (message(head=HEAD.replace(":28C:", "BANKCNBJ\n:28C:").replace("00017/001", "1\n2")), 5),
        (message() + b"and a word\n", 7),
        (message(foot=FOOT.replace("-\n", "-}and a word\n")), 6),
        (message() + b":86:of no message\n", 7),
        (message() + LINE.encode(), 7),
        (message(LINE, ":86:caf\xe9".encode().decode()).decode().encode("latin-1"), 6),
        (message(LINE, ":86:a\x00b"), 6),
        (message(*[LINE] * (MOST_LINES + 1)), MOST_LINES + 1),
    ],
)
def test_read_mt940__tells_the_line_of_what_it_can_not_read(content: bytes, line: int) -> None:
    with pytest.raises(InputInvalid) as refusal:
        read_mt940(content)
    assert refusal.value.facts["line"] == line


def test_read_mt940__refuses_text_that_hides_a_field() -> None:
    """A payer who begins a line with a tag makes no booking: the sums no longer fit, or the field is unknown."""
    with pytest.raises(StatementUnreadable):
        read_mt940(message(LINE, ":86:thanks", ":11A:1000000,00"))
