"""What the value of a lot stands on: by which method it was found, and the paper that shows the price.

WTO Valuation Agreement, Arts. 1 to 7; China's Tariff Law of 2024, Arts. 24 and 27, and GAC Order 213: the
price paid for the goods, and where there is none (as for goods sent on memo) the other methods, in this order.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bonded.rules.errors import RuleViolation


class EvidenceDoesNotFit(RuleViolation):
    """The paper does not show what the method asks for."""

    code = "evidence_does_not_fit"


class EvidenceDatedAhead(RuleViolation):
    """A paper can't be of a day that is still to come."""

    code = "evidence_dated_ahead"


class EvidenceWithoutPrice(RuleViolation):
    """A paper that shows no price is no evidence of a value."""

    code = "evidence_without_price"


class ValuationMethod(StrEnum):
    """How the value was found; a later method only where none before it can be used."""

    TRANSACTION_VALUE = "transaction_value"  # The price paid or payable for these goods.
    IDENTICAL_GOODS = "identical_goods"  # The price of identical goods, sold at about the same time.
    SIMILAR_GOODS = "similar_goods"  # The price of similar goods.
    DEDUCTIVE = "deductive"  # The price at which such goods are sold on here, less what came after the border.
    COMPUTED = "computed"  # What they cost to make, with profit and expenses. May come before deductive, if asked for.
    FALL_BACK = "fall_back"  # By reasonable means.


class EvidenceKind(StrEnum):
    """What paper shows the price."""

    INVOICE = "invoice"
    PRICE_LIST = "price_list"
    APPRAISAL = "appraisal"


# Method → the papers that can show it. Only an invoice shows a price paid; making costs are no list price.
FITTING: dict[ValuationMethod, frozenset[EvidenceKind]] = {
    ValuationMethod.TRANSACTION_VALUE: frozenset({EvidenceKind.INVOICE}),
    ValuationMethod.IDENTICAL_GOODS: frozenset({EvidenceKind.INVOICE, EvidenceKind.PRICE_LIST}),
    ValuationMethod.SIMILAR_GOODS: frozenset({EvidenceKind.INVOICE, EvidenceKind.PRICE_LIST}),
    ValuationMethod.DEDUCTIVE: frozenset({EvidenceKind.INVOICE, EvidenceKind.PRICE_LIST}),
    ValuationMethod.COMPUTED: frozenset({EvidenceKind.INVOICE, EvidenceKind.APPRAISAL}),
    ValuationMethod.FALL_BACK: frozenset(EvidenceKind),
}


# How a working names a price that the platform saw buyer and supplier agree on: no paper is needed to show it.
AGREED_PRICE = f"{ValuationMethod.TRANSACTION_VALUE.value}: price agreed on with the supplier"


def require_evidence(
    method: ValuationMethod, kind: EvidenceKind, *, amount_minor: int, documented_on: date, today: date
) -> None:
    """Refuse a paper that can't stand for the value.

    Raises EvidenceDoesNotFit with the papers that would, EvidenceWithoutPrice, EvidenceDatedAhead.
    """
    if kind not in FITTING[method]:
        raise EvidenceDoesNotFit(
            f"A value by {method.value} does not stand on this paper.",
            method=method.value,
            evidence=kind.value,
            fitting=sorted(FITTING[method]),
        )
    if amount_minor <= 0:
        raise EvidenceWithoutPrice("The paper shows a price above zero.")
    if documented_on > today:
        raise EvidenceDatedAhead("The paper is of today or earlier.", documented_on=documented_on.isoformat())


def evidence_text(*, version: str, method: ValuationMethod, kind: EvidenceKind, document: str, on: date) -> str:
    """Name evidence as the working of an assessment does; without its amount, which is the supplier's own affair."""
    return f"{method.value}: {kind.value} {document} of {on.isoformat()} ({version})"
