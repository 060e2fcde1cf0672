"""What every test has: the cast, and the invariants that hold after every database test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import pytest_django
from django.conf import settings as django_settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import settings

import config.celery  # noqa: F401  # gives tasks their application
from bonded.models.base import append_only_tables
from tests.cast import Cast, make_cast

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Have the months of the tests' moments, whatever the machine's clock says."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT make_partitions('2026-11-01', 12)")


def pytest_configure() -> None:
    """Let each process remember by itself: tests that run beside each other have the same people at the same moment."""
    django_settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def _nobody_calls_too_often(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all tests come from one address in one minute, but for those that count; witnesses' tries count by test."""
    if not request.node.get_closest_marker("counts_calls"):
        tries: Counter[str] = Counter()

        def count_try(name: str, *, kept_seconds: int) -> int:
            tries[name] += 1
            return tries[name]

        def take_back(name: str, *, kept_seconds: int) -> None:
            tries[name] -= 1

        monkeypatch.setattr("bonded.api.throttles.count_call", lambda name, *, kept_seconds: None)
        monkeypatch.setattr("bonded.web.witnesses.count_call", count_try)
        monkeypatch.setattr("bonded.web.witnesses.take_call_back", take_back)


@pytest.fixture
def at() -> datetime:
    """Give the moment of the test: Monday 23 November 2026, 10:00 in Shanghai."""
    return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def cast(db: None, at: datetime) -> Cast:
    """Give the people of the tests."""
    return make_cast()


@pytest.fixture(autouse=True)
def _invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask every must-be-empty question after a test that used the database."""
    uses_database = {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker(
        "django_db"
    )
    if uses_database:
        # Depending on it here makes the question come before the rollback or the flush.
        request.getfixturevalue("_django_db_helper")
    yield
    if not uses_database or request.node.get_closest_marker("breaks_invariants") or connection.needs_rollback:
        return
    from bonded.queries.invariants import broken_invariants

    assert broken_invariants() == []


@pytest.fixture(scope="session", autouse=True)
def _flush_may_truncate() -> Iterator[None]:
    """Let the flush between transactional tests, and nothing else, empty append-only tables.

    Their triggers are off only inside the flush's own transaction.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_with_triggers_off(self: DatabaseOperations, sql_list: list[str]) -> None:
        with connection.cursor() as cursor:
            names = [model._meta.db_table for model in append_only_tables()]
            cursor.execute(
                "SELECT relid::regclass::text FROM unnest(%s::text[]) t, pg_partition_tree(t::regclass)", [names]
            )
            # Of a table that is not partitioned, the tree is empty.
            tables = {*names, *(name for (name,) in cursor.fetchall())}
        off = [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in tables]
        on = [f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in tables]
        # Knox keeps a token table of its own beside ours, which no flush names.
        cascading = [sql.replace(";", " CASCADE;") if sql.startswith("TRUNCATE") else sql for sql in sql_list]
        flush(self, [*off, *cascading, *on])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_with_triggers_off)
        yield
