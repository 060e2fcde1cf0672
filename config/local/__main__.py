"""The local platform from the command line: `python -m config.local demo | test | run | clean`."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config.local import commands
from config.local.folders import LOCAL, PROJECT, Folder
from config.local.platforms import Platform
from config.local.ports import chosen_port
from config.local.postgres import remove_home
from config.local.refusals import Refusal, refusal_of
from config.local.supervisor import Supervisor

WEB_PORT = 8000
INTERRUPTED = 130


def demo(*, leaves: bool) -> int:
    """Start the platform, play the main job, and stay up until interrupted, or leave with the job's status."""
    begun = time.monotonic()
    folder = Folder(LOCAL)
    with folder.held():
        folder.require_space()
        port = chosen_port(wished=int(os.environ.get("PORT", WEB_PORT)), insisted="PORT" in os.environ)
        if port != WEB_PORT and "PORT" not in os.environ:
            _say(f"Port {WEB_PORT} is taken, so the platform uses {port}.")
        _say(f"Starting the platform; its logs are in {folder.logs.relative_to(PROJECT)}/.")
        with _platform(folder, port=port, echo=True) as platform:
            platform.start()
            folder.write_running(platform.environment)
            _say(f"The platform runs at {platform.url} (started in {time.monotonic() - begun:.1f} s).")
            status = platform.run(commands.PLAY_DEMO)
            if status:
                _say(f"The job failed with status {status}; the logs in {folder.logs.relative_to(PROJECT)}/ say more.")
            if leaves:
                _say("Stopping.")
                return status
            _say(f"The platform stays up at {platform.url}. Ctrl-C stops it.")
            with contextlib.suppress(KeyboardInterrupt):
                platform.supervisor.watch()
            _say("Stopping.")
    return status


def test(command: Sequence[str], *, durable: bool) -> int:
    """Run the command beside a PostgreSQL and a Redis of its own, which are removed afterwards.

    `durable` lets them write as they do for the demo, safe from a power cut: what is measured needs it.
    """
    _remove_leftovers()
    with tempfile.TemporaryDirectory(prefix="test-", dir=LOCAL, ignore_cleanup_errors=True) as directory:
        folder = Folder(Path(directory))
        with folder.held(), _platform(folder, durable=durable) as platform:
            try:
                return platform.supervisor.run(command, environment=platform.test_environment)
            finally:
                platform.stop()
                remove_home(folder)


def run(command: Sequence[str], *, owner: bool) -> int:
    """Run the command beside the servers of the running demo, or beside its servers started for this command."""
    folder = Folder(LOCAL)
    if folder.is_held():
        environment = folder.running()
        if not environment:
            raise Refusal("The platform is starting; try again when it says that it runs.")
        if owner:
            environment |= {"DATABASE_URL": environment["OWNER_DATABASE_URL"], **commands.MIGRATE_LIMITS}
        return Supervisor(logs=folder.logs).run(command, environment=environment)
    with folder.held(), _platform(folder) as platform:
        return platform.run(command, owner=owner)


def clean() -> int:
    """Forget the local platform: its data, secrets and logs."""
    folder = Folder(LOCAL)
    with folder.held():
        _remove(folder)
    return 0


def _platform(folder: Folder, *, port: int | None = None, echo: bool = False, durable: bool = False) -> Platform:
    return Platform(
        folder.path,
        durable=durable or folder.path == LOCAL,
        echo=echo,
        port=port,
        database_url=os.environ.get("DATABASE_URL"),
        owner_database_url=os.environ.get("OWNER_DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
    )


def _remove_leftovers() -> None:
    """Remove the folders of test runs that were killed before they could do it."""
    for path in Folder(LOCAL).path.glob("test-*"):
        with contextlib.suppress(Refusal):
            folder = Folder(path)
            with folder.held():
                _remove(folder)


def _remove(folder: Folder) -> None:
    remove_home(folder)
    shutil.rmtree(folder.path, ignore_errors=True)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # One signal stops everything in order; a second one must not disturb that.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the status to exit with; a refusal is one sentence and 1."""
    parser = argparse.ArgumentParser(prog="python -m config.local", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("demo", help="play the main job").add_argument("--exit", action="store_true", help="stop after it")
    for verb, sentence in (("test", "beside throw-away servers"), ("run", "beside the demo's servers")):
        sub = verbs.add_parser(verb, help=f"run a command {sentence}")
        sub.add_argument("command", nargs="+", help="after --, the command and its arguments")
    verbs.choices["test"].add_argument("--durable", action="store_true", help="write as safely as for the demo")
    verbs.choices["run"].add_argument("--owner", action="store_true", help="as the owner of the database")
    verbs.add_parser("clean", help="forget the local platform")
    asked = parser.parse_args(arguments)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    try:
        match asked.verb:
            case "demo":
                return demo(leaves=asked.exit)
            case "test":
                return test(asked.command, durable=asked.durable)
            case "run":
                return run(asked.command, owner=asked.owner)
            case _:
                return clean()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
    except OSError as error:
        print(refusal_of(error, LOCAL), file=sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
