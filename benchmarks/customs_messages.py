"""Status messages applied per second from a backlog, beside the same statements run bare and a task per message (G13).

The product does all of it: it claims, reads and checks each message, settles each lane by the
rules, writes message, declaration and chained history, and, in the second figure, grants the
clearances that follow. The bare side repeats the very statements that the product sent, with
their parameters ready, on a connection without Django. The peer is the usual way: for each
message one task body with the ORM, called in process, so without what a broker costs on top.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection, transaction

from benchmarks.catalogues import companies
from benchmarks.figures import Figure, Measure
from bonded.actions.lane_settlements import apply_customs_messages
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import CustomsStatusChange, Declaration, IncomingCustomsMessage, User
from bonded.rules.customs_messages import MessageState, read_envelope
from bonded.rules.customs_offices import SIMULATOR, office_of
from bonded.rules.declarations import STEPS, DeclarationState
from bonded.rules.permissions import SYSTEM

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BATCH = 1_000
PLAIN, PLAIN_DECLARATIONS = "7L7", 20_000  # Taken in, entered, said again: nothing else follows from these.
WHOLE, WHOLE_DECLARATIONS = "7LJTPR", 500
PEER_MESSAGES = 2_000
Statement = tuple[str, Any]

TABLES = (
    "bonded_customsstatuschange, bonded_incomingcustomsmessage, bonded_outgoingcustomsmessage, bonded_declaration,"
    " bonded_grantedclearance, bonded_hold, bonded_customstask"
)


def run() -> list[Figure]:
    """Measure messages from which nothing else follows, and whole journeys."""
    return [_plain(), _whole()]


def _plain() -> Figure:
    count = PLAIN_DECLARATIONS * len(PLAIN)
    _fill(PLAIN, PLAIN_DECLARATIONS)
    with _recorded() as batches:
        _drain()
    _empty_again()
    with _timed_statements() as spent:
        begun = time.perf_counter()
        _drain()
        product_seconds = time.perf_counter() - begun
    _require_all("applied", count)
    _empty_again()
    bare_seconds, bare_parts = _replay(batches)
    _require_all("applied", count)
    _empty_again()
    peer_seconds = _peer(PEER_MESSAGES)
    sql_seconds = sum(spent.values())
    return Figure(
        goal="G13",
        name=f"status messages applied from a backlog of {count:,}, {BATCH} a batch, one process",
        value=count / product_seconds,
        unit="/s",
        limit=Measure("the same statements run bare", count / bare_seconds),
        peers=[Measure("one ORM task a message, in process", PEER_MESSAGES / peer_seconds)],
        parts=[
            Measure("reading, rules and Python µs a message", (product_seconds - sql_seconds) / count * 1e6),
            *(Measure(f"{name} µs", seconds / count * 1e6) for name, seconds in spent.most_common()),
            *(Measure(f"bare {name} µs", seconds / count * 1e6) for name, seconds in bare_parts.most_common()),
        ],
    )


def _whole() -> Figure:
    count = WHOLE_DECLARATIONS * len(WHOLE)
    _fill(WHOLE, WHOLE_DECLARATIONS)
    with _timed_statements() as spent:
        begun = time.perf_counter()
        _drain()
        seconds = time.perf_counter() - begun
    _require_all("applied", count)
    _truncate()
    effects = WHOLE_DECLARATIONS * 2
    return Figure(
        goal="",
        name=f"status messages of whole journeys, with the clearances that {effects:,} of {count:,} grant",
        value=count / seconds,
        unit="/s",
        parts=[
            Measure("µs a message", seconds / count * 1e6),
            *(Measure(f"{name} µs", spent[name] / count * 1e6) for name, _ in spent.most_common(6)),
        ],
    )


def _drain() -> None:
    while apply_customs_messages(read=read_stored_message, limit=BATCH, actor=SYSTEM, at=AT):
        pass


def _fill(codes: str, declarations: int) -> None:
    """Write declared withdrawals and all their messages, the messages of all lanes mixed as they would come."""
    _, buyer = companies()
    user, _ = User.objects.get_or_create(username="bench-buyer")
    _truncate()
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
                    raw = _message(name, f"B{number:012d}", sequence, code)
                    copy.write_row((SIMULATOR, name, raw, bytes(32), "{}", AT, "stored", ""))
    _vacuum()


def _message(name: str, number: str, sequence: int, code: str) -> bytes:
    return json.dumps(
        {
            "message_id": name,
            "office": SIMULATOR,
            "declaration_number": number,
            "mrn": f"5301{number}",
            "sequence": sequence,
            "issued_at": AT.isoformat(),
            "status": code,
            "facts": {},
        }
    ).encode()


def _empty_again() -> None:
    """Put everything back to where nothing was read."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bonded_customsstatuschange DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE bonded_customsstatuschange")
        cursor.execute("ALTER TABLE bonded_customsstatuschange ENABLE TRIGGER USER")
        cursor.execute(
            "UPDATE bonded_declaration SET state = 'lodged', debt_state = 'not_told', last_sequence = 0,"
            " last_issued_at = NULL, mrn = NULL"
        )
        cursor.execute(
            "UPDATE bonded_incomingcustomsmessage SET state = 'stored', cause = NULL, declaration_id = NULL,"
            " sequence = NULL, read_at = NULL, waits_until = NULL, settled_at = NULL"
        )
    _vacuum()


