"""The ids of all messages that customs offices ever sent."""

from django.db import models

from bonded.models.base import Table


class CustomsMessageId(Table):
    """One row is one id that an office has used; it stays when the message itself is put away.

    The primary key lets an office use an id once, for ever, which the months of the inbox can't
    see of each other. The message is named by its id and not by a foreign key, for the same reason.
    """

    pk = models.CompositePrimaryKey("office", "message_id")
    office = models.CharField(max_length=12)
    message_id = models.CharField(max_length=80, help_text="The office's own; never used twice.")
    sha256 = models.BinaryField()
    incoming_message_id = models.BigIntegerField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.office} {self.message_id}"
