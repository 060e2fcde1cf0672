"""The functions that keep history: chained rows that nobody changes."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

# A new nullable column must not change the hash of old rows: hence jsonb_strip_nulls. The session's
# time zone must not either: hence SET timezone. The trigger of each table is in bonded/models/base.py.
CHAIN = """
CREATE FUNCTION chain_digest(before bytea, entry jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(before || convert_to(jsonb_strip_nulls(entry - 'hash')::text, 'UTF8'));

CREATE FUNCTION refuse_to_change_history() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are history and stay as they were written.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'BT001';
END $$;
"""

FIND_BROKEN_ROWS = """
CREATE OR REPLACE FUNCTION broken_chain_rows(table_name regclass)
RETURNS TABLE (stream text, "position" bigint, reason text)
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT stream::text, position,
               CASE WHEN position <> row_number THEN 'a row is missing'
                    WHEN previous_hash <> hash_before THEN 'the row before was exchanged'
                    ELSE 'the row was changed' END
          FROM (SELECT t.stream, t.position, t.previous_hash, t.hash, to_jsonb(t) AS entry,
                       row_number() OVER chain, coalesce(lag(t.hash) OVER chain, ''::bytea) AS hash_before
                  FROM %s t WINDOW chain AS (PARTITION BY t.stream ORDER BY t.position)) AS chained
         WHERE position <> row_number OR previous_hash <> hash_before OR hash <> chain_digest(hash_before, entry)
    $query$, table_name);
END $$;
"""

UNCHAIN = """
DROP FUNCTION broken_chain_rows(regclass);
DROP FUNCTION refuse_to_change_history();
DROP FUNCTION chain_digest(bytea, jsonb);
"""

HISTORY_OPERATIONS = [BtreeGistExtension(), TrigramExtension(), migrations.RunSQL(CHAIN + FIND_BROKEN_ROWS, UNCHAIN)]
