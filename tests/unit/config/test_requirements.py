"""The lock files: hashes for every package, no address, nothing that lags behind what was asked for."""

import re

import pytest

from config.local.folders import PROJECT

FILES = sorted(path.name for path in PROJECT.glob("requirements*"))
LOCKS = [name for name in FILES if name.endswith(".txt")]
PIN = re.compile(r"^([a-z0-9._-]+)==([^ \\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((PROJECT / name).read_text()))


def test_requirements__are_the_files_that_are_known() -> None:
    assert FILES == [
        "requirements-dev.in",
        "requirements-dev.txt",
        "requirements-uv.txt",
        "requirements.in",
        "requirements.txt",
    ]


@pytest.mark.parametrize("name", FILES)
def test_requirements__name_no_address_and_no_path(name: str) -> None:
    text = (PROJECT / name).read_text()

    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert not re.search(r"(^|\s)/\w", text)


@pytest.mark.parametrize("name", LOCKS)
def test_requirements__hold_a_hash_for_every_pin(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (PROJECT / name).read_text().strip())

    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_requirements__pin_the_same_versions_to_run_and_to_develop() -> None:
    developing = pins("requirements-dev.txt")

    assert {name: (version, developing.get(name)) for name, version in pins("requirements.txt").items()} == {
        name: (version, version) for name, version in pins("requirements.txt").items()
    }


def test_requirements__pin_what_was_asked_for() -> None:
    asked = {
        re.split(r"[\[=>;~< ]", line)[0].lower()
        for name in ("requirements.in", "requirements-dev.in")
        for line in (PROJECT / name).read_text().splitlines()
        if line and not line.startswith(("#", "-r"))
    }

    assert asked - set(pins("requirements-dev.txt")) == set()
