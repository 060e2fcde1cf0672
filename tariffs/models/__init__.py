"""The tables of what is owed."""

from tariffs.models.assessments import Assessment, AssessmentLine
from tariffs.models.bank_statements import BankFile, BankStatement, BankStatementLine, PaymentMatch
from tariffs.models.calendars import CalendarDay
from tariffs.models.debts import DutyDebt
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantee_instruments import GuaranteeInstrument, GuaranteeWarning
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation, GuaranteeUse
from tariffs.models.ledger import JournalEntry, LedgerAccount, Posting
from tariffs.models.schedule import Measure

__all__ = (
    "Assessment",
    "AssessmentLine",
    "BankFile",
    "BankStatement",
    "BankStatementLine",
    "CalendarDay",
    "DutyDebt",
    "ExchangeRate",
    "GuaranteeAccount",
    "GuaranteeAuthority",
    "GuaranteeInstrument",
    "GuaranteeReservation",
    "GuaranteeUse",
    "GuaranteeWarning",
    "JournalEntry",
    "LedgerAccount",
    "Measure",
    "PaymentMatch",
    "Posting",
)
