"""The embedded PostgreSQL and Redis: who may do what there, and that they come back after a crash."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local import platforms
from config.local.platforms import Platform
from config.local.postgres import remove_home
from config.local.refusals import Refusal

RECOVERED_WITHIN_SECONDS = 15.0


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("platform"), durable=True, restart=True) as running:
        yield running
    remove_home(running.folder)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def eventually(question: Callable[[], object]) -> object:
    deadline = time.monotonic() + RECOVERED_WITHIN_SECONDS
    while True:
        try:
            return question()
        except (psycopg.OperationalError, redis.ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_postgres__is_version_18_in_utc_with_a_builtin_locale(platform: Platform) -> None:
    url = platform.environment["DATABASE_URL"]

    assert str(ask(url, "SHOW server_version")).split(".")[0] == "18"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW synchronous_commit") == "on"
    assert ask(url, "SHOW fsync") == "on"
    assert ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'bonded'") == "bC.UTF-8"


def test_postgres__listens_on_loopback_only_and_asks_for_the_password(platform: Platform) -> None:
    url = platform.environment["DATABASE_URL"]
    password = url.split(":")[2].split("@")[0]

    assert ask(url, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "0" * 64))


def test_postgres__the_application_owns_nothing_and_the_owner_is_no_superuser(platform: Platform) -> None:
    question = (
        "SELECT string_agg(rolname || rolsuper || rolcreatedb || rolcreaterole || rolbypassrls, ' ' ORDER BY rolname)"
    )
    roles = ask(
        platform.environment["DATABASE_URL"],
        f"{question} FROM pg_roles WHERE rolname IN ('bonded_owner', 'app_rw', 'app_ro')",
    )

    assert roles == "app_rofalsefalsefalsefalse app_rwfalsefalsefalsefalse bonded_ownerfalsetruefalsefalse"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(platform.environment["DATABASE_URL"], "CREATE TABLE stray ()")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        ask(platform.test_environment["APP_RO_DATABASE_URL"], "CREATE TABLE stray ()")


def test_postgres__the_owner_may_have_the_extensions_that_the_tables_need(platform: Platform) -> None:
    url = platform.environment["OWNER_DATABASE_URL"]

    with psycopg.connect(url) as connection:
        names = ("btree_gist", "citext", "pg_trgm")
        for name in names:
            connection.execute(f"CREATE EXTENSION {name}")
        made = connection.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1").fetchall()
        connection.rollback()

    assert made == [(name,) for name in names]


def test_postgres__its_files_are_for_its_user_only(platform: Platform) -> None:
    assert platform.postgres
    mode = platform.postgres.data.stat()

    assert stat.S_IMODE(mode.st_mode) == 0o700
    assert mode.st_uid == (65534 if os.geteuid() == 0 else os.geteuid())
    assert not (platform.postgres.home / "password").exists()


def test_postgres__comes_back_with_its_rows_after_a_crash(platform: Platform) -> None:
    url = platform.environment["OWNER_DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    platform.kill("postgres")

    assert eventually(lambda: ask(url, "SELECT answer FROM kept")) == 42


def test_redis__keeps_nothing_and_evicts_nothing_and_may_not_be_flushed(platform: Platform) -> None:
    with redis.Redis.from_url(platform.environment["REDIS_URL"], decode_responses=True) as client:
        client.set("bell", "rung")
        memory, persistence = client.info("memory"), client.info("persistence")

        assert memory["maxmemory_policy"] == "noeviction"
        assert persistence["aof_enabled"] == 0
        for words in (["FLUSHALL"], ["FLUSHDB"], ["CONFIG", "GET", "save"], ["SHUTDOWN"]):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*words)
        assert client.get("bell") == "rung"


def test_redis__lets_nobody_in_without_the_password(platform: Platform) -> None:
    assert platform.redis

    once = Retry(NoBackoff(), 0)
    with (
        redis.Redis(port=platform.redis.port, retry=once) as client,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        client.ping()


def test_redis__comes_back_empty_after_a_crash(platform: Platform) -> None:
    with redis.Redis.from_url(platform.environment["REDIS_URL"]) as client:
        client.set("bell", "rung")
        platform.kill("redis")

        assert eventually(lambda: client.get("bell")) is None


def test_platform__takes_servers_that_are_given(platform: Platform, tmp_path: Path) -> None:
    given = {name: platform.environment[name] for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")}

    with Platform(
        tmp_path,
        database_url=given["DATABASE_URL"],
        owner_database_url=given["OWNER_DATABASE_URL"],
        redis_url=given["REDIS_URL"],
    ) as other:
        assert dict(other.processes) == {}
        assert {name: other.environment[name] for name in given} == given


def test_platform__leaves_no_data_when_it_is_not_durable(tmp_path: Path) -> None:
    with Platform(tmp_path) as platform:
        assert platform.postgres
        home = platform.postgres.home
        held = home.is_dir()

    assert held
    assert not home.exists()
    assert all(process.status() is not None for process in platform.processes.values())


def test_platform__refuses_when_postgres_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BONDED_PG_BIN", "/nowhere")

    with pytest.raises(Refusal) as refusal, Platform(tmp_path):
        pass

    assert str(refusal.value) == (
        "PostgreSQL is not in /nowhere; say `make env`, or give BONDED_PG_BIN or DATABASE_URL."
    )


def test_platform__programs_are_those_of_a_deployment(platform: Platform) -> None:
    names = [program.name for program in platform.programs()]

    assert names == ["web", "simulator", "worker", "relay-1", "relay-2", "importer", "beat"]
    assert platforms.STOPPED_LAST == ("redis", "postgres")
