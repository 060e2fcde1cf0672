"""What the simulated bank writes, the bank's gateway reads."""

from datetime import date

from bonded.rules.money import Money
from tariffs.gateways.bank import read_camt053
from tariffs.gateways.bank_simulator import Payment, write_camt053

ON = date(2026, 12, 7)


def test_write_camt053__is_read_back_whole() -> None:
    payments = [
        Payment(Money(123_45, "CNY"), "Alder & Söhne <Trading>", "6222 01", "RF18 5390 0754 7034"),
        Payment(Money(-10, "CNY"), "Fee", "1", "charges"),
    ]

    (statement,) = read_camt053(
        write_camt053(identification="S-1", account="6222", opening=Money(-5, "CNY"), payments=payments, on=ON)
    )

    assert (statement.identification, statement.account, statement.currency) == ("S-1", "6222", "CNY")
    assert (statement.opening, statement.closing) == (Money(-5, "CNY"), Money(12_330, "CNY"))
    assert [(line.amount, line.counterparty, line.remittance, line.booked_on) for line in statement.lines] == [
        (Money(123_45, "CNY"), "Alder & Söhne <Trading>", "RF18 5390 0754 7034", ON),
        (Money(-10, "CNY"), "Fee", "charges", ON),
    ]
