"""Give the role of web and workers what it needs on every table, and no more."""

from typing import Any, LiteralString

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

from bonded.models.base import AppendOnlyTable
from bonded.models.customs_message_ids import CustomsMessageId
from bonded.models.stream_heads import StreamHead

APP_ROLE = "app_rw"
READ_ROLE = "app_ro"
# The heads of chains are written by a trigger that runs as the owner; ids that were used stay used.
# What web and workers may have done as the owner, each of it one narrow thing.
OWNERS_FUNCTIONS: tuple[LiteralString, ...] = (
    "make_partitions(date, int)",
    "analyze_partitioned_tables()",
    "tariffs_empty_price_slot(smallint)",
    "tariffs_analyze_price_slot(smallint)",
)
NARROW = {StreamHead._meta.db_table: "SELECT", CustomsMessageId._meta.db_table: "SELECT, INSERT"}


class Command(BaseCommand):
    """Run as the owner of the tables, after every migrate.

    A trigger alone does not keep history: the owner of a table can switch it off. So web and
    workers connect as `app_rw`, which may only read and add to append-only tables.
    """

    help = "Grant app_rw and app_ro their privileges on every table (run as the owner, after migrate)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke everything, then grant by the kind of table."""
        append_only = {model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyTable)}
        with transaction.atomic(), connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            for role in (APP_ROLE, READ_ROLE):
                cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))
                cursor.execute(
                    sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(sql.Identifier(role))
                )
            # Files of lines and lists of weighings are judged in temporary tables.
            database = sql.Identifier(connection.settings_dict["NAME"])
            cursor.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(APP_ROLE)))
            for table in tables:
                allowed = "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE"
                allowed = NARROW.get(table, allowed)
                for role, privileges in ((APP_ROLE, allowed), (READ_ROLE, "SELECT")):
                    names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
                    cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
                    cursor.execute(sql.SQL(f"GRANT {privileges} ON {{table}} TO {{role}}").format(**names))
            self._grant_partitions(cursor)
        self.stdout.write(f"{APP_ROLE} may use {len(tables)} tables, of which {len(append_only)} only grow.")

    def _grant_partitions(self, cursor: Any) -> None:
        """Let partitions be reached through their tables, and let web and workers have them made and analyzed.

        The invariants ask of the net alone whether it is empty, so that one may be read.
        """
        cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relispartition AND relkind = 'r'")
        for (partition,) in cursor.fetchall():
            for role in (APP_ROLE, READ_ROLE):
                names = {"table": sql.Identifier(partition), "role": sql.Identifier(role)}
                cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
                if partition.endswith("_default"):
                    cursor.execute(sql.SQL("GRANT SELECT ON {table} TO {role}").format(**names))
        makes = sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}")
        for function in OWNERS_FUNCTIONS:
            cursor.execute(makes.format(sql.SQL(function), sql.Identifier(APP_ROLE)))
