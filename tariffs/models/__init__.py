"""The tables of what is owed."""

from tariffs.models.account_statements import AccountStatement
from tariffs.models.assessments import Assessment, AssessmentLine
from tariffs.models.bank_statements import BankFile, BankStatement, BankStatementLine, PaymentMatch, UndoneMatch
from tariffs.models.calendars import CalendarDay
from tariffs.models.debts import DutyDebt
from tariffs.models.duty_amendments import DutyAmendment
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantee_instruments import GuaranteeInstrument, GuaranteeWarning
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation, GuaranteeUse
from tariffs.models.landed_prices import LandedPrice, LotToPrice, PriceList, RatesToPrice
from tariffs.models.ledger import DayTotal, JournalEntry, LedgerAccount, Posting
from tariffs.models.schedule import Measure
from tariffs.models.schedule_drafts import ScheduleDraft
from tariffs.models.surcharges import DebtSurcharge
from tariffs.models.valuations import Valuation

__all__ = (
    "AccountStatement",
    "Assessment",
    "AssessmentLine",
    "BankFile",
    "BankStatement",
    "BankStatementLine",
    "CalendarDay",
    "DayTotal",
    "DebtSurcharge",
    "DutyAmendment",
    "DutyDebt",
    "ExchangeRate",
    "GuaranteeAccount",
    "GuaranteeAuthority",
    "GuaranteeInstrument",
    "GuaranteeReservation",
    "GuaranteeUse",
    "GuaranteeWarning",
    "JournalEntry",
    "LandedPrice",
    "LedgerAccount",
    "LotToPrice",
    "Measure",
    "PaymentMatch",
    "Posting",
    "PriceList",
    "RatesToPrice",
    "ScheduleDraft",
    "UndoneMatch",
    "Valuation",
)
