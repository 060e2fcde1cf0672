"""Runs the benchmarks and prints their figures: `python -m benchmarks [NAME …] [--write]`.

Each module of this package that has `run() -> list[Figure]` is one benchmark. `--write` puts the
table into RESULTS.md, with the machine's description.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import sys
import time
from pathlib import Path

import django

PACKAGE = Path(__file__).parent
RESULTS = PACKAGE / "RESULTS.md"


def machine() -> str:
    """Describe what the figures were measured on."""
    from django.db import connection

    settings = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
    with connection.cursor() as cursor:
        values = []
        for name in settings:
            cursor.execute(f"SHOW {name}")
            values.append(f"{name} {cursor.fetchone()[0]}")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {platform.machine()}, {memory:.0f} GiB, {platform.system()}; Python"
        f" {platform.python_version()}, Django {django.__version__}; PostgreSQL: {', '.join(values)}."
        " Client and server share the cores. A figure is worth its ratio: both sides were measured in one run."
    )


def main() -> None:
    """Run those that were named, or all."""
    names = [module.name for module in pkgutil.iter_modules([str(PACKAGE)]) if not module.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME", help=", ".join(names))
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    asked = parser.parse_args()

    import config.celery  # noqa: F401  # gives tasks their application

    django.setup()
    from django.core.management import call_command

    from benchmarks.figures import table_of

    call_command("migrate", verbosity=0)
    figures = []
    for name in asked.names or names:
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "run"):
            continue
        begun = time.monotonic()
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += module.run()
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    text = f"{machine()}\n\n{table_of(figures)}\n"
    print(text)
    if asked.write:
        RESULTS.write_text(f"# What was measured\n\nBy `make bench ARGS=--write`. {text}")


if __name__ == "__main__":
    main()
