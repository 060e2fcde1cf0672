"""Monthly partitions, the functions that make them, and the heads of chains that run through them."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bonded.migrations._history import FIND_BROKEN_ROWS
from bonded.models.base import append_only_operations

INBOX, ACTIVITY = "bonded_incomingcustomsmessage", "bonded_activity"
PARTITIONED = {INBOX: "received_at", ACTIVITY: "acted_at"}

# Whoever may call the second function can have months made, and nothing else: it runs as the owner of the tables,
# names them itself, finds nothing in a caller's temporary schema, and gives way to whoever holds a table for long.
# A table that is attached stops less than one that is made in place; what the net caught of its month goes along.
MAKE_PARTITIONS = """
CREATE FUNCTION make_partition(parent text, column_name text, month date) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    name text := parent || to_char(month, '"_y"YYYY"m"MM');
    net text := parent || '_default';
    begins timestamptz := month::timestamptz;
    ends timestamptz := begins + interval '1 month';
    caught text := format('%1$I >= %2$L AND %1$I < %3$L', column_name, begins, ends);
BEGIN
    IF to_regclass(quote_ident(name)) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)', name, parent);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', net);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE %s', name, net, caught);
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', net);
    EXECUTE format('DELETE FROM %I WHERE %s', net, caught);
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', net);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, name, begins, ends);
    -- Triggers on rows are inherited, those on TRUNCATE are not.
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = net::regclass AND tgname = net || '_table_stays') THEN
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()', name || '_table_stays', name);
    END IF;
    RETURN name;
END $$;

CREATE FUNCTION make_partitions(first_day date, months_ahead int) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    wanted jsonb;
    one record;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
    -- Collected first: a table that a loop still reads can't be altered in it.
    SELECT jsonb_agg(to_jsonb(months)) INTO wanted FROM (
        SELECT parent, column_name, (date_trunc('month', first_day) + n * interval '1 month')::date AS month
          FROM (VALUES ('bonded_activity', 'acted_at'), ('bonded_incomingcustomsmessage', 'received_at'))
               AS partitioned (parent, column_name), generate_series(0, least(months_ahead, 12)) n
        UNION SELECT 'bonded_activity', 'acted_at', date_trunc('month', acted_at)::date FROM bonded_activity_default
        UNION SELECT 'bonded_incomingcustomsmessage', 'received_at', date_trunc('month', received_at)::date
                FROM bonded_incomingcustomsmessage_default
        ORDER BY parent, month) AS months;
    FOR one IN SELECT * FROM jsonb_to_recordset(wanted) AS month (parent text, column_name text, month date) LOOP
        name := make_partition(one.parent, one.column_name, one.month);
        IF name IS NOT NULL THEN
            RETURN NEXT name;
        END IF;
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION make_partition(text, text, date), make_partitions(date, int) FROM PUBLIC;
"""
MAKE_NO_PARTITIONS = """
DROP FUNCTION make_partitions(date, int);
DROP FUNCTION make_partition(text, text, date);
"""

# A chain that runs through all months has its last hash beside them, so that its next row costs the same at any age.
# The trigger runs as the owner: web and workers can't move a head, nor call this from a table of their own.
KEEP_HEADS = """
INSERT INTO bonded_customsmessageid (office, message_id, sha256, incoming_message_id, received_at)
SELECT office, message_id, sha256, id, received_at FROM bonded_incomingcustomsmessage;

INSERT INTO bonded_streamhead (table_name, stream, position, hash)
SELECT DISTINCT ON (stream) 'bonded_activity', stream, position, hash
  FROM bonded_activity ORDER BY stream, position DESC;
ALTER TABLE bonded_streamhead SET (fillfactor = 80);

-- Its kept plan may be older than the table is large: hence enable_seqscan, as in the other tables' triggers.
CREATE FUNCTION continue_the_chain_of_bonded_activity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET enable_seqscan = off AS $$
BEGIN
    LOOP
        SELECT head.position + 1, head.hash INTO NEW.position, NEW.previous_hash FROM bonded_streamhead head
         WHERE head.table_name = 'bonded_activity' AND head.stream = NEW.stream FOR NO KEY UPDATE;
        IF FOUND THEN
            NEW.hash := chain_digest(NEW.previous_hash, to_jsonb(NEW));
            UPDATE bonded_streamhead head SET position = NEW.position, hash = NEW.hash
             WHERE head.table_name = 'bonded_activity' AND head.stream = NEW.stream;
            RETURN NEW;
        END IF;
        NEW.position := 1;
        NEW.previous_hash := ''::bytea;
        NEW.hash := chain_digest(NEW.previous_hash, to_jsonb(NEW));
        INSERT INTO bonded_streamhead (table_name, stream, position, hash)
        VALUES ('bonded_activity', NEW.stream, 1, NEW.hash) ON CONFLICT DO NOTHING;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION continue_the_chain_of_bonded_activity() FROM PUBLIC;

CREATE INDEX bonded_activity_rows_of_a_stream_are_numbered ON bonded_activity (stream, position);
CREATE TRIGGER bonded_activity_continue_the_chain BEFORE INSERT ON bonded_activity
    FOR EACH ROW EXECUTE FUNCTION continue_the_chain_of_bonded_activity();
