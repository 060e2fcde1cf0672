"""What keeps the books in balance when entries come in sets: one move an account and one look an entry, not a row."""

from django.db import migrations

# An entry's legs come in one statement, so the statement that adds them is where they must come to zero; that an
# entry has legs at all can only be seen when the transaction commits.
IN_SETS = """
DROP TRIGGER tariffs_posting_moves_the_balance ON tariffs_posting;
DROP TRIGGER tariffs_posting_balances ON tariffs_posting;
DROP TRIGGER tariffs_journalentry_balances ON tariffs_journalentry;
DROP FUNCTION tariffs_move_balance();
DROP FUNCTION tariffs_require_balance();

CREATE FUNCTION tariffs_keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    moves int;
    moved int;
BEGIN
    SELECT posting.entry_id, posting.currency INTO wrong FROM new_posting posting
     GROUP BY posting.entry_id, posting.currency HAVING sum(posting.amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Journal entry % does not balance in %.', wrong.entry_id, wrong.currency
            USING ERRCODE = 'BT002';
    END IF;
    WITH move AS (
        SELECT account_id, currency, sum(amount_minor) AS minor FROM new_posting GROUP BY account_id, currency
    ), done AS (
        UPDATE tariffs_ledgeraccount account SET balance_minor = account.balance_minor + move.minor
          FROM move WHERE account.id = move.account_id AND account.currency = move.currency RETURNING 1
    )
    SELECT (SELECT count(*) FROM move), (SELECT count(*) FROM done) INTO moves, moved;
    IF moves <> moved THEN
        RAISE EXCEPTION 'A posting does not belong on an account of its currency.' USING ERRCODE = 'BT002';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tariffs_require_postings() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tariffs_posting posting WHERE posting.entry_id = NEW.id) THEN
        RAISE EXCEPTION 'Journal entry % has no postings.', NEW.id USING ERRCODE = 'BT002';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tariffs_postings_keep_balances AFTER INSERT ON tariffs_posting
    REFERENCING NEW TABLE AS new_posting FOR EACH STATEMENT EXECUTE FUNCTION tariffs_keep_balances();
CREATE CONSTRAINT TRIGGER tariffs_journalentry_has_postings AFTER INSERT ON tariffs_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tariffs_require_postings();
"""
ONE_BY_ONE = """
DROP TRIGGER tariffs_journalentry_has_postings ON tariffs_journalentry;
DROP TRIGGER tariffs_postings_keep_balances ON tariffs_posting;
DROP FUNCTION tariffs_require_postings();
DROP FUNCTION tariffs_keep_balances();
"""


def posting_operations(*, before: str) -> list[migrations.RunSQL]:
    """Give the step that replaces the triggers; `before` is the SQL that made those before."""
    return [migrations.RunSQL(IN_SETS, ONE_BY_ONE + before)]
