"""Role by act: the whole table, written out once more by hand."""

from __future__ import annotations

import pytest

from bonded.rules.errors import NotPermitted, NotSignedIn
from bonded.rules.permissions import ANONYMOUS, Actor, Role
from tariffs.rules.permissions import MAY, Act, may, require

B, P, K, O, A, U, Y = (  # noqa: E741
    Role.BUYER,
    Role.SUPPLIER,
    Role.VAULT_KEEPER,
    Role.CUSTOMS_OFFICER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    Role.SYSTEM,
)
EXPECTED = {
    Act.LOAD_TARIFFS: {A, Y},
    Act.READ_SCHEDULE: {B, P, K, O, A, U, Y},
    Act.TELL_DEADLINES: {Y},
    Act.ASSESS_WITHDRAWAL: {Y},
    Act.WITHDRAW_ASSESSMENT: {Y},
    Act.READ_ASSESSMENT: {B, O, A, U, Y},
    Act.SECURE_DUTY: {B},
    Act.PAY_DUTY: {B},
    Act.CHARGE_DUTY: {Y},
    Act.AMEND_DUTY: {O},
    Act.RECORD_VALUATION: {P, K, A},
    Act.READ_VALUATION: {P, K, O, A, U, Y},
    Act.SET_GUARANTEE: {A, Y},
    Act.READ_GUARANTEE: {B, O, A, U, Y},
    Act.RESERVE_HEADROOM: {B, Y},
    Act.FREE_HEADROOM: {B, K, O, A, Y},
    Act.USE_HEADROOM: {Y},
    Act.POST_ENTRY: {A, Y},
    Act.READ_LEDGER: {A, U, Y},
    Act.IMPORT_BANK_STATEMENT: {A, Y},
    Act.MATCH_STATEMENT: {A, Y},
    Act.BOOK_PAYMENT: {A, Y},
    Act.REPAY_OVERPAYMENT: {A},
    Act.PRICE_CATALOGUE: {Y},
    Act.SEARCH_LANDED: {B, O, A, U, Y},
    Act.RESIZE_HEADROOM: {Y},
    Act.READ_DRAFT: {O, A, U, Y},
    Act.DRAFT_SCHEDULE: {A},
    Act.APPROVE_SCHEDULE: {A},
    Act.PUBLISH_SCHEDULE: {A},
    Act.CHARGE_SURCHARGE: {A, Y},
    Act.UNMATCH_PAYMENT: {A, Y},
    Act.REVERSE_ENTRY: {A, Y},
    Act.ORDER_ACCOUNT_STATEMENT: {B, A, Y},
    Act.CANCEL_ACCOUNT_STATEMENT: {B, A},
    Act.MAKE_ACCOUNT_STATEMENT: {Y},
    Act.READ_ACCOUNT_STATEMENT: {B, A, U, Y},
    Act.KEEP_INSTRUMENTS: {A, Y},
    Act.GRANT_AUTHORITY: {B, A},
    Act.REVIEW_GUARANTEE: {Y},
}


def test_may__is_the_table_and_nothing_else() -> None:
    assert MAY == EXPECTED
    assert set(EXPECTED) == set(Act)


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANONYMOUS])
def test_require__refuses_what_may_denies(role: Role, act: Act) -> None:
    actor = Actor(1, role, frozenset({1}))
    if may(actor, act):
        require(actor, act)
    else:
        with pytest.raises(NotPermitted):
            require(actor, act)


@pytest.mark.parametrize("act", list(Act))
def test_require__asks_nobody_to_sign_in(act: Act) -> None:
    with pytest.raises(NotSignedIn):
        require(ANONYMOUS, act)
