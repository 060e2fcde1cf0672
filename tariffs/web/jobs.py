"""This app's work in the background, for the page of all of it: bank files, statements of accounts, landed prices."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bonded.web.base import Job, JobKind, PageRequest, address_of, word_of
from tariffs.models.account_statements import AccountStatement
from tariffs.models.landed_prices import LotToPrice, PriceList, RatesToPrice
from tariffs.queries.reconciliation import bank_files
from tariffs.rules.account_statements import StatementState


def _bank_files(request: PageRequest, most: int) -> list[Job]:
    """Give the bank's files, counted in lines that are matched; matching is a person's work, so none is under way."""
    files: Any = bank_files(actor=request.actor).order_by("-pk")[:most]
    return [
        Job(
            name=file.name,
            state=word_of("done") if file.matched == file.lines else _("lines to match"),
            begun_at=file.imported_at,
            href=address_of("bank_file", file_id=file.pk),
            who=file.imported_by.username if file.imported_by else "",
            done=file.matched,
            total=file.lines,
        )
        for file in files
    ]


def _statements(request: PageRequest, most: int) -> list[Job]:
    """Give the statements of accounts, counted in entries; until one is made it can be stopped."""
    found = (
        AccountStatement.objects.visible_to(request.actor).defer("pdf", "csv").select_related("company", "ordered_by")
    )
    # One that is not over has no such moment, and stands before all others.
    newest = found.order_by(Coalesce("made_at", "cancelled_at").desc(), "-known_at")[:most]
    return [
        Job(
            name=f"{one.company.name} {one.month:%Y-%m} {one.currency}",
            state=word_of(one.state),
            begun_at=one.known_at,
            href=address_of("company_statements"),
            who=one.ordered_by.username if one.ordered_by else "",
            done=one.entries_done,
            total=one.entries_total,
            is_under_way=one.state == StatementState.QUEUED,
            cancels_at=(
                address_of("cancel_statement", statement_id=one.pk) if one.state == StatementState.QUEUED else ""
            ),
        )
        for one in newest
    ]


def _price_lists(request: PageRequest, most: int) -> list[Job]:
    """Give the price lists, counted in lots, and before them what waits to be priced again.

    Nobody ordered them and nobody stops them: that would leave the search with old prices.
    """
    jobs = [
        Job(
            name=_("Prices of %(day)s") % {"day": one.priced_on},
            state=_("in use") if one.is_current else _("replaced"),
            begun_at=one.made_at,
            done=one.lots,
            total=one.lots,
        )
        for one in PriceList.objects.defer("sorts", "unpriced", "coming").order_by("-pk")[: min(most, 3)]
    ]
    rates = RatesToPrice.objects.order_by("published_at").first()
    lots = LotToPrice.objects.count()
    if rates or lots:
        begun_at = rates.published_at if rates else request.at
        name = _("All lots, by new rates") if rates else _("Lots that changed")
        waiting = Job(
            name=name, state=word_of("waiting"), begun_at=begun_at, done=0, total=lots or None, is_under_way=True
        )
        return [waiting, *jobs]
    return jobs


JOB_KINDS = (
    JobKind(gettext_lazy("File of the bank"), _bank_files),
    JobKind(gettext_lazy("Statement of a company"), _statements),
    JobKind(gettext_lazy("Landed prices"), _price_lists),
)
