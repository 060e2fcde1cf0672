"""One statement in two forms, sent at the same moment, comes in once."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from bonded.rules.money import Money
from tariffs.gateways.bank_simulator import Payment, write_camt053, write_mt940
from tariffs.models import BankFile, BankStatement
from tariffs.rules.statements import StatementAlreadyImported
from tests.cast import Cast
from tests.situations.tariffs import imported
from tests.situations.threads import outcomes_at_once

ROUNDS = 20


@pytest.mark.django_db(transaction=True)
def test_import_bank_statement__takes_one_of_two_forms_that_come_at_once(cast: Cast, at) -> None:
    for number in range(1, ROUNDS + 1):
        told: dict[str, Any] = {
            "account": "622202400000000001",
            "opening": Money(0, "CNY"),
            "payments": [Payment(Money(number, "CNY"), "Alder", "A1", "x")],
            "on": date(2026, 12, 7),
        }
        forms = (write_camt053(identification=f"S{number}", **told), write_mt940(number=str(number), **told))
        outcomes = outcomes_at_once(*(partial(imported, form, cast, at) for form in forms))
        assert {type(one) for one in outcomes} == {BankFile, StatementAlreadyImported}
        assert (BankFile.objects.count(), BankStatement.objects.count()) == (number, number)
