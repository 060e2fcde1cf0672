"""How the import of a file goes, and what was refused."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from bonded.models.consignment_files import ConsignmentFile, RefusedLine
from bonded.models.consignments import Consignment
from bonded.rules.consignment_files import FileState
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor


def consignment_file(file_id: int, *, actor: Actor) -> ConsignmentFile:
    """Give a file's progress without its bytes; raises NotFound when it is not there or not this actor's."""
    consignments = Consignment.objects.visible_to(actor)
    found = ConsignmentFile.objects.defer("content").filter(pk=file_id, consignment__in=consignments)
    for file in found.select_related("consignment"):
        return file
    raise NotFound("There is no such file.", file_id=file_id)


def refused_lines(file: ConsignmentFile) -> QuerySet[RefusedLine]:
    """Give the faults of a file."""
    return RefusedLine.objects.filter(file=file)


def faults_by_code(file_id: int) -> list[tuple[str, int]]:
    """Count the lines of each fault, the commonest first."""
    counted = (
        RefusedLine.objects.filter(file_id=file_id).values("code").annotate(lines=Count("row_number", distinct=True))
    )
    return [(row["code"], row["lines"]) for row in counted.order_by("-lines", "code")]


def files_to_import() -> list[int]:
    """Give the ids of files that wait, the oldest first."""
    return list(
        ConsignmentFile.objects.filter(state=FileState.WAITING).order_by("stored_at").values_list("pk", flat=True)
    )


def files_visible_to(actor: Actor) -> QuerySet[ConsignmentFile]:
    """Give the files of the consignments that the actor may see, without their bytes."""
    consignments = Consignment.objects.visible_to(actor)
    return (
        ConsignmentFile.objects.defer("content", "preview")
        .filter(consignment__in=consignments)
        .select_related("consignment")
    )


def files_of_consignment(consignment_id: int) -> list[ConsignmentFile]:
    """Give the files of a consignment without their bytes, the newest first."""
    return list(ConsignmentFile.objects.defer("content", "preview").filter(consignment=consignment_id).order_by("-pk"))
