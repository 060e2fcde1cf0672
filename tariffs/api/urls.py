"""The addresses of the tariffs API."""

from django.urls import URLPattern, URLResolver, path

from tariffs.api import (
    account_statements,
    assessments,
    bank_statements,
    duty,
    guarantees,
    journal_entries,
    ledger,
    quotes,
    schedule,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("tariffs/measures", schedule.MeasuresView.as_view()),
    path("tariffs/exchange-rates", schedule.ExchangeRatesView.as_view()),
    path("tariffs/quotes", quotes.QuotesView.as_view()),
    path("lots/<str:stock_number>/landed-cost", assessments.LandedCostView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/assessment", assessments.AssessmentView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/secure-duty", duty.SecureDutyView.as_view()),
    path("withdrawals/<uuid:withdrawal_id>/pay-duty", duty.PayDutyView.as_view()),
    path("duty-debts", duty.DutyDebtsView.as_view()),
    path("companies/<int:company_id>/guarantee", guarantees.GuaranteeView.as_view()),
    path("ledger/balances", ledger.LedgerBalancesView.as_view()),
    path("bank-statements", bank_statements.BankStatementsView.as_view()),
    path("bank-statements/<int:file_id>/lines", bank_statements.BankStatementLinesView.as_view()),
    path("bank-statements/<int:file_id>/match", bank_statements.MatchBankStatementView.as_view()),
    path("bank-statement-lines/<int:line_id>/match", bank_statements.MatchLineView.as_view()),
    path("payment-matches/<int:match_id>/book", bank_statements.BookPaymentView.as_view()),
    path("payment-matches/<int:match_id>/unmatch", bank_statements.UnmatchPaymentView.as_view()),
    path("tariffs/ledger/entries", journal_entries.JournalEntriesView.as_view()),
    path("tariffs/ledger/entries/<int:entry_id>/reversal", journal_entries.ReverseEntryView.as_view()),
    path("companies/<int:company_id>/account-statements", account_statements.AccountStatementsView.as_view()),
    path("account-statements/<uuid:statement_id>", account_statements.AccountStatementView.as_view()),
    path("account-statements/<uuid:statement_id>/pdf", account_statements.AccountStatementPdfView.as_view()),
    path("account-statements/<uuid:statement_id>/csv", account_statements.AccountStatementCsvView.as_view()),
]
