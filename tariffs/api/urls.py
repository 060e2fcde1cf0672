"""The addresses of the tariffs API."""

from django.urls import URLPattern, URLResolver, path

from tariffs.api import (
    assessments,
    bank_statements,
    duty,
    guarantees,
    landed_lots,
    ledger,
    quotes,
    schedule,
    schedule_drafts,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("tariffs/measures", schedule.MeasuresView.as_view()),
    path("tariffs/exchange-rates", schedule.ExchangeRatesView.as_view()),
    path("tariffs/schedule-gaps", schedule_drafts.ScheduleGapsView.as_view()),
    path("tariffs/schedule-drafts", schedule_drafts.DraftsView.as_view()),
    path("tariffs/schedule-drafts/files", schedule_drafts.DraftFilesView.as_view()),
    path("tariffs/schedule-drafts/<uuid:draft_id>", schedule_drafts.DraftView.as_view()),
    path("tariffs/schedule-drafts/<uuid:draft_id>/approve", schedule_drafts.ApproveDraftView.as_view()),
    path("tariffs/schedule-drafts/<uuid:draft_id>/publish", schedule_drafts.PublishDraftView.as_view()),
    path("tariffs/schedule-drafts/<uuid:draft_id>/discard", schedule_drafts.DiscardDraftView.as_view()),
    path("tariffs/quotes", quotes.QuotesView.as_view()),
    path("tariffs/landed-lots", landed_lots.LandedLotsView.as_view()),
    path("tariffs/rate-changes", landed_lots.RateChangesView.as_view()),
    path("tariffs/rate-changes/<str:day>/lots", landed_lots.MovedLotsView.as_view()),
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
]
