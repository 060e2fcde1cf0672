"""Which role may perform which act on what is owed."""

from __future__ import annotations

from enum import StrEnum

from bonded.rules.permissions import Actor, ActTable, Role, may_by, require_by


class Act(StrEnum):
    """Every act on duty, guarantees, books and bank statements, as `app.noun.verb`."""

    LOAD_TARIFFS = "tariffs.schedule.load"
    READ_SCHEDULE = "tariffs.schedule.read"
    TELL_DEADLINES = "tariffs.deadline.tell"
    ASSESS_WITHDRAWAL = "tariffs.assessment.assess"
    WITHDRAW_ASSESSMENT = "tariffs.assessment.withdraw"
    READ_ASSESSMENT = "tariffs.assessment.read"
    SECURE_DUTY = "tariffs.duty.secure"
    PAY_DUTY = "tariffs.duty.pay"
    CHARGE_DUTY = "tariffs.duty.charge"
    AMEND_DUTY = "tariffs.duty.amend"
    RECORD_VALUATION = "tariffs.valuation.record"
    READ_VALUATION = "tariffs.valuation.read"
    SET_GUARANTEE = "tariffs.guarantee.set"
    READ_GUARANTEE = "tariffs.guarantee.read"
    RESERVE_HEADROOM = "tariffs.guarantee.reserve"
    FREE_HEADROOM = "tariffs.guarantee.free"
    USE_HEADROOM = "tariffs.guarantee.use"
    POST_ENTRY = "tariffs.ledger.post"
    READ_LEDGER = "tariffs.ledger.read"
    IMPORT_BANK_STATEMENT = "tariffs.bank_statement.import"
    MATCH_STATEMENT = "tariffs.bank_statement.match"
    BOOK_PAYMENT = "tariffs.payment.book"
    REPAY_OVERPAYMENT = "tariffs.payment.repay"
    PRICE_CATALOGUE = "tariffs.landed_price.price"
    SEARCH_LANDED = "tariffs.landed_price.search"
    RESIZE_HEADROOM = "tariffs.guarantee.resize"
    READ_DRAFT = "tariffs.schedule_draft.read"
    DRAFT_SCHEDULE = "tariffs.schedule_draft.draft"
    APPROVE_SCHEDULE = "tariffs.schedule_draft.approve"
    PUBLISH_SCHEDULE = "tariffs.schedule_draft.publish"
    CHARGE_SURCHARGE = "tariffs.duty.charge_surcharge"
    UNMATCH_PAYMENT = "tariffs.payment.unmatch"
    REVERSE_ENTRY = "tariffs.ledger.reverse"
    ORDER_ACCOUNT_STATEMENT = "tariffs.account_statement.order"
    CANCEL_ACCOUNT_STATEMENT = "tariffs.account_statement.cancel"
    MAKE_ACCOUNT_STATEMENT = "tariffs.account_statement.make"
    READ_ACCOUNT_STATEMENT = "tariffs.account_statement.read"
    KEEP_INSTRUMENTS = "tariffs.guarantee_instrument.keep"
    GRANT_AUTHORITY = "tariffs.guarantee_authority.grant"
    REVIEW_GUARANTEE = "tariffs.guarantee.review"


_EVERYBODY = frozenset(Role) - {Role.ANONYMOUS}
_BUYER = frozenset({Role.BUYER})
_FINANCE = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})
_SYSTEM = frozenset({Role.SYSTEM})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_OVERSIGHT = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CUSTOMS_OFFICER, Role.SYSTEM})

MAY: ActTable = {
    Act.LOAD_TARIFFS: _FINANCE,
    Act.READ_SCHEDULE: _EVERYBODY,
    Act.TELL_DEADLINES: _SYSTEM,
    Act.ASSESS_WITHDRAWAL: _SYSTEM,
    Act.WITHDRAW_ASSESSMENT: _SYSTEM,
    Act.READ_ASSESSMENT: _BUYER | _OVERSIGHT,
    Act.SECURE_DUTY: _BUYER,
    Act.PAY_DUTY: _BUYER,
    Act.CHARGE_DUTY: _SYSTEM,
    Act.AMEND_DUTY: frozenset({Role.CUSTOMS_OFFICER}),
    Act.RECORD_VALUATION: frozenset({Role.SUPPLIER, Role.VAULT_KEEPER, Role.ADMINISTRATOR}),
    # Not the buyer: what a supplier paid is its own affair.
    Act.READ_VALUATION: frozenset({Role.SUPPLIER, Role.VAULT_KEEPER}) | _OVERSIGHT,
    Act.SET_GUARANTEE: _FINANCE,
    Act.READ_GUARANTEE: _BUYER | _OVERSIGHT,
    Act.RESERVE_HEADROOM: _BUYER | _SYSTEM,
    Act.FREE_HEADROOM: _BUYER | frozenset({Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR}) | _SYSTEM,
    Act.USE_HEADROOM: _SYSTEM,
    Act.POST_ENTRY: _FINANCE,
    Act.READ_LEDGER: frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.SYSTEM}),
    Act.IMPORT_BANK_STATEMENT: _FINANCE,
    Act.MATCH_STATEMENT: _FINANCE,
    Act.BOOK_PAYMENT: _FINANCE,
    Act.REPAY_OVERPAYMENT: _ADMINISTRATOR,
    Act.PRICE_CATALOGUE: _SYSTEM,
    Act.SEARCH_LANDED: _BUYER | _OVERSIGHT,
    Act.RESIZE_HEADROOM: _SYSTEM,
    Act.READ_DRAFT: _OVERSIGHT,
    Act.DRAFT_SCHEDULE: _ADMINISTRATOR,
    Act.APPROVE_SCHEDULE: _ADMINISTRATOR,
    Act.PUBLISH_SCHEDULE: _ADMINISTRATOR,
    Act.CHARGE_SURCHARGE: _FINANCE,
    Act.UNMATCH_PAYMENT: _FINANCE,
    Act.REVERSE_ENTRY: _FINANCE,
    Act.ORDER_ACCOUNT_STATEMENT: _BUYER | _FINANCE,
    Act.CANCEL_ACCOUNT_STATEMENT: _BUYER | _ADMINISTRATOR,
    Act.MAKE_ACCOUNT_STATEMENT: _SYSTEM,
    Act.READ_ACCOUNT_STATEMENT: _BUYER | _FINANCE | frozenset({Role.AUDITOR}),
    Act.KEEP_INSTRUMENTS: _FINANCE,
    Act.GRANT_AUTHORITY: _BUYER | frozenset({Role.ADMINISTRATOR}),
    Act.REVIEW_GUARANTEE: _SYSTEM,
}


def may(actor: Actor, act: Act) -> bool:
    """Say whether the actor's role may perform the act on what is owed."""
    return may_by(MAY, actor, act)


def require(actor: Actor, act: Act) -> None:
    """Refuse an act that the role does not have; raises as `require_by` does."""
    require_by(MAY, actor, act)
