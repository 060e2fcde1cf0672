"""Writing entries of the books, one or thousands, as one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from django.db import connection

from tariffs.models.ledger import JournalEntry, LedgerAccount
from tariffs.rules.postings import AccountKey, Draft, account_key, accounts_of

# Accounts are locked in id order before anything is written: whoever holds an account holds its chain of postings.
# Nothing is written or locked while one of the accounts is still to be opened: whoever opens one waits for others who
# do, and must hold nothing meanwhile. The legs move the balances by their trigger.
WRITE = """
WITH owners AS (
    SELECT w.n, coalesce(
        (SELECT a.id FROM tariffs_ledgeraccount a WHERE a.code = w.code AND a.currency = w.currency
            AND a.shard = w.shard AND a.company_id = w.company_id),
        (SELECT a.id FROM tariffs_ledgeraccount a WHERE a.code = w.code AND a.currency = w.currency
            AND a.shard = w.shard AND a.company_id IS NULL AND w.company_id IS NULL)) AS account_id
      FROM json_to_recordset(%(accounts)s::json) AS w (n int, code text, company_id bigint, currency text, shard int)
), locked AS MATERIALIZED (
    SELECT id FROM tariffs_ledgeraccount WHERE id = ANY (ARRAY(SELECT account_id FROM owners))
       AND NOT EXISTS (SELECT FROM owners WHERE account_id IS NULL)
     ORDER BY id FOR NO KEY UPDATE
), drafts AS (
    SELECT * FROM json_to_recordset(%(drafts)s::json)
               AS d (n int, event text, reference text, effective_on date, reverses_id bigint)
), written AS (
    INSERT INTO tariffs_journalentry (stream, event, reference, effective_on, posted_at, posted_by_id, reverses_id)
    SELECT d.event || ':' || d.reference, d.event, d.reference, d.effective_on, %(at)s, %(by)s::bigint, d.reverses_id
      FROM drafts d WHERE (SELECT count(*) FROM owners) = (SELECT count(*) FROM locked) ORDER BY d.n
    RETURNING *
), posted AS (
    INSERT INTO tariffs_posting (stream, entry_id, account_id, currency, amount_minor)
    SELECT 'account:' || o.account_id, e.id, o.account_id, l.currency, l.minor
      FROM json_to_recordset(%(legs)s::json) AS l (draft int, account int, currency text, minor bigint)
      JOIN drafts d ON d.n = l.draft
      JOIN written e ON e.event = d.event AND e.reference = d.reference
      JOIN owners o ON o.n = l.account
     ORDER BY o.account_id, d.n
)
SELECT * FROM written ORDER BY id
"""


def write_entries(drafts: Sequence[Draft], *, by: int | None, at: datetime) -> list[JournalEntry]:
    """Write entries with their legs and move the balances, in the order of the drafts; in one transaction.

    One statement when the accounts are there, three when one has to be opened first.
    """
    writer = _session()
    accounts = accounts_of(drafts, writer=writer)
    parameters = {
        "accounts": _json(
            {"n": n, "code": code, "company_id": company_id, "currency": currency, "shard": shard}
            for (code, company_id, currency, shard), n in accounts.items()
        ),
        "drafts": _json(
            {
                "n": n,
                "event": draft.event,
                "reference": draft.reference,
                "effective_on": draft.effective_on,
                "reverses_id": draft.reverses_id,
            }
            for n, draft in enumerate(drafts)
        ),
        "legs": _json(
            {
                "draft": n,
                "account": accounts[account_key(leg, company_id=draft.company_id, writer=writer)],
                "currency": leg.amount.currency,
                "minor": leg.amount.minor,
            }
            for n, draft in enumerate(drafts)
            for leg in draft.legs
        ),
        "at": at,
        "by": by,
    }
    written = list(JournalEntry.objects.raw(WRITE, parameters))
    if not written:
        _open_accounts(accounts)
        written = list(JournalEntry.objects.raw(WRITE, parameters))
    return written


def _open_accounts(keys: Iterable[AccountKey]) -> None:
    """Open accounts in one order, so that two who open the same ones never wait for each other crosswise."""
    LedgerAccount.objects.bulk_create(
        [
            LedgerAccount(code=code, company_id=company_id, currency=currency, shard=shard)
            for code, company_id, currency, shard in sorted(keys, key=str)
        ],
        ignore_conflicts=True,
    )


def _session() -> int:
    """Give the number of the database session: sessions that write at the same time differ in it."""
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def _json(rows: Iterable[dict[str, object]]) -> str:
    return orjson.dumps(list(rows)).decode()
