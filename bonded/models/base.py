"""What every table shares: querysets that lock in one order, and rows that are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, TypeVar

from django.db import models
from django.db.migrations.operations import RunSQL

Row = TypeVar("Row", bound=models.Model)

# What the database answers when somebody tries to change history; the API never shows it, a test does.
HISTORY_SQLSTATE = "BT001"


class TableQuerySet(models.QuerySet[Row]):
    """Rows of a table; nouns add their own adjectives."""

    def locked(self) -> Self:
        """Lock the rows for this transaction, in primary-key order, so that two acts can't lock crosswise."""
        return self.select_for_update(of=("self",)).order_by("pk")

    def where(self, condition: str, parameters: Sequence[Any]) -> list[Row]:
        """Read the rows of the whole table that meet a condition in SQL, which may order and lock them.

        For the few questions that every booking asks: the ORM takes several times as long to put one of them together
        as the database to answer it.
        """
        columns = ", ".join(f'"{field.column}"' for field in self.model._meta.concrete_fields)
        table = self.model._meta.db_table
        return list(self.raw(f'SELECT {columns} FROM "{table}" WHERE {condition}', parameters))  # noqa: S608 (the condition is a constant of ours)


class Table(models.Model):
    """A table of the platform."""

    class Meta:
        abstract = True


class AppendOnlyTable(Table):
    """A table whose rows are never changed or removed, each carrying the hash of the one before it.

    Rows with the same `stream` form a chain. A trigger numbers them, copies the hash of the
    row before and computes the row's own, so no writer can forget to, not even COPY. An act
    writes to a stream only while it holds the lock of the row that the stream is about.
    """

    stream = models.CharField(max_length=80)
    position = models.BigIntegerField(editable=False, db_default=0)
    previous_hash = models.BinaryField(editable=False, db_default=b"")
    hash = models.BinaryField(editable=False, db_default=b"")

    class Meta:
        abstract = True


# A function for each table: the same statement by EXECUTE is planned again for every row, at three times the cost.
# A plan that is kept was made when the table may have had three rows: without enable_seqscan = off a session goes on
# reading the whole table while it grows. The schema is named, so that no temporary table of that name is read instead.
CONTINUE_THE_CHAIN = """
CREATE FUNCTION "continue_the_chain_of_{table}"() RETURNS trigger
LANGUAGE plpgsql SET timezone = 'UTC' SET enable_seqscan = off AS $$
DECLARE
    last_position bigint;
    last_hash bytea;
BEGIN
    SELECT position, hash INTO last_position, last_hash
      FROM public."{table}" WHERE stream = NEW.stream ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(last_position, 0) + 1;
    NEW.previous_hash := coalesce(last_hash, ''::bytea);
    NEW.hash := chain_digest(NEW.previous_hash, to_jsonb(NEW));
    RETURN NEW;
END $$
"""


def append_only_operations(table: str) -> list[RunSQL]:
    """Give the migration steps that make a table append-only and chain its rows.

    A unique index on (stream, position) settles two writers who both believe they are next.
    """
    refuse = "EXECUTE FUNCTION refuse_to_change_history()"
    chain = f'"continue_the_chain_of_{table}"()'

    def trigger(name: str, event: str, effect: str) -> str:
        return f'CREATE TRIGGER "{table}_{name}" {event} ON "{table}" {effect}'

    return [
        RunSQL(
            sql=[
                f'CREATE UNIQUE INDEX "{table}_rows_of_a_stream_are_numbered" ON "{table}" (stream, position)',
                CONTINUE_THE_CHAIN.format(table=table),
                trigger("continue_the_chain", "BEFORE INSERT", f"FOR EACH ROW EXECUTE FUNCTION {chain}"),
                trigger("rows_stay", "BEFORE UPDATE OR DELETE", f"FOR EACH ROW {refuse}"),
                trigger("table_stays", "BEFORE TRUNCATE", f"FOR EACH STATEMENT {refuse}"),
            ],
            reverse_sql=[
                f'DROP TRIGGER "{table}_table_stays" ON "{table}"',
                f'DROP TRIGGER "{table}_rows_stay" ON "{table}"',
                f'DROP TRIGGER "{table}_continue_the_chain" ON "{table}"',
                f"DROP FUNCTION {chain}",
                f'DROP INDEX "{table}_rows_of_a_stream_are_numbered"',
            ],
        )
    ]


def append_only_tables() -> list[type[models.Model]]:
    """Give every append-only table of the project, by name."""
    from django.apps import apps

    found = [model for model in apps.get_models() if issubclass(model, AppendOnlyTable)]
    return sorted(found, key=lambda model: model._meta.db_table)


def enum_choices(enum: type[Any]) -> list[tuple[str, str]]:
    """Give the values of a StrEnum as choices of a column."""
    return [(member.value, member.value.replace("_", " ").capitalize()) for member in enum]


def values_check(column: str, enum: type[Any], name: str) -> models.CheckConstraint:
    """Let the database refuse a value of a column that its enum does not know."""
    return models.CheckConstraint(condition=models.Q(**{f"{column}__in": [member.value for member in enum]}), name=name)
