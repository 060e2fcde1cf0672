"""The second try of an act that the database undid, because it and another waited for each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError

DEADLOCK_DETECTED = "40P01"
MOST_TRIES = 4

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def retried_after_deadlock(act: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Make an act begin again when the database undid it to let another one pass.

    Stands above `transaction.atomic`, so what is undone is the whole act, or its savepoint with
    all locks that it took.
    """

    @wraps(act)
    def again(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        for _ in range(MOST_TRIES - 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != DEADLOCK_DETECTED:
                    raise
        return act(*args, **kwargs)

    return again
