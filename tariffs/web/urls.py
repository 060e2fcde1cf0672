"""The addresses of this app's pages."""

from django.urls import URLPattern, URLResolver, path

from tariffs.web import (
    account_statements,
    books,
    catalogue,
    company_accounts,
    duty,
    exchange_rates,
    guarantees,
    money,
    schedule,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("stones", catalogue.stones, name="stones"),
    path("searches", catalogue.keep_search, name="keep_search"),
    path("withdrawals/<uuid:withdrawal_id>/duty", duty.settle, name="settle_duty"),
    path("withdrawals/<uuid:withdrawal_id>/duty/secure", duty.secure, name="secure_duty"),
    path("withdrawals/<uuid:withdrawal_id>/duty/pay", duty.pay, name="pay_duty"),
    path("company", company_accounts.company, name="company"),
    path("company/statements", company_accounts.order_statement, name="order_statement"),
    path("statements/<uuid:statement_id>/cancel", account_statements.cancel_statement, name="cancel_statement"),
    path(
        "statements/<uuid:statement_id>.pdf", account_statements.statement_file, {"form": "pdf"}, name="statement_pdf"
    ),
    path(
        "statements/<uuid:statement_id>.csv", account_statements.statement_file, {"form": "csv"}, name="statement_csv"
    ),
    path("searches/<int:search_id>/forget", catalogue.drop_search, name="drop_search"),
    path("searches/<int:search_id>/alert", catalogue.set_alert, name="set_search_alert"),
    path("money", money.money_page, name="money"),
    path("money/files/look", money.look_at_file, name="look_at_bank_file"),
    path("money/files/import", money.import_file, name="import_bank_file"),
    path("money/files/<int:file_id>", money.bank_file_page, name="bank_file"),
    path("money/files/<int:file_id>/match", money.match_all, name="match_bank_file"),
    path("money/files/<int:file_id>/match-line", money.match_one, name="match_bank_line"),
    path("money/files/<int:file_id>/book", money.book, name="book_matches"),
    path("money/files/<int:file_id>/unmatch", money.unmatch, name="unmatch_payment"),
    path("money/ledger", books.ledger, name="ledger"),
    path("money/ledger/reverse", books.reverse_entry, name="reverse_entry"),
    path("money/statements", books.company_statements, name="company_statements"),
    path("money/statements/order", books.order_for_company, name="order_company_statement"),
    path("guarantees", guarantees.guarantees, name="guarantees"),
    path("guarantees/<int:company_id>", guarantees.guarantee, name="guarantee"),
    path("guarantees/<int:company_id>/limit", guarantees.set_limit, name="set_guarantee"),
    path("guarantees/<int:company_id>/instruments", guarantees.bring_instrument, name="add_instrument"),
    path("guarantees/<int:company_id>/instruments/withdraw", guarantees.end_instrument, name="withdraw_instrument"),
    path("guarantees/<int:company_id>/authorities", guarantees.give_authority, name="grant_authority"),
    path("guarantees/<int:company_id>/authorities/revoke", guarantees.end_authority, name="revoke_authority"),
    path("schedule", schedule.schedule, name="schedule"),
    path("schedule/drafts", schedule.draft_from_file, name="draft_from_file"),
    path("schedule/drafts/<uuid:draft_id>", schedule.schedule_draft, name="schedule_draft"),
    path("schedule/drafts/<uuid:draft_id>/approve", schedule.approve, name="approve_draft"),
    path("schedule/drafts/<uuid:draft_id>/publish", schedule.publish, name="publish_draft"),
    path("schedule/drafts/<uuid:draft_id>/discard", schedule.discard, name="discard_draft"),
    path("exchange-rates", exchange_rates.exchange_rates, name="exchange_rates"),
    path("exchange-rates/draft", exchange_rates.draft_rate, name="draft_exchange_rate"),
    path("schedule/in-force", schedule.in_force, name="in_force"),
]
