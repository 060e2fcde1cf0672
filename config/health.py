"""Liveness and readiness, answered before any other middleware so that a probe needs no host name and no session."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from bonded.queries.customs_messages import oldest_unapplied

# Far above what a message takes when a worker runs, and below what a person at the counter waits for.
LONGEST_UNREAD_SECONDS = 60


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return None


def _redis() -> str | None:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        return type(error).__name__
    return None


class HealthMiddleware:
    """Answers `/livez` (the process runs), `/readyz` (it can do its work) and `/lagz` (the workers do theirs)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return self.readiness()
        if request.path == "/lagz":
            return self.lag()
        return self.get_response(request)

    @staticmethod
    def readiness() -> HttpResponse:
        """Answer 200, or 503 when the database is away; a Redis that is away is told but does not stop the web.

        The rows are the queue. Only a second keeper cannot confirm while tries are not counted (docs/reliability.md).
        """
        database, broker = _database(), _redis()
        status = 503 if database else 200
        return JsonResponse(
            {
                "status": "ready" if status == 200 else "not ready",
                "database": database or "ok",
                "redis": broker or "ok",
            },
            status=status,
        )

    @staticmethod
    def lag() -> HttpResponse:
        """Answer 200, or 503 when a customs message has lain unread for too long; with each office's oldest age."""
        now = timezone.now()
        try:
            ages = {office: int((now - since).total_seconds()) for office, since in oldest_unapplied().items()}
        except DatabaseError as error:
            return JsonResponse({"status": "unknown", "database": type(error).__name__}, status=503)
        is_late = any(age > LONGEST_UNREAD_SECONDS for age in ages.values())
        return JsonResponse(
            {"status": "late" if is_late else "in time", "oldest_unapplied_seconds": ages},
            status=503 if is_late else 200,
        )
