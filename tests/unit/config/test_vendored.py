"""Front-end files of others are what their list says: by name, version, licence and hash."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[3] / "config" / "static" / "vendor"
LISTED = json.loads((VENDOR / "VENDORED.json").read_text())


def test_vendored_files__are_those_of_the_list() -> None:
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*.*") if path.suffix in {".css", ".js"}}

    assert found == {entry["file"] for entry in LISTED}


def test_vendored_files__have_the_hashes_of_the_list_and_a_licence_beside_them() -> None:
    for entry in LISTED:
        path = VENDOR / entry["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
        assert (path.parent / "LICENSE.md").is_file()
        assert entry["licence"] in ("MIT", "0BSD")
