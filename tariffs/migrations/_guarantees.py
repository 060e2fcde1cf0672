"""What keeps claims below the limit, and what makes of the limits and claims that there are instruments and uses."""

from django.db import migrations

# A trigger and no check: a limit may sink below what is claimed when an instrument ends; claims may not grow above it.
NO_OVERDRAFT = """
CREATE FUNCTION no_guarantee_is_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reserved_minor + NEW.used_minor > NEW.limit_minor AND (
       TG_OP = 'INSERT' OR NEW.reserved_minor + NEW.used_minor > OLD.reserved_minor + OLD.used_minor) THEN
        RAISE EXCEPTION 'What is claimed never grows beyond the limit.' USING ERRCODE = 'check_violation',
              CONSTRAINT = 'no_guarantee_is_overdrawn', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_guarantee_is_overdrawn BEFORE INSERT OR UPDATE ON tariffs_guaranteeaccount
    FOR EACH ROW EXECUTE FUNCTION no_guarantee_is_overdrawn()
"""
OPENING_LIMITS = """
INSERT INTO tariffs_guaranteeinstrument (account_id, kind, number, guarantor, amount_minor, validity, order_of_use, state)
SELECT id, 'opening_limit', 'opening', '', limit_minor, daterange('2000-01-01', NULL), 1, 'in_force'
  FROM tariffs_guaranteeaccount
"""
# Comes before the check that a settled claim owes nothing.
SETTLED_SO_FAR = "UPDATE tariffs_guaranteereservation SET settled_minor = used_minor WHERE state = 'settled'"
USES_SO_FAR = """
INSERT INTO tariffs_guaranteeuse (reservation_id, key, amount_minor, used_at, settled_at)
SELECT r.id, '', r.used_minor, r.reserved_at, CASE WHEN r.state = 'settled' THEN r.reserved_at END
  FROM tariffs_guaranteereservation r WHERE r.used_minor > 0
"""
NO_TRIGGER = """
DROP TRIGGER no_guarantee_is_overdrawn ON tariffs_guaranteeaccount;
DROP FUNCTION no_guarantee_is_overdrawn()
"""

SETTLED_OPERATION = migrations.RunSQL(SETTLED_SO_FAR, migrations.RunSQL.noop)
GUARANTEE_OPERATIONS = [
    migrations.RunSQL(NO_OVERDRAFT, NO_TRIGGER),
    migrations.RunSQL(OPENING_LIMITS, migrations.RunSQL.noop),
    migrations.RunSQL(USES_SO_FAR, migrations.RunSQL.noop),
]
