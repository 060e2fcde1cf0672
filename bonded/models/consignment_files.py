"""Files of consignment lines: as they came, how far their import is, and what was refused."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.consignment_files import CAME_TO_NOTHING, FileState


class ConsignmentFile(Table):
    """One row is one file as it came, and the progress of its import in lines.

    `heartbeat_at` moves while a worker is at it; when it stands still, another worker begins anew,
    at the next attempt; the one that stood still finds that out and stops. A while after a file came to nothing its
    `content` is empty; its digest and its counts stay.
    """

    consignment = models.ForeignKey("bonded.Consignment", on_delete=models.PROTECT, related_name="files")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    defaults = models.JSONField(default=dict, help_text="Values for columns that the file does not have.")
    state = models.CharField(max_length=9, choices=enum_choices(FileState), default=FileState.WAITING)
    preview = models.JSONField(default=dict, help_text="How a proposed file's first lines were read.")
    attempts = models.SmallIntegerField(default=0)
    lines_in_all = models.IntegerField(default=0)
    lines_read = models.IntegerField(default=0)
    lots_made = models.IntegerField(default=0)
    lines_refused = models.IntegerField(default=0)
    refusal = models.CharField(max_length=500, blank=True, default="")
    stored_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    stored_by_role = models.CharField(max_length=20)
    stored_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, help_text="When a worker began it, the last time.")
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = TableQuerySet["ConsignmentFile"].as_manager()

    class Meta:
        constraints = [
            values_check("state", FileState, "a_consignment_file_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["consignment", "sha256"],
                condition=~Q(state__in=sorted(CAME_TO_NOTHING)),
                name="a_file_is_imported_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=FileState.REFUSED) | ~Q(refusal=""), name="a_refused_file_says_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["stored_at"],
                name="consignment_files_to_import",
                condition=Q(state__in=[FileState.WAITING, FileState.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class RefusedLine(Table):
    """One row is one fault of one line; the row number is the line's, the header being line 1."""

    file = models.ForeignKey(ConsignmentFile, on_delete=models.CASCADE, related_name="refused_lines")
    row_number = models.IntegerField()
    column = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=100, blank=True)

    objects = TableQuerySet["RefusedLine"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["file", "row_number", "id"], name="refused_lines_of_a_file")]

    def __str__(self) -> str:
        return f"line {self.row_number}: {self.code}"
