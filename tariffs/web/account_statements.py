"""Statements of accounts on the pages of a company and of staff: stop one that is not made, fetch one that is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.rules.permissions import Role
from bonded.web.base import PageRequest, acts, console, done
from tariffs.actions.account_statements import cancel_account_statement
from tariffs.queries.account_statements import document_of_statement
from tariffs.web.books import company_statements
from tariffs.web.company_accounts import company


def page_of_statements(request: PageRequest, statement_id: UUID) -> HttpResponse:
    """Show where a statement is listed: on the company's own page, or among all companies'."""
    return company(request) if request.actor.role is Role.BUYER else company_statements(request)


@acts(Role.BUYER, Role.ADMINISTRATOR, shows=page_of_statements)
def cancel_statement(request: PageRequest, statement_id: UUID) -> HttpResponse:
    """Stop a statement that is not made."""
    cancel_account_statement(statement_id=statement_id, actor=request.actor, at=request.at)
    told = _("Cancelled; no document came of it. The month may be asked for again.")
    return done(request, told, "company" if request.actor.role is Role.BUYER else "company_statements")


@console(Role.BUYER, Role.ADMINISTRATOR, Role.AUDITOR)
def statement_file(request: PageRequest, statement_id: UUID, form: str) -> HttpResponse:
    """Give a statement as it was made, as PDF or CSV."""
    content, name = document_of_statement(statement_id, form, actor=request.actor)
    types = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}
    response = HttpResponse(content, content_type=types[form])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
