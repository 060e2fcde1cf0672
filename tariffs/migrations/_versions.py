"""What lets a version of reference data be superseded once, and nothing else be changed."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION tariffs_supersede_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND upper_inf(OLD.known) AND NOT upper_inf(NEW.known)
       AND lower(NEW.known) = lower(OLD.known)
       AND to_jsonb(NEW) - 'known' = to_jsonb(OLD) - 'known' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: a version is superseded once, never edited.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'BT001';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER {table}_rows_are_superseded_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION tariffs_supersede_only();
"""

NO_TRIGGERS = """
DROP TRIGGER {table}_rows_are_superseded_only ON {table};
"""

VERSION_OPERATIONS = [
    migrations.RunSQL(FUNCTION, "DROP FUNCTION tariffs_supersede_only()"),
    *(
        migrations.RunSQL(TRIGGERS.format(table=table), NO_TRIGGERS.format(table=table))
        for table in ("tariffs_measure", "tariffs_exchangerate")
    ),
]
