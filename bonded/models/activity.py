"""Activity records: who did what to which thing, when."""

from django.db import models

from bonded.models.base import AppendOnlyTable, TableQuerySet


class Activity(AppendOnlyTable):
    """One row is one act that was done; the stream is the thing's kind and id, so its acts are one chain.

    In the database the table is cut into months by `acted_at`, and StreamHead knows where each chain has come to.
    """

    act = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=40)
    actor = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    actor_role = models.CharField(max_length=20)
    acted_at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    objects = TableQuerySet["Activity"].as_manager()

    class Meta:
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.act} on {self.target_kind} {self.target_id}"
