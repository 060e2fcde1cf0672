"""The supervisor: order, readiness, death, restart and the end of everything it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.local import supervisor as supervisors
from config.local.folders import PROJECT, Folder
from config.local.ports import chosen_port, free_port, is_free
from config.local.processes import Program
from config.local.refusals import Refusal
from config.local.supervisor import Supervisor

ENVIRONMENT = {"PATH": os.environ["PATH"]}
SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
WITHIN_SECONDS = 10.0


def program(name: str, code: str = SLEEPS, **more: object) -> Program:
    return Program(name=name, command=(sys.executable, "-c", code), environment=ENVIRONMENT, **more)  # type: ignore[arg-type]


def eventually(question: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for somebody to ask for its status does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "platform")


@pytest.fixture
def supervisor(folder: Folder) -> Iterator[Supervisor]:
    running = Supervisor(logs=folder.logs)
    yield running
    running.stop()


@pytest.fixture
def restarting(folder: Folder) -> Iterator[Supervisor]:
    running = Supervisor(logs=folder.logs, restart=True)
    yield running
    running.stop()


def test_start__returns_when_every_program_is_ready(supervisor: Supervisor) -> None:
    log = supervisor.logs / "slow.log"

    supervisor.start([program("slow", is_ready=lambda pid: log.read_text() == "up\n"), program("quick")])

    assert log.read_text() == "up\n"
    assert [process.status() for process in supervisor.processes.values()] == [None, None]


def test_start__refuses_when_a_program_ends_first_and_tells_its_last_words(supervisor: Supervisor) -> None:
    broken = program("broken", "import sys; print('no such table'); sys.exit(7)", is_ready=lambda pid: False)

    with pytest.raises(Refusal) as refusal:
        supervisor.start([broken])

    log = supervisor.logs / "broken.log"
    assert str(refusal.value) == (
        f"broken ended with status 7, so everything stops. The end of {log}:\n    no such table"
    )


def test_start__refuses_a_program_that_stays_unready(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisors, "READY_WITHIN_SECONDS", 0.2)

    with pytest.raises(Refusal, match=r"^never was not ready within 0 s\."):
        supervisor.start([program("never", is_ready=lambda pid: False)])


def test_start__refuses_a_program_that_is_missing(supervisor: Supervisor) -> None:
    missing = Program(name="missing", command=("/nowhere/server",), environment=ENVIRONMENT, is_ready=lambda pid: False)

    with pytest.raises(Refusal, match="/nowhere/server cannot be started: No such file or directory"):
        supervisor.start([missing])


def test_watch__refuses_when_one_of_them_is_killed(supervisor: Supervisor) -> None:
    supervisor.start([program("first"), program("second")])
    supervisor.kill("second")

    with pytest.raises(Refusal, match=r"^second was ended by SIGKILL, so everything stops\."):
        supervisor.watch()


def test_run__returns_the_status_of_the_command(supervisor: Supervisor) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit(5)"]

    assert supervisor.run(command, environment=ENVIRONMENT) == 5


def test_run__refuses_a_command_that_is_missing(supervisor: Supervisor) -> None:
    with pytest.raises(Refusal, match=r"^There is no program /nowhere/command\.$"):
        supervisor.run(["/nowhere/command"], environment=ENVIRONMENT)


def test_run__ends_the_command_when_a_process_ends_meanwhile(supervisor: Supervisor) -> None:
    supervisor.start([program("short", "import time; time.sleep(0.2)")])

    with pytest.raises(Refusal, match=r"^short ended with status 0"):
        supervisor.run([sys.executable, "-c", SLEEPS], environment=ENVIRONMENT)


def test_stop__stops_the_others_before_those_named_last_in_that_order(supervisor: Supervisor) -> None:
    told = supervisor.logs.parent / "told"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(told)!r}, 'a').write(sys.argv[1] + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)\n"
    )

    def talker(name: str) -> Program:
        log = supervisor.logs / f"{name}.log"
        command = (sys.executable, "-c", code, name)
        return Program(
            name=name, command=command, environment=ENVIRONMENT, is_ready=lambda pid: "up" in log.read_text()
        )

    supervisor.start([talker("database"), talker("broker"), talker("web")])
    supervisor.stop(last=("broker", "database"))

    assert told.read_text().split() == ["web", "broker", "database"]


def test_stop__uses_the_programs_own_signal(supervisor: Supervisor) -> None:
    code = (
        "import time\n"
        "try:\n    print('up', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('fast end')"
    )
    log = supervisor.logs / "database.log"
    ready = program("database", code, stop_signal=signal.SIGINT, is_ready=lambda pid: "up" in log.read_text())

    supervisor.start([ready])
    supervisor.stop()

    assert log.read_text() == "up\nfast end\n"


def test_stop__kills_what_does_not_listen_and_the_children_that_outlive_it(supervisor: Supervisor) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}], stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    log = supervisor.logs / "deaf.log"
    supervisor.start([program("deaf", code, grace_seconds=0.2, is_ready=lambda pid: log.read_text().endswith("\n"))])
    pids = [supervisor.processes["deaf"].pid, int(log.read_text())]
    alive_before = [is_alive(pid) for pid in pids]

    supervisor.stop()

    assert alive_before == [True, True]
    assert eventually(lambda: [is_alive(pid) for pid in pids] == [False, False])


def test_kill__is_followed_by_a_restart_when_asked_for(restarting: Supervisor) -> None:
    restarting.start([program("first"), program("second")])
    untouched = restarting.processes["second"].pid
    killed = restarting.kill("first")

    assert eventually(lambda: restarting.restarts.get("first") == 1)
    assert restarting.processes["first"].pid != killed
    assert restarting.processes["first"].status() is None
    assert restarting.processes["second"].pid == untouched
    assert restarting.restarts == {"first": 1}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sends a signal when a parent dies")
def test_start__children_end_when_their_supervisor_is_killed(folder: Folder) -> None:
    code = (
        "import os, sys, time; from pathlib import Path\n"
        "from config.local.processes import Program; from config.local.supervisor import Supervisor\n"
        f"s = Supervisor(logs=Path({str(folder.logs)!r}))\n"
        f"s.start([Program(name='child', command=(sys.executable, '-c', {SLEEPS!r}), environment=dict(os.environ))])\n"
        "print(s.processes['child'].pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        # Only a child that has become its program shows what the death signal does.
        has_begun = eventually(lambda: (folder.logs / "child.log").read_text() == "up\n")
        alive_before = is_alive(child)
        parent.kill()

    assert has_begun
    assert alive_before
    assert eventually(lambda: not is_alive(child))


def test_tick__shows_loud_lines_only(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    loud = Supervisor(logs=folder.logs, echo=True)
    code = (
        """print('{"event": "ok", "level": "info"}\\n{"event": "late", "level": "warning"}', flush=True); """
        "import time; time.sleep(60)"
    )
    log = folder.logs / "web.log"
    try:
        loud.start([program("web", code, is_ready=lambda pid: log.read_text().count("\n") == 2)])
        loud.tick()
        loud.tick()
    finally:
        loud.stop()

    assert capsys.readouterr().err.replace("\r\x1b[K", "") == '       web | {"event": "late", "level": "warning"}\n'


def test_held__refuses_a_second_holder_and_says_where_the_first_runs(folder: Folder) -> None:
    with folder.held():
        folder.write_running({"PUBLIC_URL": "http://127.0.0.1:8000"})
        with pytest.raises(Refusal) as refusal, folder.held():
            pass
        held = folder.is_held()

    assert str(refusal.value) == (
        f"The platform already runs here at http://127.0.0.1:8000 as process {os.getpid()};"
        " stop it there with Ctrl-C, or use that one."
    )
    assert held
    assert not folder.is_held()
    assert folder.running() == {}


def test_secrets__are_made_once_and_readable_by_their_owner_only(folder: Folder) -> None:
    made = folder.secrets()

    assert Folder(folder.path).secrets() == made
    assert len(set(made.values())) == len(made) == 7
    assert (folder.path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_require_space__refuses_a_disk_that_is_nearly_full(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=5 * 2**20))

    with pytest.raises(Refusal) as refusal:
        folder.require_space()

    assert str(refusal.value) == f"The disk is nearly full: {folder.path} has 5 MiB, 600 MiB are needed."


def test_chosen_port__takes_another_one_unless_a_person_insisted() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = chosen_port(wished=port, insisted=False)
        with pytest.raises(Refusal) as refusal:
            chosen_port(wished=port, insisted=True)

    assert other != port
    assert is_free(other)
    assert str(refusal.value) == f"Port {port} is taken by another program; give another PORT or none."


def test_chosen_port__takes_the_wished_one_when_it_is_free() -> None:
    port = free_port()

    assert chosen_port(wished=port, insisted=True) == port
