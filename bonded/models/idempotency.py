"""Answers that were given, so that a repeated request gets the same one."""

from django.db import models

from bonded.models.base import Table, TableQuerySet


class IdempotentAnswer(Table):
    """One row is one unsafe call of one caller under one key; the answer is there once the act is done."""

    caller = models.CharField(max_length=80, help_text="The user, or the token, that called.")
    key = models.CharField(max_length=200)
    request_digest = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    content_type = models.CharField(max_length=80, blank=True, default="")
    called_at = models.DateTimeField()

    objects = TableQuerySet["IdempotentAnswer"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="a_caller_uses_a_key_once")]

    def __str__(self) -> str:
        return f"{self.caller}: {self.key}"
