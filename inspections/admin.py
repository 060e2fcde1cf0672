"""The administration site of inspections: rooms, desks, escorts and scales may be edited, the rest may be read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from bonded.admin import ReadOnlyAdmin, ReferenceAdmin
from inspections import models


class RoomHoursInline(admin.TabularInline):  # type: ignore[type-arg]
    """When the room is open."""

    model = models.RoomHours
    extra = 0


@admin.register(models.ViewingRoom)
class ViewingRoomAdmin(ReferenceAdmin):
    """Viewing rooms."""

    list_display = ("name",)
    inlines = (RoomHoursInline,)


@admin.register(models.Desk)
class DeskAdmin(ReferenceAdmin):
    """Desks."""

    list_display = ("location", "room", "slot_minutes", "changeover_minutes", "is_in_use")
    list_select_related = ("location", "room")
    raw_id_fields = ("location",)


@admin.register(models.Escort)
class EscortAdmin(ReferenceAdmin):
    """Escorts."""

    list_display = ("keeper", "is_on_duty", "works_by_roster")
    list_select_related = ("keeper",)


@admin.register(models.AttendingOfficer)
class AttendingOfficerAdmin(ReferenceAdmin):
    """Customs officers who attend viewings."""

    list_display = ("officer", "is_on_duty", "works_by_roster")
    list_select_related = ("officer",)


@admin.register(models.Shift)
class ShiftAdmin(ReferenceAdmin):
    """The roster; a shift that is not worked may be deleted."""

    list_display = ("person", "during")
    list_select_related = ("person",)
    list_filter = ("person",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say as the person's permissions do."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(models.Closure)
class ClosureAdmin(ReferenceAdmin):
    """When rooms are closed."""

    list_display = ("room", "during", "reason")
    list_select_related = ("room",)


@admin.register(models.CompanyPaper)
class CompanyPaperAdmin(ReferenceAdmin):
    """Papers that companies have shown."""

    list_display = ("company", "kind", "number", "valid")
    list_select_related = ("company",)
    list_filter = ("kind",)


@admin.register(models.Instrument)
class InstrumentAdmin(ReferenceAdmin):
    """Instruments."""

    list_display = ("number", "kind", "is_in_service")
    list_filter = ("kind",)


@admin.register(models.ViewingTerms)
class ViewingTermsAdmin(ReferenceAdmin):
    """What visits take and need by the kind of their lots."""

    list_display = ("lot_kind", "desk", "slot_minutes", "changeover_minutes", "needs_officer", "instruments")
    list_select_related = ("desk__location",)


@admin.register(models.Scale)
class ScaleAdmin(ReferenceAdmin):
    """Scales."""

    list_display = ("number", "calibrated_until", "is_in_service")


@admin.register(models.Booking)
class BookingAdmin(ReadOnlyAdmin):
    """Bookings."""

    list_display = ("id", "company", "desk", "during", "state")
    list_select_related = ("company", "desk__location")
    list_filter = ("state",)


@admin.register(models.Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Offers."""

    list_display = ("id", "lot", "company", "state", "made_at", "ends_at", "ended_at")
    list_filter = ("state",)


@admin.register(models.ViewingSession)
class ViewingSessionAdmin(ReadOnlyAdmin):
    """Visits."""

    list_display = ("id", "booking", "state", "checked_in_at", "opened_at", "weighed_in_at", "closed_at")
    list_filter = ("state",)


@admin.register(models.BookingPass)
class BookingPassAdmin(ReadOnlyAdmin):
    """Passes, without their digests."""

    list_display = ("booking", "issued_at", "used_at")
    exclude = ("digest",)


@admin.register(models.CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    """Who reads visits in a calendar."""

    list_display = ("id", "membership", "sort", "room", "made_at", "revoked_at")
    list_select_related = ("membership__user", "membership__company", "room")
    exclude = ("digest",)


@admin.register(models.FindingPhoto)
class FindingPhotoAdmin(ReadOnlyAdmin):
    """Photos of findings, without the pictures."""

    list_display = ("id", "finding", "number", "media_type", "bytes_in_all", "stored_at")
    exclude = ("content",)


@admin.register(models.Visitor)
class VisitorAdmin(ReadOnlyAdmin):
    """Visitors with their papers, without the digests."""

    list_display = ("booking", "name", "document_kind", "last_four", "seen_at")
    exclude = ("digest",)


@admin.register(models.Ban)
class BanAdmin(ReadOnlyAdmin):
    """Who is not let in."""

    list_display = ("document_kind", "last_four", "reason", "banned_at", "lifted_at")
    exclude = ("digest",)


for model in (
    models.BookedLot,
    models.BookingException,
    models.Claim,
    models.Finding,
    models.RateChanges,
    models.SessionLot,
):
    admin.site.register(model, ReadOnlyAdmin)
