"""A browser to look through: one that is installed, else one that can be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
SECONDS = 600


class NoBrowser(Exception):
    """There is no Chromium and none can be had."""


def installed_browser() -> str | None:
    """Give the program of an installed Chromium or Chrome; `BROWSER_PATH` names another."""
    if path := os.environ.get("BROWSER_PATH"):
        return path
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(MAC) if MAC.exists() else None)


def _ran(*command: str) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _from_debian() -> str | None:
    if shutil.which("apt-get") is None:
        return None
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"]
    packages = ["chromium", "fonts-noto-cjk"]
    if _ran(*install, *packages) or (_ran(*as_root, "apt-get", "update") and _ran(*install, *packages)):
        return installed_browser()
    return None


def browser_path() -> str | None:
    """Give the program to start, None for Playwright's own; raises NoBrowser with what to install."""
    if found := installed_browser() or _from_debian():
        return found
    if _ran(sys.executable, "-m", "playwright", "install", "chromium"):
        return None
    raise NoBrowser(
        "The browser tests need Chromium: install it (Debian and Ubuntu: `apt install chromium`), or say"
        " BROWSER_PATH=/path/to/chrome."
    )
