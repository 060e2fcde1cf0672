"""Web and workers have months made that are near, and the planner told of whole tables; the owner is free."""

from django.db import migrations

from bonded.migrations._partitions import MAKE_PARTITIONS

_, _BEGINS, _REST = MAKE_PARTITIONS.partition("CREATE FUNCTION make_partitions")
BEFORE = _BEGINS.replace("CREATE", "CREATE OR REPLACE") + _REST.partition("REVOKE EXECUTE")[0]

# As before, but for those who are not the owner: they ask for this month and 24 ahead, or the one before, because their
# clock is not the database's. Of what the net caught they move 24 months either way: each far row would be a table.
NEAR_NOW = """
CREATE OR REPLACE FUNCTION make_partitions(first_day date, months_ahead int) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    is_owner boolean := pg_has_role(session_user, current_user, 'USAGE');
    this_month date := date_trunc('month', now());
    furthest date := this_month + interval '24 months';
    first_month date := date_trunc('month', first_day);
    last_month date := first_month + least(months_ahead, 12) * interval '1 month';
    wanted jsonb;
    one record;
    name text;
BEGIN
    IF NOT is_owner AND (first_month >= this_month - interval '1 month' AND last_month <= furthest) IS NOT TRUE THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('months from %s to %s are not near enough to now', first_month, last_month),
            HINT = 'From the month before this one to 24 months ahead; others are made by the owner of the tables.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
    -- Collected first: a table that a loop still reads can't be altered in it.
    SELECT jsonb_agg(to_jsonb(months)) INTO wanted FROM (
        SELECT parent, column_name, (first_month + n * interval '1 month')::date AS month
          FROM (VALUES ('bonded_activity', 'acted_at'), ('bonded_incomingcustomsmessage', 'received_at'))
               AS partitioned (parent, column_name), generate_series(0, least(months_ahead, 12)) n
        UNION SELECT 'bonded_activity', 'acted_at', date_trunc('month', acted_at)::date FROM bonded_activity_default
        UNION SELECT 'bonded_incomingcustomsmessage', 'received_at', date_trunc('month', received_at)::date
                FROM bonded_incomingcustomsmessage_default
        ORDER BY parent, month) AS months
     WHERE is_owner OR month BETWEEN this_month - interval '24 months' AND furthest;
    FOR one IN SELECT * FROM jsonb_to_recordset(wanted) AS month (parent text, column_name text, month date) LOOP
        name := make_partition(one.parent, one.column_name, one.month);
        IF name IS NOT NULL THEN
            RETURN NEXT name;
        END IF;
    END LOOP;
END $$;
"""

# By a function of the owner, because the privilege to maintain a table is also the one to lock everybody out of it.
# The months themselves are left to autovacuum, which sees them and not the whole.
ANALYZE_WHOLE_TABLES = """
CREATE FUNCTION analyze_partitioned_tables() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE ONLY bonded_activity, ONLY bonded_incomingcustomsmessage;
END $$;
REVOKE EXECUTE ON FUNCTION analyze_partitioned_tables() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """Whoever takes over a worker can't fill the catalogue with months that nobody will ever write to."""

    dependencies = [
        ("bonded", "0011_partitions"),
    ]

    operations = [
        migrations.RunSQL([NEAR_NOW], [BEFORE]),
        migrations.RunSQL([ANALYZE_WHOLE_TABLES], ["DROP FUNCTION analyze_partitioned_tables()"]),
    ]
