"""What a row costs in a young platform and in one with 3,000,000 rows behind it, over 60 months (C10).

Half of the old rows are customs messages, each with its id, and half are activity records, of
100,000 streams. The same calls are measured before and after: a message is stored, an act is
recorded on a thing that has a history, and a set of messages that nobody can read is claimed and
parked, which costs what every set does beyond its rules: claim, locks, and writing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.db import connection, transaction

from benchmarks.figures import Figure, Measure
from bonded.actions.activity import record_activity_on
from bonded.actions.customs_messages import store_customs_message
from bonded.actions.lane_settlements import apply_customs_messages
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import Activity
from bonded.rules.customs_offices import SIMULATOR
from bonded.rules.permissions import SYSTEM, Act

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FIRST, MONTHS = date(2021, 1, 1), 60
ROWS, STREAMS = 1_500_000, 100_000
CALLS, SET, ROUNDS = 1_000, 500, 12

FILL = """
    INSERT INTO bonded_incomingcustomsmessage
           (office, message_id, raw, sha256, headers, received_at, state, detail, declaration_id, settled_at, cause)
    SELECT 'AGED', 'A' || n, convert_to(repeat('an old message ', 20), 'UTF8'), sha256('x'), '{}',
           timestamptz '2021-01-01 00:00+00' + n * interval '105 s', 'dealt_with', '', NULL, now(), 'unreadable'
      FROM generate_series(1, %(rows)s) n;
    INSERT INTO bonded_customsmessageid (office, message_id, sha256, incoming_message_id, received_at)
    SELECT office, message_id, sha256, id, received_at FROM bonded_incomingcustomsmessage WHERE office = 'AGED';
    ALTER TABLE bonded_activity DISABLE TRIGGER USER;
    INSERT INTO bonded_activity
           (stream, position, previous_hash, hash, act, target_kind, target_id, actor_role, acted_at, facts)
    SELECT 'aged:' || n %% %(streams)s, 1 + n / %(streams)s, sha256('x'), sha256('x'), 'bonded.lot.check_out', 'aged',
           n %% %(streams)s, 'vault_keeper', timestamptz '2021-01-01 00:00+00' + n * interval '105 s',
           '{"weight_carats": "1.000"}'
      FROM generate_series(1, %(rows)s) n;
    ALTER TABLE bonded_activity ENABLE TRIGGER USER;
    INSERT INTO bonded_streamhead (table_name, stream, position, hash)
    SELECT 'bonded_activity', stream, max(position), sha256('x') FROM bonded_activity
     WHERE target_kind = 'aged' GROUP BY stream;
"""


def run() -> list[Figure]:
    """Measure young, grow old, measure again, and take the old rows away."""
    acts: dict[str, Callable[[], float]] = {
        "a customs message stored": _store,
        "an act recorded on a thing with a history": _record,
        f"a message of a set of {SET} claimed and parked": _settle,
    }
    _record()  # Committed: from here on the things have a history.
    young = {name: _best(act) for name, act in acts.items()}
    _grow_old()
    old = {name: _best(act) for name, act in acts.items()}
    _take_away()
    return [
        Figure(
            goal="C10",
            name=f"{name}, {2 * ROWS:,} rows in {MONTHS} months behind it",
            value=old[name],
            unit="µs",
            limit=Measure("nothing behind it", young[name]),
        )
        for name in acts
    ]


def _best(act: Callable[[], float]) -> float:
    """Give the µs of a call in the best round; each is undone, and the first, which fills caches, left out."""
    rounds = []
    for _ in range(ROUNDS + 1):
        with transaction.atomic():
            rounds.append(act())
            transaction.set_rollback(True)
    return min(rounds[1:]) * 1e6


def _store() -> float:
    begun = time.perf_counter()
    for number in range(CALLS):
        _store_one(number)
    return (time.perf_counter() - begun) / CALLS


def _store_one(number: int) -> None:
    store_customs_message(
        office=SIMULATOR, message_id=f"bench-{number}", raw=b"not json", headers={}, actor=SYSTEM, at=AT
    )


def _record() -> float:
    begun = time.perf_counter()
    for number in range(CALLS):
        record_activity_on(Act.CHECK_OUT_LOT, "benchmark", str(number), actor=SYSTEM, at=AT, weight_carats="1.000")
    return (time.perf_counter() - begun) / CALLS


def _settle() -> float:
    for number in range(SET):
        _store_one(number)
    begun = time.perf_counter()
    settled = apply_customs_messages(limit=SET, read=read_stored_message, actor=SYSTEM, at=AT)
    assert settled == SET
    return (time.perf_counter() - begun) / SET


def _grow_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for year in range(FIRST.year, FIRST.year + MONTHS // 12):
            cursor.execute("SELECT make_partitions(%s, 11)", [date(year, 1, 1)])
        for statement in FILL.split(";\n")[:-1]:
            cursor.execute(statement, {"rows": ROWS, "streams": STREAMS})
        cursor.execute(
            "VACUUM ANALYZE bonded_incomingcustomsmessage, bonded_customsmessageid, bonded_activity, bonded_streamhead"
        )
        cursor.execute("SELECT count(DISTINCT tableoid) FROM bonded_activity WHERE target_kind = 'aged'")
        assert cursor.fetchone()[0] == MONTHS
    assert Activity.objects.filter(target_kind="aged").count() == ROWS


def _take_away() -> None:
    with connection.cursor() as cursor:
        for month in range(MONTHS):
            suffix = f"y{FIRST.year + month // 12}m{month % 12 + 1:02}"
            cursor.execute(f"DROP TABLE bonded_activity_{suffix}, bonded_incomingcustomsmessage_{suffix}")
        cursor.execute("DELETE FROM bonded_customsmessageid WHERE office = 'AGED'")
        cursor.execute("DELETE FROM bonded_streamhead WHERE stream LIKE 'aged:%'")
        cursor.execute("VACUUM ANALYZE bonded_customsmessageid, bonded_streamhead")
        cursor.execute("RESET statement_timeout")
