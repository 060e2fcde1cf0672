"""No file grows so long that a second noun hides in it."""

from pathlib import Path

import pytest

from config.local.folders import PROJECT

FOLDERS = {"bonded": 500, "tariffs": 500, "inspections": 500, "config": 500, "benchmarks": 500, "tests": 600}
FILES = [
    path
    for folder in FOLDERS
    for path in sorted((PROJECT / folder).rglob("*.py"))
    if "migrations" not in path.parts and "__pycache__" not in path.parts
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_sizes__a_module_stays_below_its_limit(path: Path) -> None:
    lines = path.read_text().count("\n")

    assert lines <= FOLDERS[path.relative_to(PROJECT).parts[0]]
