"""One program of the platform, and the process that runs it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from config.local.folders import PROJECT

LAUNCH = Path(__file__).with_name("launch.py")
LOUD = re.compile(
    r'"level": ?"(warning|error|critical)"|\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b|Traceback \(most recent'
)
GROUP_GONE_WITHIN_SECONDS = 1.0


class User(NamedTuple):
    """A user of the operating system that a program runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is run and how it is asked to stop. `loud` tells the lines of its log that a person should see at once."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    is_ready: Callable[[int], bool] = lambda pid: True
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 15.0
    user: User | None = None
    loud: re.Pattern[str] = LOUD


class Process:
    """A running program in a process group of its own, writing to its own log."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.is_ready = False
        self.started_at = time.monotonic()
        user = program.user or User(-1, -1)
        words = (os.getpid(), int(program.stop_signal), *user)
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", LAUNCH, *map(str, words), *program.command],
                cwd=PROJECT,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._popen.pid

    def status(self) -> int | None:
        """Return the exit status, negative for a signal's number, or None while it runs."""
        return self._popen.poll()

    def check_ready(self) -> bool:
        """Return whether it has become ready; once ready is always ready."""
        self.is_ready = self.is_ready or self.program.is_ready(self.pid)
        return self.is_ready

    def kill(self) -> None:
        """Kill the main process at once, as a crash would (kill -9), and wait for its end."""
        self._send(signal.SIGKILL)
        self._popen.wait()

    def stop(self) -> None:
        """End it in order, within its grace; then kill what is left of its group."""
        self._send(self.program.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(self.program.grace_seconds)
        self.end_group()

    def end_group(self) -> None:
        """Kill whatever is left of its process group, children that outlived it too."""
        deadline = time.monotonic() + GROUP_GONE_WITHIN_SECONDS
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(self.pid, signal.SIGKILL)
                self._popen.poll()
                time.sleep(0.01)

    def _send(self, signal_number: signal.Signals) -> None:
        if self.status() is None:
            self._popen.send_signal(signal_number)

    def end_of_log(self, count: int = 12) -> str:
        """Return where the log is and its last `count` lines, to follow a sentence; empty if nothing was written."""
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "".join([f" The end of {self.log}:", *(f"\n    {line}" for line in lines)]) if lines else ""
