"""The same payments, told by the bank in three forms, are the same lines; and no bytes do worse than be refused."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from tariffs.gateways.bank_files import read_bank_file
from tariffs.gateways.bank_simulator import Payment, write_bank_csv, write_camt053, write_mt940

# What SWIFT lets stand in a text, but for the sign that begins a subfield; and Chinese, which banks here write too.
SIGNS = "ABCXYZabcxyz0189-.,'+():/ 深圳珠宝"


def texts(longest: int) -> st.SearchStrategy[str]:
    return st.text(SIGNS, max_size=longest).map(lambda text: " ".join(text.split()))


payments = st.builds(
    Payment,
    amount=st.integers(-(10**14), 10**14).filter(bool).map(lambda minor: Money(minor, "CNY")),
    party=texts(54),
    party_account=st.text("ABC0123456789", max_size=34),
    remittance=texts(27 * 14),
)


@given(st.lists(payments, max_size=5), st.integers(-(10**14), 10**14), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_read_bank_file__gives_the_same_statement_from_each_form(told: list[Payment], minor: int, on: date) -> None:
    name = f"{on} 00232/001"
    opening = Money(minor, "CNY")
    camt = write_camt053(identification=name, account="62220", opening=opening, payments=told, on=on)
    mt940 = write_mt940(number="00232/001", account="62220", opening=opening, payments=told, on=on)
    table = write_bank_csv(identification=name, account="62220", opening=opening, payments=told, on=on)

    (statement,) = read_bank_file(camt)

    assert read_bank_file(mt940) == [statement]
    assert read_bank_file(table) == [statement]
    assert [(line.amount, line.remittance) for line in statement.lines] == [
        (payment.amount, payment.remittance) for payment in told
    ]


whole = write_mt940(
    number="1",
    account="1",
    opening=Money(5, "CNY"),
    payments=[Payment(Money(7, "CNY"), "A", "B", "C")],
    on=date(2026, 12, 7),
)


@given(st.integers(0, len(whole)), st.binary(max_size=8), st.integers(0, 8))
def test_read_bank_file__refuses_what_is_broken_or_reads_what_adds_up(at: int, put: bytes, taken: int) -> None:
    try:
        statements = read_bank_file(whole[:at] + put + whole[at + taken :])
    except InputInvalid:
        return
    for one in statements:
        assert one.opening is not None
        assert one.closing is not None
        assert one.opening.minor + sum(line.amount.minor for line in one.lines) == one.closing.minor
