"""Where stones are looked at, on what, and with whom: reference data that the administrator keeps."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import DateTimeRangeField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet
from inspections.rules.slots import OpenHours, SlotTerms
from inspections.rules.viewing_rooms import CHANGEOVER_MINUTES, CLOSES_AT, OPENS_AT, SLOT_MINUTES


class ViewingRoom(Table):
    """One row is one room with desks."""

    name = models.CharField(max_length=60, unique=True)
    opens_on_holidays = models.BooleanField(default=False, help_text="Open on public holidays that have hours, too.")

    objects = TableQuerySet["ViewingRoom"].as_manager()

    def __str__(self) -> str:
        return self.name


class RoomHours(Table):
    """One row is when a room is open on one weekday, by the building's clock; a day without a row is closed."""

    room = models.ForeignKey(ViewingRoom, on_delete=models.CASCADE, related_name="hours")
    weekday = models.SmallIntegerField(
        help_text="1 is Monday, 7 Sunday.", validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    opens_at = models.TimeField(default=OPENS_AT)
    closes_at = models.TimeField(default=CLOSES_AT)

    objects = TableQuerySet["RoomHours"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "weekday"], name="a_room_opens_once_a_weekday"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="a_week_has_seven_days"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="a_room_closes_after_it_opens"),
        ]
        verbose_name_plural = "room hours"

    def __str__(self) -> str:
        return f"{self.room_id}: {self.weekday} {self.opens_at}-{self.closes_at}"


class Closure(Table):
    """One row is when a room, or (without one) the whole house, is closed, `[from, until)`, whatever its hours say."""

    room = models.ForeignKey(ViewingRoom, on_delete=models.CASCADE, null=True, blank=True, related_name="closures")
    during = DateTimeRangeField()
    reason = models.CharField(max_length=200)

    objects = TableQuerySet["Closure"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="a_closure_begins_and_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Desk(Table):
    """One row is one desk: a place of the vault's tree, its room, and the terms of its slots."""

    room = models.ForeignKey(ViewingRoom, on_delete=models.PROTECT, related_name="desks")
    location = models.OneToOneField("bonded.Location", on_delete=models.PROTECT, related_name="desk")
    slot_minutes = models.SmallIntegerField(default=SLOT_MINUTES)
    changeover_minutes = models.SmallIntegerField(default=CHANGEOVER_MINUTES)
    is_in_use = models.BooleanField(default=True)

    objects = TableQuerySet["Desk"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slot_minutes__range=(5, 480)), name="a_slot_lasts_5_to_480_minutes"),
            models.CheckConstraint(
                condition=Q(changeover_minutes__range=(0, 240)), name="a_changeover_lasts_up_to_240_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.location.code

    @property
    def terms(self) -> SlotTerms:
        """Give how long its slots and changeovers are."""
        return SlotTerms(timedelta(minutes=self.slot_minutes), timedelta(minutes=self.changeover_minutes))

    @property
    def open_hours(self) -> list[OpenHours]:
        """Give the hours of its room; one SQL statement unless they were prefetched."""
        return [OpenHours(row.weekday, row.opens_at, row.closes_at) for row in self.room.hours.all()]


class Escort(Table):
    """One row is one keeper who may accompany visitors."""

    keeper = models.OneToOneField("bonded.User", on_delete=models.PROTECT, related_name="escort")
    is_on_duty = models.BooleanField(default=True)
    works_by_roster = models.BooleanField(default=False, help_text="There only on shifts; else whenever rooms open.")

    objects = TableQuerySet["Escort"].as_manager()

    def __str__(self) -> str:
        return self.keeper.get_username()


class Scale(Table):
    """One row is one scale with the last day of its calibration."""

    number = models.CharField(max_length=40, unique=True)
    calibrated_until = models.DateField()
    is_in_service = models.BooleanField(default=True)

    objects = TableQuerySet["Scale"].as_manager()

    def __str__(self) -> str:
        return self.number
