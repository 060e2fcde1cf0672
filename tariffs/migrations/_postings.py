"""How the books keep up with entries that come many at a time: they are looked at once for a statement."""

from django.db import migrations

# A statement that adds a thousand legs to one account moves its balance once, not a thousand times, and leaves each
# entry that it touches in balance. That an entry has legs at all is still asked when the transaction commits. The
# plan that is kept was made when there were few rows, hence enable_seqscan = off.
MOVE_BALANCES = """
DROP TRIGGER tariffs_posting_moves_the_balance ON tariffs_posting;
DROP FUNCTION tariffs_move_balance();
DROP TRIGGER tariffs_posting_balances ON tariffs_posting;

CREATE FUNCTION tariffs_move_balances() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    strays bigint;
    wrong bigint;
BEGIN
    WITH moves AS MATERIALIZED (
        SELECT account_id, currency, sum(amount_minor)::bigint AS minor FROM added GROUP BY account_id, currency
    ), moved AS (
        UPDATE tariffs_ledgeraccount a SET balance_minor = a.balance_minor + m.minor
          FROM moves m WHERE a.id = m.account_id AND a.currency = m.currency RETURNING 1
    )
    SELECT (SELECT count(*) FROM moves) - (SELECT count(*) FROM moved) INTO strays;
    IF strays > 0 THEN
        RAISE EXCEPTION 'A posting does not belong on its account: there is none of that currency.'
            USING ERRCODE = 'BT002';
    END IF;
    SELECT p.entry_id INTO wrong
      FROM (SELECT DISTINCT entry_id FROM added) AS touched JOIN tariffs_posting p USING (entry_id)
     GROUP BY p.entry_id, p.currency HAVING sum(p.amount_minor) <> 0 LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'Journal entry % does not balance.', wrong
            USING ERRCODE = 'BT002';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tariffs_postings_move_the_balances AFTER INSERT ON tariffs_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tariffs_move_balances();
"""

MOVE_EACH_BALANCE = """
DROP TRIGGER tariffs_postings_move_the_balances ON tariffs_posting;
DROP FUNCTION tariffs_move_balances();

CREATE FUNCTION tariffs_move_balance() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tariffs_ledgeraccount SET balance_minor = balance_minor + NEW.amount_minor
     WHERE id = NEW.account_id AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A posting in % does not belong on account %.', NEW.currency, NEW.account_id
            USING ERRCODE = 'BT002';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tariffs_posting_moves_the_balance AFTER INSERT ON tariffs_posting
    FOR EACH ROW EXECUTE FUNCTION tariffs_move_balance();
CREATE CONSTRAINT TRIGGER tariffs_posting_balances AFTER INSERT ON tariffs_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tariffs_require_balance('entry_id');
"""

POSTING_OPERATIONS = [migrations.RunSQL(MOVE_BALANCES, MOVE_EACH_BALANCE)]
