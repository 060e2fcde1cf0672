"""The life of a file of consignment lines."""

from enum import StrEnum


class FileState(StrEnum):
    """How far the import of a file has come."""

    WAITING = "waiting"  # Stored; a worker will take it.
    RUNNING = "running"  # Being read and judged.
    DONE = "done"  # Good lines are lots, bad ones are listed.
    REFUSED = "refused"  # The file as a whole could not be taken; nothing came of it.


STEPS: dict[FileState, frozenset[FileState]] = {
    FileState.WAITING: frozenset({FileState.RUNNING}),
    # Back to waiting when the worker died in the middle.
    FileState.RUNNING: frozenset({FileState.DONE, FileState.REFUSED, FileState.WAITING}),
    FileState.DONE: frozenset(),
    FileState.REFUSED: frozenset(),
}
