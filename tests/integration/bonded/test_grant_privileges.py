"""What the role of web and workers may do: everything it needs, and nothing to history."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from bonded.models.base import append_only_tables

TABLES = [model._meta.db_table for model in append_only_tables()]


@pytest.fixture
def app_rw(transactional_db) -> Iterator[psycopg.Connection]:
    """Connect to the test's database as web and workers do, after the grants of a deployment."""
    address = os.environ.get("APP_RW_DATABASE_URL", "")
    if not address:
        pytest.skip("The server was given by DATABASE_URL, and nobody told how its role app_rw connects.")
    call_command("grant_privileges", verbosity=0)
    parts = urlsplit(address)._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(urlunsplit(parts), autocommit=True) as app:
        yield app


def test_append_only_tables__are_those_that_are_known() -> None:
    assert set(TABLES) >= {"bonded_activity", "bonded_custodymovement", "bonded_customsstatuschange", "tariffs_posting"}


def test_app_rw__changes_no_history(app_rw):
    for table in TABLES:
        for attack in (
            f"UPDATE {table} SET stream = stream",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER USER",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(InsufficientPrivilege):
                app_rw.execute(attack)


def test_app_rw__reads_and_writes_what_is_no_history(app_rw):
    app_rw.execute("INSERT INTO bonded_location (code, kind) VALUES ('GRANT-1', 'tray')")
    app_rw.execute("UPDATE bonded_location SET kind = 'gate' WHERE code = 'GRANT-1'")

    assert app_rw.execute("SELECT kind FROM bonded_location WHERE code = 'GRANT-1'").fetchall() == [("gate",)]
    assert app_rw.execute("SELECT count(*) FROM bonded_activity").fetchall() == [(0,)]
    app_rw.execute("DELETE FROM bonded_location")
