"""docker-compose.yml runs what the local platform runs, keeps every secret outside, and starts in order."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.local import commands
from config.local.commands import Command, filled
from config.local.folders import PROJECT
from config.local.redis import FORBIDDEN

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = ["migrate", "web", "worker", "relay", "importer", "beat", "simulator"]
ASKED = re.compile(r"\$\{(\w+)(:\?|:-)?")

EXPECTED: dict[str, Command] = {
    "web": filled(commands.WEB, host="0.0.0.0", port=8000),
    "simulator": filled(commands.SIMULATOR, host="0.0.0.0", port=8001, state="/var/lib/customs-office/state.sqlite"),
    "worker": filled(commands.WORKER, name="worker"),
    "relay": filled(commands.RELAY, name="relay"),
    "importer": filled(commands.IMPORTER, name="importer"),
    "beat": filled(commands.BEAT, schedule="/tmp/beat-schedule"),
    "migrate": ("sh", "-c", f"{shlex.join(commands.MIGRATE)} && {shlex.join(commands.GRANT_PRIVILEGES)}"),
}
LIMITS = {
    "web": commands.WEB_LIMITS,
    "worker": commands.WORKER_LIMITS,
    "relay": commands.WORKER_LIMITS,
    "importer": commands.WORKER_LIMITS,
    "beat": commands.WORKER_LIMITS,
    "migrate": commands.MIGRATE_LIMITS,
    "simulator": {},
}


def test_compose__has_the_services_of_the_platform() -> None:
    assert sorted(SERVICES) == sorted([*OWN, "postgres", "redis"])


@pytest.mark.parametrize("name", OWN)
def test_compose__runs_the_command_that_the_local_platform_runs(name: str) -> None:
    assert tuple(shlex.split(SERVICES[name]["command"])) == EXPECTED[name]


@pytest.mark.parametrize("name", OWN)
def test_compose__sets_the_limits_that_the_local_platform_sets(name: str) -> None:
    limits = {key: value for key, value in SERVICES[name]["environment"].items() if key.endswith("_TIMEOUT_SECONDS")}

    assert limits == LIMITS[name]


def test_compose__image_runs_the_web_by_default() -> None:
    line = next(line for line in (PROJECT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))

    assert tuple(json.loads(line.removeprefix("CMD "))) == EXPECTED["web"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_compose__restarts_and_watches_every_service(name: str) -> None:
    service = SERVICES[name]

    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert ("healthcheck" in service) == (name != "migrate")


def test_compose__only_the_migration_connects_as_the_owner() -> None:
    users = {name: SERVICES[name]["environment"]["DATABASE_URL"].split(":")[1] for name in OWN}

    assert users == {name: "//bonded_owner" if name == "migrate" else "//app_rw" for name in OWN}


def test_compose__asks_for_every_secret_and_gives_no_default() -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    asked = set(ASKED.findall(text))
    named = dict(re.findall(r"^(\w+)=(.*)$", (PROJECT / ".env.example").read_text(), re.MULTILINE))

    assert {(name, how) for name, how in asked if how != ":?"} == {("WEB_ADDRESS", ":-")}
    assert {name for name, _ in asked} == set(named)
    assert {name: value for name, value in named.items() if value} == {"WEB_ADDRESS": "127.0.0.1:8000"}


def test_compose__redis_keeps_the_queue_and_forbids_what_the_local_one_forbids() -> None:
    script = (PROJECT / "config/docker/redis.sh").read_text()

    assert "\nappendonly yes\n" in script
    assert "\nmaxmemory-policy noeviction\n" in script
    assert f"+@all {FORBIDDEN}\n" in script


def test_compose__two_relays_and_one_beat() -> None:
    assert SERVICES["relay"]["deploy"] == {"replicas": 2}
    assert "deploy" not in SERVICES["beat"]


@pytest.mark.skipif(sys.platform != "linux", reason="the program is locked for Linux only")
def test_compose__is_accepted_by_docker_compose_and_refused_without_secrets(tmp_path: Path) -> None:
    program = shutil.which("docker-compose", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("there is no docker-compose for this kind of processor")
    given = tmp_path / "given.env"
    example = (PROJECT / ".env.example").read_text()
    given.write_text(re.sub(r"=$", "=given", example, flags=re.MULTILINE))
    command = [program, "--project-directory", str(PROJECT), "--profile", "simulator", "--env-file"]

    accepted = subprocess.run(
        [*command, str(given), "config", "--quiet"], env={}, capture_output=True, text=True, check=False
    )
    refused = subprocess.run(
        [*command, str(PROJECT / ".env.example"), "config", "--quiet"],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert refused.returncode != 0
    assert "is missing a value" in refused.stderr
