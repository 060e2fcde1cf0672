"""What the database refused, in words: the name of a constraint is the sentence that it keeps."""

from __future__ import annotations

from django.db import DatabaseError, DataError, IntegrityError, OperationalError

from bonded.rules.errors import InputInvalid, RuleViolation

# Waited too long, was cut off, met somebody head-on: each may be tried again.
BUSY = ("55P03", "57014", "40P01", "40001")


class Busy(RuleViolation):
    """Somebody else is at the same thing."""

    code = "busy"


class RefusedByTheDatabase(RuleViolation):
    """The database keeps a rule that this would break."""

    code = "refused_by_the_database"


def refusal_of_database(error: DatabaseError) -> RuleViolation | None:
    """Give the refusal that an error of the database is, None when it is a fault."""
    if isinstance(error, DataError):
        return InputInvalid("A value is out of the range that its column takes.")
    if isinstance(error, IntegrityError):
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "refused_by_the_database"
        return RefusedByTheDatabase(f"The database keeps this rule: {name.replace('_', ' ')}.", constraint=name)
    if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in BUSY:
        return Busy("Somebody else is at the same thing; ask again in a moment.")
    return None
