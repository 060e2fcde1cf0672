"""The folder that holds all that the local platform writes: data, secrets, logs, and who uses it now."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.local.refusals import Refusal

PROJECT = Path(__file__).resolve().parents[2]
LOCAL = PROJECT / ".local"
NEEDED_BYTES = 600 * 1024 * 1024

SECRET_NAMES = (
    "secret_key",
    "customs_office_secret",
    "postgres_password",
    "owner_password",
    "app_rw_password",
    "app_ro_password",
    "redis_password",
)


class Folder:
    """One folder of a local platform; made when it is missing, its files readable by their owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            # Root's PostgreSQL runs as somebody else, who must be able to pass through.
            self.path.chmod(0o711)
        self.logs.mkdir(exist_ok=True, mode=0o700)

    def require_space(self) -> None:
        """Refuse when the disk has less room than a first start needs."""
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            raise Refusal(
                f"The disk is nearly full: {self.path} has {free // 2**20} MiB, {NEEDED_BYTES // 2**20} MiB are needed."
            )

    def turn_logs(self) -> None:
        """Begin the logs anew; those of the start before are kept as .log.1."""
        for log in self.logs.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder alone until the block ends, or refuse and say who holds it."""
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refusal(self._holder()) from None
            try:
                yield
            finally:
                (self.path / "running.json").unlink(missing_ok=True)

    def is_held(self) -> bool:
        """Return whether some process holds this folder now."""
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def running(self) -> dict[str, str]:
        """Return the environment that the running platform wrote down, or nothing."""
        return self._read("running.json")

    def write_running(self, environment: Mapping[str, str]) -> None:
        """Write down the environment of the running platform, for `run` and for a second start."""
        self._write("running.json", {**environment, "SUPERVISOR": str(os.getpid())})

    def secrets(self) -> dict[str, str]:
        """Return the secrets of this folder, hexadecimal, made once by the system's random source."""
        kept = self._read("secrets.json")
        missing = {name: secrets.token_hex(32) for name in SECRET_NAMES if name not in kept}
        if missing:
            self._write("secrets.json", kept | missing)
        return kept | missing

    def _holder(self) -> str:
        running = self.running()
        if not running:
            return "The platform is already starting or stopping here, by another command."
        return (
            f"The platform already runs here at {running['PUBLIC_URL']} as process {running['SUPERVISOR']};"
            " stop it there with Ctrl-C, or use that one."
        )

    def _read(self, name: str) -> dict[str, str]:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            content: dict[str, str] = json.loads((self.path / name).read_text())
            return content
        return {}

    def _write(self, name: str, content: Mapping[str, str]) -> None:
        fresh = self.path / f"{name}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(dict(content), indent=1))
        fresh.rename(self.path / name)
