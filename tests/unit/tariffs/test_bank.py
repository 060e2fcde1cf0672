"""camt.053 as banks send it, and as nobody should.

The files of data/camt come from the genkgo/camt project (MIT; its licence stands beside them).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from tariffs.gateways.bank import LARGEST_FILE, read_camt053
from tariffs.rules.statements import StatementLine, StatementUnreadable

CAMT = Path(__file__).parent / "data/camt"

ENTRY = """<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt>{details}</Ntry>"""
ACCOUNT = "<Acct><Id><IBAN>X1</IBAN></Id><Ccy>CNY</Ccy></Acct>"


def entry(
    amount: str = "1.00", side: str = "CRDT", status: str = "BOOK", day: str = "2026-12-07", details: str = ""
) -> str:
    return ENTRY.format(amount=amount, side=side, status=status, day=day, details=details)


def document(*entries: str, head: str = "", identification: str = "<Id>S1</Id>", account: str = ACCOUNT) -> bytes:
    body = f"{identification}{account}{''.join(entries)}"
    return f"{head}<Document><BkToCstmrStmt><Stmt>{body}</Stmt></BkToCstmrStmt></Document>".encode()


@pytest.mark.parametrize("version", ["v2.minimal", "v4", "v8"])
def test_read_camt053__reads_each_version_of_the_samples(version: str) -> None:
    (statement,) = read_camt053((CAMT / f"camt053.{version}.xml").read_bytes())
    assert (statement.identification, statement.currency) == ("253EURNL26VAYB8060476890", "EUR")
    assert statement.account == "NL26VAYB8060476890"
    assert (statement.opening, statement.closing) == (Money(1815, "EUR"), None)  # SEK: no books are kept in it.
    line = statement.lines[0]
    assert (line.amount, line.booked_on, line.value_on) == (Money(885, "EUR"), date(2014, 12, 31), date(2015, 1, 2))
    assert (line.counterparty, line.counterparty_account) == ("NAME NAME", "NL56AGDH9619008421")
    assert line.remittance.startswith("4654654654654654")


def test_read_camt053__reads_several_statements_of_one_file() -> None:
    statements = read_camt053((CAMT / "camt053.v2.multi.statement.xml").read_bytes())
    assert len(statements) == 2
    assert len({statement.identification for statement in statements}) == 2


def test_read_camt053__signs_money_out_and_names_its_receiver() -> None:
    party = (
        "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Cdtr><Nm>Customs</Nm></Cdtr>"
        "<CdtrAcct><Id><Othr><Id>C1</Id></Othr></Id></CdtrAcct></RltdPties>"
        "<RmtInf><Ustrd>RF18 5390 0754 7034</Ustrd></RmtInf></TxDtls></NtryDtls>"
    )
    (statement,) = read_camt053(document(entry("12.34", "DBIT", details=party)))
    assert statement.lines == (
        StatementLine(
            position=1,
            amount=Money(-1234, "CNY"),
            booked_on=date(2026, 12, 7),
            value_on=date(2026, 12, 7),
            counterparty="Customs",
            counterparty_account="C1",
            remittance="RF18 5390 0754 7034",
            end_to_end_id="",
            bank_reference="",
        ),
    )


@pytest.mark.parametrize(("said", "is_reversal"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_read_camt053__knows_what_the_bank_took_back(said: str, is_reversal: bool) -> None:
    (statement,) = read_camt053(document(entry(details=f"<RvslInd>{said}</RvslInd>")))
    assert [line.is_reversal for line in statement.lines] == [is_reversal]


def test_read_camt053__passes_by_comments_and_instructions() -> None:
    (statement,) = read_camt053(document("<!-- hello -->", entry("2.00"), "<?pi x?>"))
    assert [line.amount for line in statement.lines] == [Money(200, "CNY")]


def test_read_camt053__passes_by_what_is_not_booked() -> None:
    (statement,) = read_camt053(document(entry(status="PDNG"), entry("2.00")))
    assert [line.amount for line in statement.lines] == [Money(200, "CNY")]


def detail(amount: str) -> str:
    return f'<TxDtls><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>'


@pytest.mark.parametrize(
    ("parts", "amounts"),
    [(["1.00", "2.00"], [100, 200]), (["1.00", "1.00"], [300])],
    ids=["a batch that adds up", "one that does not"],
)
def test_read_camt053__splits_a_batch_only_if_it_adds_up(parts: list[str], amounts: list[int]) -> None:
    details = f"<NtryDtls>{''.join(map(detail, parts))}</NtryDtls>"
    (statement,) = read_camt053(document(entry("3.00", details=details), entry("4.00")))
    assert [line.amount.minor for line in statement.lines] == [*amounts, 400]
    assert [line.position for line in statement.lines] == list(range(1, len(amounts) + 2))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Document/>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such-encoding"?><Document/>',
        document(entry(), head='<!DOCTYPE d [<!ENTITY a "b">]>'),
        document(entry(), head='<!DOCTYPE d SYSTEM "file:///etc/hostname">'),
        document(identification=""),
        document(identification=f"<Id>{'9' * 36}</Id>"),
        document(account="<Acct/>"),
        document(entry(side="BOTH")),
        document(entry(details="<RvslInd>perhaps</RvslInd>")),
        document(entry(day="2026-13-01")),
        document(entry(day="")),
        document(entry(amount="")),
        document(entry(amount="1e5")),
        document(entry(amount="NaN")),
        document(entry(amount="1.001")),
        document(entry(amount="9" * 40)),
        document(entry().replace("CNY", "XXX")),
    ],
)
def test_read_camt053__refuses_what_it_can_not_read(content: bytes) -> None:
    with pytest.raises(InputInvalid):
        read_camt053(content)


def test_read_camt053__refuses_another_message() -> None:
    with pytest.raises(StatementUnreadable) as refusal:
        read_camt053((CAMT / "camt054.v8.xml").read_bytes())
    assert refusal.value.message == "This is not a camt.053 file: it holds no BkToCstmrStmt/Stmt."


def test_read_camt053__says_which_entry_is_wrong() -> None:
    batch = entry("3.00", details=f"<NtryDtls>{detail('1.00')}{detail('2.00')}</NtryDtls>")
    with pytest.raises(InputInvalid) as refusal:
        read_camt053(document(batch, entry(status="PDNG"), entry(amount="1.001")))
    assert refusal.value.facts == {"text": "1.001", "currency": "CNY", "statement": "S1", "entry": 3}


def test_read_camt053__refuses_a_file_beyond_its_limit_before_reading_it() -> None:
    with pytest.raises(StatementUnreadable) as refusal:
        read_camt053(b" " * (LARGEST_FILE + 1))
    assert refusal.value.facts == {"bytes": LARGEST_FILE + 1}
