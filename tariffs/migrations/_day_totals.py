"""How balances of earlier days are known without adding up every posting since."""

from django.db import migrations

# The trigger that moves the balances comes first, by its name: it holds the accounts, so that two statements never
# wait crosswise for the totals of one. The plan that is kept was made when there were few rows.
TOTAL_THE_DAYS = """
CREATE FUNCTION tariffs_total_the_days() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO tariffs_daytotal AS total (account_id, effective_on, posted_on, moved_minor)
    SELECT a.account_id, e.effective_on, (e.posted_at AT TIME ZONE 'UTC')::date, sum(a.amount_minor)
      FROM added a JOIN tariffs_journalentry e ON e.id = a.entry_id
     GROUP BY 1, 2, 3
    ON CONFLICT (account_id, effective_on, posted_on)
    DO UPDATE SET moved_minor = total.moved_minor + excluded.moved_minor;
    RETURN NULL;
END $$;

CREATE TRIGGER tariffs_postings_total_the_days AFTER INSERT ON tariffs_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tariffs_total_the_days();
"""

LEAVE_THE_DAYS = """
DROP TRIGGER tariffs_postings_total_the_days ON tariffs_posting;
DROP FUNCTION tariffs_total_the_days();
"""

WHAT_WAS_POSTED_BEFORE = """
INSERT INTO tariffs_daytotal (account_id, effective_on, posted_on, moved_minor)
SELECT p.account_id, e.effective_on, (e.posted_at AT TIME ZONE 'UTC')::date, sum(p.amount_minor)
  FROM tariffs_posting p JOIN tariffs_journalentry e ON e.id = p.entry_id
 GROUP BY 1, 2, 3
"""

DAY_TOTAL_OPERATIONS = [
    migrations.RunSQL(TOTAL_THE_DAYS, LEAVE_THE_DAYS),
    migrations.RunSQL(WHAT_WAS_POSTED_BEFORE, migrations.RunSQL.noop),
]