def _truncate() -> None:
    """Empty the tables of messages and declarations; withdrawals of an earlier figure disturb nobody."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bonded_customsstatuschange DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {TABLES}")
        cursor.execute("ALTER TABLE bonded_customsstatuschange ENABLE TRIGGER USER")


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) bonded_incomingcustomsmessage, bonded_declaration")


def _require_all(state: str, count: int) -> None:
    """Refuse a measurement in which not every message took effect exactly once."""
    assert IncomingCustomsMessage.objects.filter(state=state).count() == count
    assert CustomsStatusChange.objects.count() == count


def _name_of(sql: str) -> str:
    words = sql.replace('"', "").split()
    table = next((word for word in words if word.startswith("bonded_")), words[1] if len(words) > 1 else "")
    return f"{words[0]} {table.removeprefix('bonded_').split('.')[0]}"


@contextmanager
def _recorded() -> Iterator[list[list[Statement]]]:
    """Keep the statements of each transaction, in their order."""
    batches: list[list[Statement]] = []

    def keep(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "50ms" in sql:  # The first statement of each transaction.
            batches.append([])
        batches[-1].append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield batches


@contextmanager
def _timed_statements() -> Iterator[Counter[str]]:
    """Add up the seconds that each kind of statement takes."""
    spent: Counter[str] = Counter()

    def keep_time(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[_name_of(sql)] += time.perf_counter() - begun

    with connection.execute_wrapper(keep_time):
        yield spent


def _replay(batches: list[list[Statement]]) -> tuple[float, Counter[str]]:
    """Run the statements again, a transaction a batch, fetching what they return."""
    spent: Counter[str] = Counter()
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}) as bare:
        bare.prepare_threshold = 3
        begun = time.perf_counter()
        for batch in batches:
            with bare.transaction(), bare.cursor() as cursor:
                for sql, params in batch:
                    one = time.perf_counter()
                    cursor.execute(sql, params)
                    if cursor.description:
                        cursor.fetchall()
                    spent[_name_of(sql)] += time.perf_counter() - one
        return time.perf_counter() - begun, spent


def _peer(count: int) -> float:
    """Apply messages one by one, each in a transaction of its own, as a task per message does; give the seconds."""
    keys = list(IncomingCustomsMessage.objects.order_by("pk").values_list("pk", flat=True)[:count])
    office = office_of(SIMULATOR)
    begun = time.perf_counter()
    for key in keys:
        with transaction.atomic():
            row = IncomingCustomsMessage.objects.select_for_update().get(pk=key)
            message = read_envelope(bytes(row.raw))
            declaration = Declaration.objects.select_for_update().get(number=message.declaration_number)
            meaning = office.meaning_of(message.code_list, message.status, on=message.issued_at.date(), at=AT)
            before = DeclarationState(declaration.state)
            assert meaning is not None
            target = meaning.goods
            assert target is not None
            assert message.sequence is not None
            assert target in STEPS[before]
            declaration.state, declaration.last_sequence, declaration.mrn = target, message.sequence, message.mrn
            declaration.save()
            CustomsStatusChange.objects.create(
                stream=f"declaration:{declaration.pk}",
                declaration=declaration,
                before=before,
                after=target,
                message_id=message.message_id,
                sequence=message.sequence,
                code_list=message.code_list,
                status=message.status,
                issued_at=message.issued_at,
                changed_at=AT,
            )
            row.state, row.declaration, row.sequence = MessageState.APPLIED, declaration, message.sequence
            row.read_at = row.waits_until = row.settled_at = AT
            row.save()
    return time.perf_counter() - begun
