"""The administration site: reference data may be edited, everything else may be read.

States change by acts only, so the site never offers to change one.
"""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest

from bonded import models


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows and changes none; lists by key, without counting them all."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no."""
        return False


class ReferenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lets reference data be added and changed; what others refer to is never deleted."""

    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no."""
        return False


@admin.register(models.User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """People who sign in."""


@admin.register(models.Company)
class CompanyAdmin(ReferenceAdmin):
    """Companies."""

    list_display = ("name", "kind", "registration_number", "country", "is_in_good_standing")
    search_fields = ("name", "registration_number")


@admin.register(models.Membership)
class MembershipAdmin(ReferenceAdmin):
    """Who acts in which role for whom; taking a membership away is how a person leaves."""

    list_display = ("user", "company", "role")
    list_filter = ("role",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let a membership end."""
        return True


@admin.register(models.Location)
class LocationAdmin(ReferenceAdmin):
    """Places of the vault."""

    list_display = ("code", "kind", "parent")
    list_filter = ("kind",)
    search_fields = ("code",)
    raw_id_fields = ("parent",)


@admin.register(models.Lot)
class LotAdmin(ReadOnlyAdmin):
    """Lots."""

    list_display = (
        "stock_number",
        "kind",
        "weight_carats",
        "goods_state",
        "customs_state",
        "trade_state",
        "is_on_hold",
    )
    list_filter = ("kind", "goods_state", "customs_state", "trade_state", "is_on_hold")
    search_fields = ("stock_number__exact", "report_number__exact", "seal_number__exact")


@admin.register(models.Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """Withdrawals."""

    list_display = ("id", "company", "procedure", "state", "requested_at", "decided_at")
    list_filter = ("state", "procedure")


@admin.register(models.WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Companies' webhooks, without their secrets."""

    list_display = ("company", "url", "state", "failures", "succeeded_at", "disabled_at")
    list_filter = ("state",)
    exclude = ("secret", "old_secret")


@admin.register(models.Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What people were told; a mail that failed stands here with its error."""

    list_display = ("due_at", "kind", "user", "mail_state", "mail_attempts", "mail_error", "is_unread")
    list_filter = ("mail_state", "kind")
    list_select_related = ("user",)


@admin.register(models.Activity)
class ActivityAdmin(ReadOnlyAdmin):
    """What was done."""

    list_display = ("acted_at", "act", "target_kind", "target_id", "actor", "actor_role")
    list_filter = ("act",)


for model in (
    models.BondEntry,
    models.Consignment,
    models.CustodyMovement,
    models.GrantedClearance,
    models.Hold,
    models.KimberleyCertificate,
    models.NoticePreference,
    models.Question,
    models.RefusedLine,
):
    admin.site.register(model, ReadOnlyAdmin)
