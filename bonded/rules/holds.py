"""Holds: why a lot must stay where it is."""

from enum import StrEnum

from bonded.rules.errors import RuleViolation


class HoldKind(StrEnum):
    """Who stopped the lot, and why."""

    DISCREPANCY = "discrepancy"  # Weight or count differs from what was recorded.
    CUSTOMS = "customs"  # An officer stopped it.
    CUSTOMS_INSPECTION = "customs_inspection"  # The office ordered an examination.


class LotOnHold(RuleViolation):
    """The lot may move inside the vault, but not be viewed, withdrawn or leave."""

    code = "lot_on_hold"


class AnswerMissing(RuleViolation):
    """The hold is an inspection's, and ends by the customs office's answer."""

    code = "answer_missing"
