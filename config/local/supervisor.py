"""Start programs in order, watch them, and stop them in the opposite order."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from config.local.folders import PROJECT
from config.local.processes import Process, Program
from config.local.refusals import Refusal

TICK_SECONDS = 0.05
READY_WITHIN_SECONDS = 90.0
LOOKED_AT_SECONDS = 0.1
STARTED_APART_SECONDS = 1.0
TERMINATED_WITHIN_SECONDS = 10.0


class Supervisor:
    """The processes of one platform.

    Without `restart` one process that ends by itself is a reason to stop all. With `restart` a thread starts it again,
    as a service manager does; that thread lives until `stop`, because a child's death signal hangs on its thread.
    """

    def __init__(self, *, logs: Path, restart: bool = False, echo: bool = False) -> None:
        self.logs = logs
        self.restart = restart
        self.echo = echo
        self.processes: dict[str, Process] = {}
        self.restarts: dict[str, int] = {}
        self._read_bytes: dict[Path, int] = {}
        self._guard = threading.RLock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._restart_ended, name="restarts", daemon=True)

    def start(self, programs: Iterable[Program]) -> None:
        """Start the programs side by side and wait until each is ready; refuse when one ends or stays unready."""
        self.begin(programs)
        self.wait_until_ready()

    def begin(self, programs: Iterable[Program]) -> None:
        """Start the programs and wait for nothing."""
        for program in programs:
            self._begin(program)

    def wait_until_ready(self) -> None:
        """Wait until every process is ready; refuse when one ends or stays unready."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while waiting := [process for process in self.processes.values() if not process.check_ready()]:
            self.tick()
            if time.monotonic() > deadline:
                late = waiting[0]
                raise Refusal(
                    f"{late.program.name} was not ready within {READY_WITHIN_SECONDS:.0f} s.{late.end_of_log()}"
                )
        if self.restart and not self._watcher.is_alive():
            self._watcher.start()

    def run(self, command: Sequence[str], *, environment: Mapping[str, str], log: Path | None = None) -> int:
        """Run one command to its end and return its status, watching the others meanwhile.

        Its output goes to the terminal, or to `log`.
        """
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(log.open("ab")) if log else None
            try:
                popen = subprocess.Popen(
                    command,
                    cwd=PROJECT,
                    env=dict(environment),
                    stdout=output,
                    stderr=subprocess.STDOUT if log else None,
                )
            except FileNotFoundError:
                raise Refusal(f"There is no program {command[0]}.") from None
            try:
                while popen.poll() is None:
                    self.tick()
            finally:
                if popen.poll() is None:
                    popen.terminate()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        popen.wait(TERMINATED_WITHIN_SECONDS)
                    popen.kill()
                    popen.wait()
        return popen.returncode

    def watch(self) -> None:
        """Watch until one process ends, which refuses, or until interrupted."""
        while True:
            self.tick()

    def tick(self) -> None:
        """Show what became loud, refuse when a process ended by itself, and wait a moment."""
        self._show_loud_lines()
        if not self.restart:
            for process in self.processes.values():
                if (status := process.status()) is not None:
                    raise Refusal(
                        f"{process.program.name} {_ended(status)}, so everything stops.{process.end_of_log()}"
                    )
        time.sleep(TICK_SECONDS)

    def kill(self, name: str) -> int:
        """Kill the main process of that name (kill -9) and return the id it had."""
        with self._guard:
            process = self.processes[name]
            process.kill()
            return process.pid

    def stop(self, *, last: Sequence[str] = ()) -> None:
        """Stop everything: all at once but for those named in `last`, which follow one by one in that order."""
        self._stopping.set()
        with self._guard:
            # Each is asked once: a second signal means "at once" to many programs.
            first = [process for name, process in self.processes.items() if name not in last]
            ends = [threading.Thread(target=process.stop) for process in first]
            for end in ends:
                end.start()
            for end in ends:
                end.join()
            for name in last:
                if name in self.processes:
                    self.processes[name].stop()
            self.processes.clear()
        if self._watcher.is_alive():
            self._watcher.join()

    def _begin(self, program: Program) -> None:
        self.processes[program.name] = Process(program, self.logs)

    def _restart_ended(self) -> None:
        while not self._stopping.wait(LOOKED_AT_SECONDS):
            with self._guard:
                for name, process in list(self.processes.items()):
                    young = time.monotonic() < process.started_at + STARTED_APART_SECONDS
                    if self._stopping.is_set() or young or process.status() is None:
                        continue
                    process.end_group()
                    self._begin(process.program)
                    self.restarts[name] = self.restarts.get(name, 0) + 1

    def _show_loud_lines(self) -> None:
        if not self.echo:
            return
        for process in list(self.processes.values()):
            size = process.log.stat().st_size
            begin = self._read_bytes.setdefault(process.log, 0)
            if size <= begin:
                continue
            with process.log.open("rb") as log:
                log.seek(begin)
                text = log.read(size - begin)
            whole = text[: text.rfind(b"\n") + 1]
            self._read_bytes[process.log] = begin + len(whole)
            for line in whole.decode(errors="replace").splitlines():
                if process.program.loud.search(line):
                    # A progress bar may stand on this line: begin it anew.
                    print(f"\r\x1b[K{process.program.name:>10} | {line[:400]}", file=sys.stderr, flush=True)


def _ended(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was ended by {signal.Signals(-status).name}"
