"""A backlog of customs messages: written, applied by one process or more, and put back to where nothing was read."""

from __future__ import annotations

import json
import multiprocessing
import time
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

import django
from django.db import connection, transaction

from bonded.rules.customs_offices import SIMULATOR

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BATCH = 1_000

TABLES = (
    "bonded_customsstatuschange, bonded_incomingcustomsmessage, bonded_customsmessageid, bonded_outgoingcustomsmessage,"
    " bonded_declaration, bonded_grantedclearance, bonded_hold, bonded_customstask"
)


def drain(batch: int = BATCH) -> None:
    """Apply messages in sets of at most so many until there are none."""
    from bonded.actions.lane_settlements import apply_customs_messages
    from bonded.gateways.customs_message_forms import read_stored_message
    from bonded.rules.permissions import SYSTEM

    while apply_customs_messages(read=read_stored_message, limit=batch, actor=SYSTEM, at=AT):
        pass


def _drain_when_told(begin: Barrier) -> None:
    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    begin.wait()
    drain()


def drain_by(processes: int) -> float:
    """Apply messages by so many processes until there are none; give the seconds from their common start."""
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(processes + 1)
    workers = [context.Process(target=_drain_when_told, args=(begin,)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    begin.wait()
    begun = time.perf_counter()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return time.perf_counter() - begun


def fill(codes: str, declarations: int) -> None:
    """Write declared withdrawals and all their messages, the messages of all lanes mixed as they would come."""
    from benchmarks.catalogues import companies
    from bonded.models import User

    _, buyer = companies()
    user, _ = User.objects.get_or_create(username="bench-buyer")
    truncate()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH w AS (INSERT INTO bonded_withdrawal"
            "             (id, company_id, procedure, state, requested_by_id, requested_at, refusal_reason)"
            "           SELECT gen_random_uuid(), %(company)s, 'home_use', 'declared', %(user)s, %(at)s, ''"
            "             FROM generate_series(1, %(count)s) RETURNING id)"
            " INSERT INTO bonded_declaration (number, kind, office, company_id, withdrawal_id, state, debt_state,"
            "                                 last_sequence, version, lodged_at, status_changed_at)"
            " SELECT 'B' || lpad(row_number() OVER ()::text, 12, '0'), 'withdrawal', %(office)s, %(company)s, id,"
            "        'lodged', 'not_told', 0, 1, %(at)s, %(at)s FROM w",
            {"company": buyer.pk, "user": user.pk, "at": AT, "count": declarations, "office": SIMULATOR},
        )
        with cursor.copy(
            "COPY bonded_incomingcustomsmessage"
            " (office, message_id, raw, sha256, headers, received_at, state, detail) FROM STDIN"
        ) as copy:
            for sequence, code in enumerate(codes, start=1):
                for number in range(1, declarations + 1):
                    name = f"M{number:012d}-{sequence}"
                    raw = message(name, f"B{number:012d}", sequence, code)
                    copy.write_row((SIMULATOR, name, raw, bytes(32), "{}", AT, "stored", ""))
    vacuum()


def message(name: str, number: str, sequence: int, code: str, issued_at: datetime = AT) -> bytes:
    """Write one message as the simulated office does."""
    return json.dumps(
        {
            "message_id": name,
            "office": SIMULATOR,
            "declaration_number": number,
            "mrn": f"5301{number}",
            "sequence": sequence,
            "issued_at": issued_at.isoformat(),
            "status": code,
            "facts": {},
        }
    ).encode()


def empty_again() -> None:
    """Put everything back to where nothing was read."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bonded_customsstatuschange DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE bonded_customsstatuschange")
        cursor.execute("ALTER TABLE bonded_customsstatuschange ENABLE TRIGGER USER")
        cursor.execute("TRUNCATE bonded_grantedclearance")
        cursor.execute(
            "UPDATE bonded_declaration SET state = 'lodged', debt_state = 'not_told', last_sequence = 0,"
            " last_issued_at = NULL, mrn = NULL"
        )
        cursor.execute(
            "UPDATE bonded_incomingcustomsmessage SET state = 'stored', cause = NULL, declaration_id = NULL,"
            " sequence = NULL, read_at = NULL, waits_until = NULL, settled_at = NULL"
        )
    vacuum()


def truncate() -> None:
    """Empty the tables of messages and declarations; withdrawals of an earlier figure disturb nobody."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bonded_customsstatuschange DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {TABLES}")
        cursor.execute("ALTER TABLE bonded_customsstatuschange ENABLE TRIGGER USER")


def vacuum() -> None:
    """Leave the tables as if they had just been loaded."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) bonded_incomingcustomsmessage, bonded_declaration")


def require_all(state: str, count: int) -> None:
    """Refuse a measurement in which not every message took effect exactly once."""
    from bonded.models import CustomsStatusChange, IncomingCustomsMessage

    assert IncomingCustomsMessage.objects.filter(state=state).count() == count
    assert CustomsStatusChange.objects.count() == count
