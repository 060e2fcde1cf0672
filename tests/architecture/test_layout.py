"""Every line of code is found by one formula: app, layer, noun."""

import subprocess
from pathlib import Path

import pytest

from config.local.folders import PROJECT

APPS = ("bonded", "tariffs", "inspections")
TOP_LEVEL = {
    # Fixed by the customer.
    *("bonded", "inspections", "tariffs", "config", "tests", "manage.py", "docker-compose.yml"),
    # What every project of this kind has.
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "Makefile", "Dockerfile"),
    *(".env.example", ".gitignore", ".dockerignore", ".editorconfig", ".ci", "docs", "benchmarks"),
    *("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt", "requirements-uv.txt"),
}
LAYERS = {"rules", "models", "queries", "actions", "gateways", "api", "web", "management", "migrations"}
SINGLE_FILES = {"__init__.py", "apps.py", "signals.py", "receivers.py", "tasks.py", "admin.py"}
RESOURCES = {"templates", "static", "locale", "samples", "data"}
TEST_KINDS = {"unit", "property", "integration", "api", "web", "concurrency", "faults", "browser", "architecture"}
TEST_SUPPORT = {"situations", "samples", "__init__.py", "conftest.py", "cast.py", "factories.py"}
ROLES_WITHOUT_A_NOUN = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "misc",
    "services",
    "service",
    "managers",
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.split("\0") if name]


TRACKED = tracked() if (PROJECT / ".git").exists() else []
needs_git = pytest.mark.skipif(not TRACKED, reason="not a git work tree")


@needs_git
def test_layout__top_level_is_as_the_customer_fixed_it() -> None:
    assert {path.parts[0] for path in TRACKED} - TOP_LEVEL == set()


@needs_git
@pytest.mark.parametrize("app", APPS)
def test_layout__an_app_holds_known_layers_only(app: str) -> None:
    inside = {path.parts[1] for path in TRACKED if path.parts[0] == app}

    assert inside - LAYERS - SINGLE_FILES - RESOURCES == set()


@needs_git
def test_layout__tests_are_of_a_known_kind() -> None:
    inside = {path.parts[1] for path in TRACKED if path.parts[0] == "tests"}

    assert inside - TEST_KINDS - TEST_SUPPORT == set()


@needs_git
def test_layout__a_layer_holds_nouns_and_no_further_packages() -> None:
    nested = {
        "/".join(path.parts[:3])
        for path in TRACKED
        if path.parts[0] in APPS and path.suffix == ".py" and len(path.parts) > 3 and path.parts[1] in LAYERS
    }

    assert nested == {name for name in nested if name.endswith("/management/commands")}


@needs_git
def test_layout__no_file_is_a_role_without_a_noun() -> None:
    assert [
        str(path) for path in TRACKED if {part.removesuffix(".py") for part in path.parts} & ROLES_WITHOUT_A_NOUN
    ] == []
