"""The life of a file of consignment lines."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from bonded.rules.errors import RuleViolation


class FileState(StrEnum):
    """How far the import of a file has come."""

    PROPOSED = "proposed"  # Stored; its sender looks at how it is read, and says whether to import it.
    WAITING = "waiting"  # Stored; a worker will take it.
    RUNNING = "running"  # Being read and judged.
    DONE = "done"  # Good lines are lots, bad ones are listed.
    REFUSED = "refused"  # The file as a whole could not be taken; nothing came of it.
    CANCELLED = "cancelled"  # Somebody stopped it before it was done; nothing came of it.


STEPS: dict[FileState, frozenset[FileState]] = {
    FileState.PROPOSED: frozenset({FileState.WAITING, FileState.CANCELLED}),
    FileState.WAITING: frozenset({FileState.RUNNING, FileState.CANCELLED}),
    # Back to waiting when the worker died in the middle.
    FileState.RUNNING: frozenset({FileState.DONE, FileState.REFUSED, FileState.WAITING, FileState.CANCELLED}),
    FileState.DONE: frozenset(),
    FileState.REFUSED: frozenset(),
    FileState.CANCELLED: frozenset(),
}
UNDER_WAY = frozenset({FileState.WAITING, FileState.RUNNING})
# What came to nothing may come again, told better.
CAME_TO_NOTHING = frozenset({FileState.REFUSED, FileState.CANCELLED})
# A forgotten proposal keeps its consignment from being declared. A week is long enough to ask a colleague about a file.
PROPOSAL_STANDS = timedelta(days=7)
NOBODY_DECIDED = "Nobody decided on it within seven days."
DECLARED_MEANWHILE = "The consignment was declared meanwhile; its lines are fixed."
GIVEN_UP = "The file could not be read in three attempts."
# Nothing reads the bytes of a file that came to nothing; for a month they can still be asked about. Its digest, its
# counts and what was wrong with it stay.
BYTES_KEPT = timedelta(days=30)


class FileNotProposed(RuleViolation):
    """Nobody is asked any more whether the file is to be imported."""

    code = "file_not_proposed"


class FileReadAnew(RuleViolation):
    """Somebody sent the same file with other values for its missing columns after the page was opened."""

    code = "file_read_anew"


def digest_of_defaults(defaults: Mapping[str, str]) -> str:
    """Give the SHA-256 of the values that a file is read with, by which a form says which reading was seen."""
    return hashlib.sha256(json.dumps(dict(defaults), sort_keys=True).encode()).hexdigest()
