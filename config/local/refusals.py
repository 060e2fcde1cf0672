"""What a person at the terminal is told when the local platform cannot go on."""

import errno
from pathlib import Path


class Refusal(Exception):
    """One clear sentence that says what is wrong and, where it is known, what to do."""


def refusal_of(error: OSError, folder: Path) -> Refusal:
    """Put an error of the operating system into one sentence; `folder` is where the platform writes."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Refusal(f"The disk is full: nothing more can be written in {folder}.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Refusal(f"{error.filename or folder} may not be read or written by you: {error.strerror}.")
    return Refusal(f"{error.strerror or error}: {error.filename or folder}.")
