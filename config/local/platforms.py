"""The whole platform on one machine: services, environment and processes, for the demo and for tests."""

import hmac
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bonded.rules.customs_offices import OFFICES
from config.local import commands
from config.local.commands import Command, filled
from config.local.folders import LOCAL, Folder
from config.local.ports import HOST, answers_ok, free_port
from config.local.postgres import Postgres, remove_home
from config.local.processes import Process, Program
from config.local.redis import Redis
from config.local.refusals import Refusal
from config.local.supervisor import Supervisor

PROGRAMS = Path(sys.executable).parent
STOPPED_LAST = ("redis", "postgres")


class Platform:
    """A platform under one folder, running between `with` and its end.

    `database_url` (and `owner_database_url`, the same if not given) and `redis_url` name servers to use instead of the
    embedded ones. `durable` keeps PostgreSQL's data, through a power cut too. `restart` starts again whatever ends.
    `echo` shows warnings and errors of the processes on the terminal. `environment` is added to every process's.

        with Platform(tmp_path, restart=True) as platform:
            platform.start()
            platform.kill("relay-1")
            httpx.get(platform.url)
    """

    def __init__(
        self,
        directory: Path,
        *,
        durable: bool = False,
        restart: bool = False,
        echo: bool = False,
        port: int | None = None,
        database_url: str | None = None,
        owner_database_url: str | None = None,
        redis_url: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Folder(directory)
        self.folder.turn_logs()
        self.durable = durable
        self.port = port or free_port()
        self.customs_office_port = free_port()
        self.postgres = None if database_url else Postgres(self.folder, durable=durable)
        self.redis = None if redis_url else Redis(self.folder, durable=durable)
        self.supervisor = Supervisor(logs=self.folder.logs, restart=restart, echo=echo)
        application_url = database_url or self._embedded_url("app_rw")
        owner_url = owner_database_url or database_url or self._embedded_url("bonded_owner")
        self.environment = self._environment() | {
            "DATABASE_URL": application_url,
            "OWNER_DATABASE_URL": owner_url,
            "REDIS_URL": redis_url or (self.redis.url() if self.redis else ""),
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        """Start the services, PostgreSQL and Redis; the processes wait for `start`."""
        try:
            self.supervisor.start([server.program() for server in (self.postgres, self.redis) if server])
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all that was started, PostgreSQL last."""
        self.stop()

    @property
    def url(self) -> str:
        """The address of the web."""
        return f"http://{HOST}:{self.port}"

    @property
    def customs_office_url(self) -> str:
        """The address of the customs office's simulator."""
        return f"http://{HOST}:{self.customs_office_port}"

    @property
    def owner_environment(self) -> dict[str, str]:
        """The environment of the database's owner: for migrations, and for tests that make databases."""
        return self.environment | {"DATABASE_URL": self.environment["OWNER_DATABASE_URL"], **commands.MIGRATE_LIMITS}

    @property
    def test_environment(self) -> dict[str, str]:
        """The environment of the tests: the owner makes test databases, app_rw and app_ro show what they may not do."""
        return self.environment | {
            "DATABASE_URL": self.environment["OWNER_DATABASE_URL"],
            # Fifty threads on a busy machine may queue for longer than a person would wait.
            "LOCK_TIMEOUT_SECONDS": "30",
            "STATEMENT_TIMEOUT_SECONDS": "60",
            "APP_RW_DATABASE_URL": self.environment["DATABASE_URL"],
            "APP_RO_DATABASE_URL": self._embedded_url("app_ro"),
        }

    @property
    def processes(self) -> Mapping[str, Process]:
        """The running processes by name: postgres, redis, simulator, web, worker, relay-1, relay-2, importer, beat."""
        return self.supervisor.processes

    def migrate(self) -> None:
        """Bring the database up to date as its owner; refuse with the end of its log when that fails."""
        for command in (commands.MIGRATE, commands.GRANT_PRIVILEGES):
            log = self.folder.logs / f"{command[2]}.log"
            log.write_bytes(b"")
            if self.run(command, owner=True, log=log):
                lines = log.read_text().strip().splitlines() or ["nothing was said"]
                raise Refusal(f"{command[2]} failed: {lines[-1]} (all of it: {log})")

    def start(self) -> None:
        """Migrate while the web and the simulator load, wait until they are ready, then start the workers and beat.

        The workers come last, because nobody waits for them: what is to be done stands in rows until they are there.
        """
        web, simulator, *workers = self.programs()
        self.supervisor.begin([web, simulator])
        self.migrate()
        self.supervisor.wait_until_ready()
        self.supervisor.start(workers)

    def programs(self) -> list[Program]:
        """Return the platform's own programs, those that docker-compose.yml runs too."""
        schedule = str(self.folder.path / "beat-schedule")
        workers = {
            "worker": commands.WORKER,
            "relay-1": commands.RELAY,
            "relay-2": commands.RELAY,
            "importer": commands.IMPORTER,
        }
        office_port, office_state = self.customs_office_port, str(self.folder.path / "customs-office.sqlite")
        return [
            Program(
                name="web",
                command=_resolved(filled(commands.WEB, host=HOST, port=self.port)),
                environment=self.environment | commands.WEB_LIMITS,
                is_ready=lambda pid: answers_ok(self.port, "/readyz"),
            ),
            Program(
                name="simulator",
                command=_resolved(filled(commands.SIMULATOR, host=HOST, port=office_port, state=office_state)),
                environment=self.environment,
                is_ready=lambda pid: answers_ok(office_port, "/livez"),
            ),
            *(
                Program(
                    name=name,
                    command=_resolved(filled(command, name=name)),
                    environment=self.environment | commands.WORKER_LIMITS,
                )
                for name, command in workers.items()
            ),
            Program(
                name="beat",
                command=_resolved(filled(commands.BEAT, schedule=schedule)),
                environment=self.environment | commands.WORKER_LIMITS,
            ),
        ]

    def run(self, command: Sequence[str], *, owner: bool = False, log: Path | None = None) -> int:
        """Run one command in the platform's environment and return its status."""
        environment = self.owner_environment if owner else self.environment
        return self.supervisor.run(_resolved(command), environment=environment, log=log)

    def kill(self, name: str) -> int:
        """Kill one process at once, as a crash would, and return the process id it had."""
        return self.supervisor.kill(name)

    def log(self, name: str) -> str:
        """Return all that the process of that name has written."""
        return (self.folder.logs / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        """Stop everything, PostgreSQL last; the data of a platform that is not durable ends with it."""
        self.supervisor.stop(last=STOPPED_LAST)
        if not self.durable:
            remove_home(self.folder)

    def _embedded_url(self, role: str) -> str:
        return self.postgres.url(role) if self.postgres else ""

    def _environment(self) -> dict[str, str]:
        secrets = self.folder.secrets()
        # Whitenoise warns of a folder of collected files that is missing; here it serves them from the source.
        (LOCAL / "static").mkdir(parents=True, exist_ok=True)
        return os.environ | {
            "PATH": os.pathsep.join((str(PROGRAMS), os.environ.get("PATH", os.defpath))),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": secrets["secret_key"],
            "DEBUG": "false",
            "STATIC_FROM_SOURCE": "true",
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "PUBLIC_URL": self.url,
            "HTTPS": "false",
            "CUSTOMS_OFFICES": json.dumps(self._customs_offices(secrets["customs_office_secret"])),
            "LOG_FORMAT": "json",
            # On a machine of one's own one may look around without a second factor.
            "SECOND_FACTOR": "offered",
        }

    def _customs_offices(self, secret: str) -> dict[str, dict[str, object]]:
        """Give every office an address at the simulator, and secrets of its own for each direction."""

        def derived(office: str, direction: str) -> str:
            return hmac.new(secret.encode(), f"{office} {direction}".encode(), "sha256").hexdigest()

        return {
            office: {
                "url": f"{self.customs_office_url}/{office}",
                "incoming_secrets": [derived(office, "incoming")],
                "outgoing_secret": derived(office, "outgoing"),
            }
            for office in OFFICES
        }


def _resolved(command: Sequence[str]) -> Command:
    first = sys.executable if command[0] == "python" else str(PROGRAMS / command[0])
    return (first if Path(first).exists() else command[0], *command[1:])
