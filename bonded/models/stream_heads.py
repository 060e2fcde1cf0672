"""Where the chains of partitioned history have come to."""

from django.db import models

from bonded.models.base import Table


class StreamHead(Table):
    """One row is the last row of one stream; only the trigger that chains the rows writes it.

    Its lock lets two writers of a stream follow each other, and it tells a tail that was cut off.
    """

    pk = models.CompositePrimaryKey("table_name", "stream")
    table_name = models.CharField(max_length=63)
    stream = models.CharField(max_length=80)
    position = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.table_name} {self.stream} {self.position}"