CREATE TRIGGER bonded_activity_rows_stay BEFORE UPDATE OR DELETE ON bonded_activity
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history();
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relid::regclass::text FROM pg_partition_tree('bonded_activity') LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()', name || '_table_stays', name);
    END LOOP;
END $$;
"""
KEEP_NO_HEADS = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relid::regclass::text FROM pg_partition_tree('bonded_activity') LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', name || '_table_stays', name);
    END LOOP;
END $$;
DROP TRIGGER bonded_activity_rows_stay ON bonded_activity;
DROP TRIGGER bonded_activity_continue_the_chain ON bonded_activity;
DROP FUNCTION continue_the_chain_of_bonded_activity();
DROP INDEX bonded_activity_rows_of_a_stream_are_numbered;
"""

# Only a partitioned table has heads; where there is one, it shows a tail that was cut off, too.
FIND_CUT_TAILS = FIND_BROKEN_ROWS.replace(
    "    $query$, table_name);\n",
    """    $query$, table_name);
    IF (SELECT relkind FROM pg_class WHERE oid = table_name) = 'p' THEN
        RETURN QUERY EXECUTE format($query$
            SELECT coalesce(head.stream, last.stream)::text, coalesce(head.position, last.position),
                   'the last row is not the one that was written last'
              FROM (SELECT DISTINCT ON (t.stream) t.stream, t.position, t.hash
                      FROM %1$s t ORDER BY t.stream, t.position DESC) AS last
              FULL JOIN (SELECT h.stream, h.position, h.hash FROM bonded_streamhead h
                          WHERE h.table_name = %2$L) AS head ON head.stream = last.stream
             WHERE (head.position, head.hash) IS DISTINCT FROM (last.position, last.hash)
        $query$, table_name, (SELECT relname FROM pg_class WHERE oid = table_name));
    END IF;
""",
)


def _remake(cursor: Any, table: str, *, primary_key: str, partition_by: str = "") -> None:
    """Make a table again with its columns, rows, checks, indexes, foreign keys and numbering, in pieces or whole."""
    cursor.execute(
        "SELECT relname, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = %s::regclass AND NOT indisprimary",
        [table],
    )
    indexes = cursor.fetchall()
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    foreign_keys = cursor.fetchall()
    cursor.execute(f'SELECT last_value, is_called FROM "{table}_id_seq"')  # noqa: S608
    last_id = cursor.fetchone()
    for statement in (
        f'ALTER TABLE "{table}" ALTER id DROP IDENTITY',
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey"',
        *(f'DROP INDEX "{name}"' for name, _ in indexes),
        f'ALTER TABLE "{table}" RENAME TO "{table}_before"',
        f'CREATE TABLE "{table}" (LIKE "{table}_before" INCLUDING ALL EXCLUDING INDEXES) {partition_by}',
        f'ALTER TABLE "{table}" ALTER id ADD GENERATED BY DEFAULT AS IDENTITY',
    ):
        cursor.execute(statement)
    cursor.execute("SELECT setval(%s, %s, %s)", [f"{table}_id_seq", *last_id])
    if partition_by:
        _make_partitions(cursor, table)
    for statement in (
        f'INSERT INTO "{table}" SELECT * FROM "{table}_before"',  # noqa: S608
        f'DROP TABLE "{table}_before"',
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_pkey" PRIMARY KEY ({primary_key})',
        *(definition for _, definition in indexes),
        *(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}' for name, definition in foreign_keys),
    ):
        cursor.execute(statement)


def _make_partitions(cursor: Any, table: str) -> None:
    """Make a partition for each month that has rows, for this month and the next three, and the net under them."""
    column = PARTITIONED[table]
    cursor.execute(f'CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT')
    cursor.execute(
        "SELECT make_partition(%s, %s, month) FROM ("  # noqa: S608
        f" SELECT date_trunc('month', {column} AT TIME ZONE 'UTC')::date FROM \"{table}_before\""
        " UNION SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')::date"
        "   FROM generate_series(0, 3) AS n) AS months (month)",
        [table, column],
    )


def partition(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Cut the tables into months."""
    with schema_editor.connection.cursor() as cursor:
        for table, column in PARTITIONED.items():
            _remake(cursor, table, primary_key=f"id, {column}", partition_by=f"PARTITION BY RANGE ({column})")


def unpartition(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the months together again."""
    with schema_editor.connection.cursor() as cursor:
        for table in PARTITIONED:
            _remake(cursor, table, primary_key="id")


(_CHAIN_ACTIVITY,) = append_only_operations(ACTIVITY)

PARTITION_OPERATIONS = [
    migrations.RunSQL(_CHAIN_ACTIVITY.reverse_sql, _CHAIN_ACTIVITY.sql),
    migrations.RunSQL([MAKE_PARTITIONS], [MAKE_NO_PARTITIONS]),
    migrations.RunPython(partition, unpartition),
    migrations.RunSQL([KEEP_HEADS + FIND_CUT_TAILS], [KEEP_NO_HEADS + FIND_BROKEN_ROWS]),
]
