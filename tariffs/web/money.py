"""The administrator's money: the bank's files looked at, imported, matched and booked, and what is owed by when."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.web.base import (
    Bar,
    PageRequest,
    acts,
    console,
    csv_of,
    done,
    file_of,
    listed,
    money,
    page,
    stacked_bar,
    text_of,
    whole_of,
)
from tariffs.actions.bank_statements import import_bank_statement, match_bank_file, match_line
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.actions.payments import book_payment
from tariffs.actions.repayments import repay_overpayment
from tariffs.gateways.bank import LARGEST_FILE
from tariffs.gateways.bank_files import read_bank_file
from tariffs.models.debts import DutyDebt
from tariffs.queries.debts import outstanding_by_age
from tariffs.queries.reconciliation import (
    bank_file,
    bank_files,
    debt_id_by_reference,
    lines_in_doubt,
    lines_with_debts,
    matches_to_book,
    require_line_of_file,
    require_match_of_file,
    verdicts_on,
    worth_of,
)
from tariffs.rules.working_days import business_day
from tariffs.web.company_accounts import debts_file, debts_shown

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)
MOST_ON_A_PAGE = 20
BOOKS_CURRENCY = "CNY"


def ageing_chart(request: PageRequest) -> dict[str, Any]:
    """Draw what is still owed by how late it is."""
    parts = outstanding_by_age(
        DutyDebt.objects.visible_to(request.actor), currency=BOOKS_CURRENCY, on=business_day(request.at)
    )
    bars = []
    for first, last, amount in parts:
        if not first:
            label = _("Not late")
        elif last:
            label = _("%(first)s to %(last)s days late") % {"first": first, "last": last}
        else:
            label = _("%(first)s days late or more") % {"first": first}
        bars.append(Bar(label, Decimal(str(amount)), money(amount)))
    return stacked_bar(bars)


def lines_shown(lines: Any, request: PageRequest) -> list[dict[str, Any]]:
    """Give lines of the bank with their amount and how many days ago they were booked."""
    today = business_day(request.at)
    return [
        {
            "line": line,
            "amount": Money(line.amount_minor, line.currency),
            "age_days": (today - line.booked_on).days,
            "match": getattr(line, "match", None),
        }
        for line in lines
    ]


@console(*READERS)
def money_page(request: PageRequest) -> HttpResponse:
    """Show what is owed and by when, what of the bank's lines is in doubt, and the files that came."""
    debts = DutyDebt.objects.visible_to(request.actor).select_related("company").prefetch_related("surcharges")
    if request.GET.get("format") == "csv":
        return debts_file(debts.order_by("due_on", "pk"))
    if request.GET.get("format") == "doubt":
        return doubt_file(request)
    open_debts = listed(request, debts.open(), "due_on", "id")
    doubt = lines_in_doubt(actor=request.actor)
    context = {
        "page": open_debts,
        "debts": debts_shown(list(open_debts.rows), business_day(request.at)),
        "chart": ageing_chart(request),
        "doubt": lines_shown(doubt.order_by("booked_on", "pk")[:MOST_ON_A_PAGE], request),
        "doubt_worth": worth_of(doubt),
        "files": bank_files(actor=request.actor).order_by("-pk")[:MOST_ON_A_PAGE],
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "tariffs/administrator/money.html", context)


def doubt_file(request: PageRequest) -> HttpResponse:
    """Give the lines in doubt as a file."""
    rows = lines_shown(lines_in_doubt(actor=request.actor).order_by("booked_on", "pk"), request)
    columns: dict[str, Any] = {
        "statement": lambda row: row["line"].statement.identification,
        "booked_on": lambda row: row["line"].booked_on,
        "age_days": lambda row: row["age_days"],
        "amount": lambda row: str(row["amount"]),
        "currency": lambda row: row["line"].currency,
        "counterparty": lambda row: row["line"].counterparty,
        "remittance": lambda row: row["line"].remittance,
    }
    return csv_of("bank-lines-in-doubt", rows, columns)


@acts(Role.ADMINISTRATOR, shows=money_page)
def look_at_file(request: PageRequest) -> HttpResponse:
    """Show what a file holds and what each line would pay; nothing is kept."""
    name, content = file_of(request, "file", most_bytes=LARGEST_FILE)
    statements = read_bank_file(content)
    context = {
        "name": name,
        "statements": statements,
        "verdicts": verdicts_on(statements, actor=request.actor),
    }
    return page(request, "tariffs/administrator/bank_preview.html", context)


@acts(Role.ADMINISTRATOR, shows=money_page)
def import_file(request: PageRequest) -> HttpResponse:
    """Keep a file of the bank; its bytes are its key, so that it comes in once."""
    name, content = file_of(request, "file", most_bytes=LARGEST_FILE)
    file = import_bank_statement(
        name=name, content=content, statements=read_bank_file(content), actor=request.actor, at=request.at
    )
    return done(request, _("Imported. Now match its lines to what is owed."), "bank_file", file_id=file.pk)


@console(*READERS)
def bank_file_page(request: PageRequest, file_id: int) -> HttpResponse:
    """Show the lines of a file, what each pays, and what may be done with it."""
    file = bank_file(file_id, actor=request.actor)
    found = listed(request, lines_with_debts(file), "id")
    context = {
        "file": file,
        "page": found,
        "lines": lines_shown(found.rows, request),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "tariffs/administrator/bank_file.html", context)


@acts(Role.ADMINISTRATOR, shows=bank_file_page)
def match_all(request: PageRequest, file_id: int) -> HttpResponse:
    """Match what is unmatched in a file to what is owed."""
    matches = match_bank_file(file_id=file_id, actor=request.actor, at=request.at)
    told = _("Lines matched: %(count)s.") % {"count": len(matches)}
    return done(request, told, "bank_file", file_id=file_id)


@acts(Role.ADMINISTRATOR, shows=bank_file_page)
def match_one(request: PageRequest, file_id: int) -> HttpResponse:
    """Say which debt a line pays, or of which debt it repays what was too much: money out repays."""
    debt_id = debt_id_by_reference(text_of(request, "reference", most=40), actor=request.actor)
    line_id = whole_of(request, "line")
    require_line_of_file(file_id, line_id, actor=request.actor)
    act = repay_overpayment if request.POST.get("repays") else match_line
    act(line_id=line_id, debt_id=debt_id, actor=request.actor, at=request.at)
    return done(request, _("Matched."), "bank_file", file_id=file_id)


def _match_of_file(request: PageRequest, file_id: int) -> int:
    match_id = whole_of(request, "match")
    require_match_of_file(file_id, match_id, actor=request.actor)
    return match_id


@acts(Role.ADMINISTRATOR, shows=bank_file_page)
def book(request: PageRequest, file_id: int) -> HttpResponse:
    """Post what matched lines say to the books: one of them, or all of the file, or none when one is refused."""
    if request.POST.get("match"):
        match_ids = [_match_of_file(request, file_id)]
    else:
        match_ids = matches_to_book(bank_file(file_id, actor=request.actor))
    for match_id in match_ids:
        book_payment(match_id=match_id, actor=request.actor, at=request.at)
    return done(request, _("Booked."), "bank_file", file_id=file_id)


@acts(Role.ADMINISTRATOR, shows=bank_file_page)
def unmatch(request: PageRequest, file_id: int) -> HttpResponse:
    """Take a match back, with its booking."""
    unmatch_payment(
        match_id=_match_of_file(request, file_id),
        reason=text_of(request, "reason"),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Taken back; the line can be matched again."), "bank_file", file_id=file_id)
