"""Ledger libraries measured beside the books: each in an environment of its own, on a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

from benchmarks._statements import bare_connection

FOLDER = Path(__file__).parent / "peers"
ENVIRONMENTS = Path(settings.BASE_DIR) / ".local" / "peers"
# What it takes to fetch, unpack and compile a library, and to post what it is slowest at.
INSTALL_SECONDS, RUN_SECONDS = 300, 300


def measured_ledger(peer: str) -> dict[str, float]:
    """Give what a library reaches, by what was measured; nothing, and a line that says why, when it can't be had."""
    python = ENVIRONMENTS / peer / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run(
                [sys.executable, "-m", "venv", str(ENVIRONMENTS / peer)], check=True, timeout=INSTALL_SECONDS
            )
            install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(FOLDER / f"{peer}.txt")]
            subprocess.run(install, check=True, timeout=INSTALL_SECONDS, capture_output=True)
        script = [str(python), str(FOLDER / "ledgers.py"), peer, _empty_database(f"peer_{peer}")]
        answer = subprocess.run(script, check=True, timeout=RUN_SECONDS, capture_output=True, env=_environment())
    except (subprocess.SubprocessError, OSError) as problem:
        python.unlink(missing_ok=True)
        print(f"{peer} was not measured: {problem}", file=sys.stderr)
        return {}
    measured: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return measured


def _empty_database(name: str) -> str:
    with bare_connection() as bare:
        bare.execute(f'DROP DATABASE IF EXISTS "{name}"')
        bare.execute(f'CREATE DATABASE "{name}"')
    return name


def _environment() -> dict[str, str]:
    parameters = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    own = {name: str(parameters[key]) for name, key in names.items() if key in parameters}
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")} | own
