"""The administration site of inspections: rooms, desks, escorts and scales may be edited, the rest may be read."""

from __future__ import annotations

from django.contrib import admin

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

    list_display = ("keeper", "is_on_duty")
    list_select_related = ("keeper",)


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


for model in (
    models.BookedLot,
    models.BookingException,
    models.Claim,
    models.Finding,
    models.RateChanges,
    models.SessionLot,
):
    admin.site.register(model, ReadOnlyAdmin)
