"""The addresses of the tariffs API."""

from django.urls import URLPattern, URLResolver, path

from tariffs.api import (
    assessments,
    bank_statements,
    duty,
    guarantee_authorities,
    guarantee_instruments,
    guarantees,
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
    path("tariffs/guarantees/<int:company_id>/forecast", guarantee_instruments.ForecastView.as_view()),
    path("tariffs/guarantees/<int:company_id>/instruments", guarantee_instruments.InstrumentsView.as_view()),
    path(
        "tariffs/guarantees/<int:company_id>/instruments/<int:instrument_id>/withdraw",
        guarantee_instruments.WithdrawInstrumentView.as_view(),
    ),
    path("tariffs/guarantees/<int:company_id>/authorities", guarantee_authorities.AuthoritiesView.as_view()),
    path(
        "tariffs/guarantees/<int:company_id>/authorities/<int:authority_id>/revoke",
        guarantee_authorities.RevokeAuthorityView.as_view(),
    ),
    path("tariffs/guarantee-authorities", guarantee_authorities.VisibleAuthoritiesView.as_view()),
    path("ledger/balances", ledger.LedgerBalancesView.as_view()),
    path("bank-statements", bank_statements.BankStatementsView.as_view()),
    path("bank-statements/<int:file_id>/lines", bank_statements.BankStatementLinesView.as_view()),
    path("bank-statements/<int:file_id>/match", bank_statements.MatchBankStatementView.as_view()),
    path("bank-statement-lines/<int:line_id>/match", bank_statements.MatchLineView.as_view()),
    path("payment-matches/<int:match_id>/book", bank_statements.BookPaymentView.as_view()),
]
