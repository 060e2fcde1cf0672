"""Published rates by which bookings to come have to be looked at again."""

from __future__ import annotations

import uuid

from django.db import models

from bonded.models.base import Table, TableQuerySet


class Repricing(Table):
    """One row says that rates were published after which every booking to come is priced again: the row is the queue.

    It is only added by whoever publishes. `after_id` is the last booking that was looked at, so that a
    worker who dies is followed by one who goes on there.
    """

    published_at = models.DateTimeField()
    after_id = models.UUIDField(default=uuid.UUID(int=0))

    objects = TableQuerySet["Repricing"].as_manager()

    def __str__(self) -> str:
        return f"rates published at {self.published_at}"
