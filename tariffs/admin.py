"""The administration site of tariffs: reference data may be added, everything else may be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from bonded.admin import ReadOnlyAdmin, ReferenceAdmin
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import Actor
from tariffs import models
from tariffs.actions.versions import publish_versions
from tariffs.models.versions import Version
from tariffs.rules.permissions import Act, may


class VersionForm(ModelForm):  # type: ignore[type-arg]
    """Publishes when everything else is right, so that a refusal is an error of the form like any other."""

    actor: Actor
    at: datetime

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self._publish(self.instance)
            except RuleViolation as refusal:
                self.add_error(None, refusal.message)

    def _publish(self, row: Any) -> None:
        """Publish it; one that says what is known already stands for the version that said it."""
        row.is_verified = row.mark == "S"
        if not publish_versions([row], actor=self.actor, at=self.at):
            key = {column: getattr(row, column) for column in row.KEY}
            row.pk = type(row)._default_manager.get(**key, validity__contains=row.validity, known__upper_inf=True).pk


class VersionAdmin(ReadOnlyAdmin):
    """Lets a version be published; what it replaces is superseded, and nothing is ever edited."""

    form = VersionForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those publish who may load the schedule."""
        return may(request.actor, Act.LOAD_TARIFFS)  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Leave the known time to the act."""
        return ("known",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Give the form the person and the moment."""
        form = super().get_form(request, obj, change, **kwargs)
        asked = {"actor": request.actor, "at": request.at}  # type: ignore[attr-defined]
        return type(form.__name__, (form,), asked)

    def save_model(self, request: HttpRequest, obj: Version, form: Any, change: bool) -> None:
        """Leave what the form has published."""


@admin.register(models.Measure)
class MeasureAdmin(ReadOnlyAdmin):
    """The schedule, which is changed by drafts that a second person approves."""

    list_display = ("kind", "hs_code", "origin", "regime", "rate", "validity", "mark", "is_verified", "known")
    list_filter = ("kind", "jurisdiction", "regime", "mark")
    search_fields = ("hs_code__startswith",)


@admin.register(models.ExchangeRate)
class ExchangeRateAdmin(VersionAdmin):
    """The customs exchange rates."""

    fields = ("local_currency", "currency", "rate", "quoted", "validity", "source", "mark")
    list_display = ("currency", "rate", "local_currency", "quoted", "validity", "mark", "is_verified", "known")
    list_filter = ("currency", "mark")


@admin.register(models.CalendarDay)
class CalendarDayAdmin(ReferenceAdmin):
    """Days that differ from the published calendar."""

    list_display = ("day", "country", "is_working", "source")
    list_filter = ("country",)


@admin.register(models.GuaranteeAccount)
class GuaranteeAccountAdmin(ReadOnlyAdmin):
    """Guarantees."""

    list_display = ("company", "currency", "limit_minor", "reserved_minor", "used_minor")


@admin.register(models.DutyAmendment)
class DutyAmendmentAdmin(ReadOnlyAdmin):
    """Amendments of what released goods owe."""

    list_display = ("withdrawal", "before", "after", "amended_at", "amended_by", "reason")


@admin.register(models.Valuation)
class ValuationAdmin(ReadOnlyAdmin):
    """What the values of lots stand on."""

    list_display = ("lot", "method", "evidence", "document", "amount_minor", "currency", "documented_on")


@admin.register(models.DutyDebt)
class DutyDebtAdmin(ReadOnlyAdmin):
    """Debts for duty."""

    list_display = (
        "reference",
        "company",
        "state",
        "term",
        "due_on",
        "total_minor",
        "surcharge_minor",
        "paid_minor",
        "currency",
    )
    list_filter = ("state", "term")
    search_fields = ("reference__exact",)


@admin.register(models.Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """Assessments."""

    list_display = ("id", "company", "assessed_on", "rules_version", "total_minor", "currency")


@admin.register(models.LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """The accounts of the books."""

    list_display = ("code", "company", "currency", "shard", "balance_minor")


@admin.register(models.JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """The entries of the books."""

    list_display = ("event", "reference", "effective_on", "posted_at", "posted_by")
    list_filter = ("event",)


@admin.register(models.AccountStatement)
class AccountStatementAdmin(ReadOnlyAdmin):
    """Statements of accounts."""

    list_display = ("company", "month", "currency", "known_at", "state", "made_at", "cancelled_at")


for model in (
    models.AssessmentLine,
    models.BankFile,
    models.BankStatement,
    models.BankStatementLine,
    models.DayTotal,
    models.DebtSurcharge,
    models.GuaranteeReservation,
    models.LotToPrice,
    models.GuaranteeAuthority,
    models.GuaranteeInstrument,
    models.GuaranteeUse,
    models.GuaranteeWarning,
    models.PaymentMatch,
    models.Posting,
    models.PriceList,
    models.RatesToPrice,
    models.ScheduleDraft,
    models.UndoneMatch,
):
    admin.site.register(model, ReadOnlyAdmin)
