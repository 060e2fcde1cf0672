"""Counting calls and tries in Redis, where all web processes see one count."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import redis
from django.conf import settings

# A door waits for its count no longer than a person would notice.
TIMEOUT_SECONDS = 0.2


@cache
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)


def count_call(name: str, *, kept_seconds: int) -> int | None:
    """Count one more call under a name, and give how many there were; None when Redis does not answer in time."""
    try:
        with _connection(settings.REDIS_URL).pipeline() as pipeline:
            pipeline.incr(name)
            pipeline.expire(name, kept_seconds)
            return int(pipeline.execute()[0])
    except redis.RedisError:
        return None


def take_call_back(name: str, *, kept_seconds: int) -> None:
    """Count one call less under a name; without Redis it stays counted until the count is forgotten."""
    with suppress(redis.RedisError), _connection(settings.REDIS_URL).pipeline() as pipeline:
        pipeline.decr(name)
        pipeline.expire(name, kept_seconds)
        pipeline.execute()
