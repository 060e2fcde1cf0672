"""The addresses of this app's pages."""

from django.urls import URLPattern, URLResolver, path

from tariffs.web import catalogue, company_accounts, duty

urlpatterns: list[URLPattern | URLResolver] = [
    path("stones", catalogue.stones, name="stones"),
    path("searches", catalogue.keep_search, name="keep_search"),
    path("withdrawals/<uuid:withdrawal_id>/duty", duty.settle, name="settle_duty"),
    path("withdrawals/<uuid:withdrawal_id>/duty/secure", duty.secure, name="secure_duty"),
    path("withdrawals/<uuid:withdrawal_id>/duty/pay", duty.pay, name="pay_duty"),
    path("company", company_accounts.company, name="company"),
    path("company/statements", company_accounts.order_statement, name="order_statement"),
    path("statements/<uuid:statement_id>.pdf", company_accounts.statement_file, {"form": "pdf"}, name="statement_pdf"),
    path("statements/<uuid:statement_id>.csv", company_accounts.statement_file, {"form": "csv"}, name="statement_csv"),
    path("searches/<int:search_id>/forget", catalogue.drop_search, name="drop_search"),
]
