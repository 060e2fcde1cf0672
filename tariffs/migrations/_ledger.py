"""What keeps the books in balance, whoever writes to them."""

from django.db import migrations

# The balance moves in the statement that adds the posting; the sum of an entry is looked at when the
# transaction commits, so that its legs may be written one by one.
BALANCE = """
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

CREATE FUNCTION tariffs_require_balance() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    entry bigint := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF (SELECT count(*) FROM tariffs_posting p WHERE p.entry_id = entry) < 2
       OR EXISTS (SELECT FROM tariffs_posting p WHERE p.entry_id = entry
                   GROUP BY p.currency HAVING sum(p.amount_minor) <> 0) THEN
        RAISE EXCEPTION 'Journal entry % does not balance.', entry
            USING ERRCODE = 'BT002';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tariffs_posting_moves_the_balance AFTER INSERT ON tariffs_posting
    FOR EACH ROW EXECUTE FUNCTION tariffs_move_balance();
CREATE CONSTRAINT TRIGGER tariffs_posting_balances AFTER INSERT ON tariffs_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tariffs_require_balance('entry_id');
CREATE CONSTRAINT TRIGGER tariffs_journalentry_balances AFTER INSERT ON tariffs_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tariffs_require_balance('id');
"""

UNBALANCE = """
DROP TRIGGER tariffs_journalentry_balances ON tariffs_journalentry;
DROP TRIGGER tariffs_posting_balances ON tariffs_posting;
DROP TRIGGER tariffs_posting_moves_the_balance ON tariffs_posting;
DROP FUNCTION tariffs_require_balance();
DROP FUNCTION tariffs_move_balance();
"""

LEDGER_OPERATIONS = [migrations.RunSQL(BALANCE, UNBALANCE)]
