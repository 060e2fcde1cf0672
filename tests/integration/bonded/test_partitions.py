"""Tables in months: made ahead, a net that loses nothing, and guards that hold in every month."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from bonded import tasks
from bonded.actions.activity import record_activity
from bonded.actions.partitions import analyze_partitioned_tables, create_partitions
from bonded.models import Activity, CustomsMessageId, IncomingCustomsMessage, StreamHead
from bonded.models.base import HISTORY_SQLSTATE
from bonded.queries.invariants import broken_invariants
from bonded.queries.partitions import PARTITIONED
from bonded.rules.customs_messages import MessageIdReused
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM, Act
from tests.cast import Cast
from tests.integration.bonded.test_grant_privileges import app_rw  # noqa: F401
from tests.situations.customs import a_declared_withdrawal, apply_all, message, store

FAR = datetime(2031, 5, 17, 12, 0, tzinfo=UTC)
FAR_MONTHS = [
    "bonded_activity_y2031m05",
    "bonded_activity_y2031m06",
    "bonded_incomingcustomsmessage_y2031m05",
    "bonded_incomingcustomsmessage_y2031m06",
]


def run(statement: str) -> None:
    """Run one statement as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def where_rows_lie(table: str) -> list[str]:
    """The partitions in which a table's rows lie, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {table} ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def test_create_partitions__makes_what_is_missing_and_nothing_twice(db: None) -> None:
    assert create_partitions(actor=SYSTEM, at=FAR, months_ahead=1) == FAR_MONTHS
    assert create_partitions(actor=SYSTEM, at=FAR, months_ahead=1) == []


def test_create_partitions__is_the_systems_only(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        create_partitions(actor=cast.ada, at=FAR)
    assert len(create_partitions(actor=SYSTEM, at=FAR)) == 8


@pytest.mark.django_db(transaction=True)
def test_create_partitions__twice_at_once_makes_each_once() -> None:
    made: list[str] = []
    barrier = threading.Barrier(2)

    def create() -> None:
        barrier.wait()
        made.extend(create_partitions(actor=SYSTEM, at=FAR, months_ahead=1))
        connection.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in FAR_MONTHS:
        run(f"DROP TABLE {name}")
    assert sorted(made) == FAR_MONTHS


def months_from_now(count: int) -> date:
    """The first day of a month counted from this one, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + %s * interval '1 month')::date", [count]
        )
        (first_day,) = cursor.fetchone()
    assert isinstance(first_day, date)
    return first_day


def record_as(app: psycopg.Connection, day: date) -> None:
    """Record an act of a day as web and workers do, with all that is checked at the end of a transaction."""
    app.execute(
        "INSERT INTO bonded_activity (stream, act, target_kind, target_id, actor_role, acted_at, facts)"
        " VALUES ('lot:1', 'x', 'lot', '1', 'system', %s::date::timestamp AT TIME ZONE 'UTC', '{}')",
        [day],
    )
    app.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_make_partitions__is_what_web_and_workers_may_do_without_owning_a_table(app_rw: psycopg.Connection) -> None:  # noqa: F811
    furthest = months_from_now(24)
    with app_rw.transaction(force_rollback=True):
        made = app_rw.execute("SELECT make_partitions(%s, 1)", [months_from_now(23)]).fetchall()
        record_as(app_rw, furthest)
        lies_in = app_rw.execute("SELECT tableoid::regclass::text FROM bonded_activity").fetchall()
    assert len(made) == 4
    assert lies_in == [(f"bonded_activity_{furthest:y%Ym%m}",)]


@pytest.mark.parametrize(
    ("first", "months_ahead"), [(25, 0), (24, 1), (20, 5), (1_200, 12), (-2, 0), (-2, 12), (-1_200, 12)]
)
def test_make_partitions__makes_nothing_far_away_for_web_and_workers(
    app_rw: psycopg.Connection,  # noqa: F811
    first: int,
    months_ahead: int,
) -> None:
    month = months_from_now(first)
    last = months_from_now(first + months_ahead)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        app_rw.execute("SELECT make_partitions(%s, %s)", [month, months_ahead])
    assert refused.value.diag.message_primary == f"months from {month} to {last} are not near enough to now"


@pytest.mark.parametrize("day", ["NULL", "'infinity'", "'-infinity'"])
def test_make_partitions__makes_no_month_that_is_none(app_rw: psycopg.Connection, day: str) -> None:  # noqa: F811
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        app_rw.execute(f"SELECT make_partitions({day}, 1)")


def test_make_partitions__looks_back_a_month_because_clocks_differ(app_rw: psycopg.Connection) -> None:  # noqa: F811
    with app_rw.transaction(force_rollback=True):
        app_rw.execute("SELECT make_partitions(%s, 0)", [months_from_now(-1)])
        asked = app_rw.execute("SELECT to_regclass(%s)", [f"bonded_activity_{months_from_now(-1):y%Ym%m}"])
        assert asked.fetchone() != (None,)


def test_make_partitions__leaves_what_is_far_away_in_the_net_for_the_owner(app_rw: psycopg.Connection) -> None:  # noqa: F811
    with app_rw.transaction(force_rollback=True):
        for months in (-25, -24, 24, 25):
            record_as(app_rw, months_from_now(months))
        app_rw.execute("SELECT make_partitions(%s, 0)", [months_from_now(0)])
        where = app_rw.execute("SELECT tableoid::regclass::text FROM bonded_activity ORDER BY position").fetchall()
    assert where == [
        ("bonded_activity_default",),
        (f"bonded_activity_{months_from_now(-24):y%Ym%m}",),
        (f"bonded_activity_{months_from_now(24):y%Ym%m}",),
        ("bonded_activity_default",),
    ]


def test_create_partitions__in_the_timetable_tells_the_planner_of_the_whole_tables(cast: Cast, at: datetime) -> None:
    figures = "SELECT DISTINCT tablename FROM pg_stats WHERE inherited AND tablename = ANY(%s) ORDER BY tablename"
    record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=at)
    store(b"[]", at=at, message_id="m-1")
    connection.check_constraints()

    tasks.create_partitions()

    with connection.cursor() as cursor:
        cursor.execute(figures, [list(PARTITIONED)])
        assert [name for (name,) in cursor.fetchall()] == sorted(PARTITIONED)


def test_analyze_partitioned_tables__is_what_web_and_workers_may_do(app_rw: psycopg.Connection) -> None:  # noqa: F811
    figures = "SELECT count(*) FROM pg_stats WHERE inherited AND tablename = 'bonded_activity' AND attname = 'stream'"
    with app_rw.transaction(force_rollback=True):
        record_as(app_rw, months_from_now(0))
        app_rw.execute("SELECT analyze_partitioned_tables()")
        assert app_rw.execute(figures).fetchone() == (1,)


def test_analyze_partitioned_tables__is_the_systems_only(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        analyze_partitioned_tables(actor=cast.ada, at=at)


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT * FROM bonded_activity_y2026m11",
        "INSERT INTO bonded_activity_default SELECT * FROM bonded_activity",
        "INSERT INTO bonded_activity_y2026m11 SELECT * FROM bonded_activity",
        "DELETE FROM bonded_activity_y2026m11",
        "TRUNCATE bonded_activity_y2026m11",
        "DROP TABLE bonded_incomingcustomsmessage_y2026m11",
        "ALTER TABLE bonded_activity DETACH PARTITION bonded_activity_y2026m11",
        "UPDATE bonded_streamhead SET position = 0",
        "DELETE FROM bonded_streamhead",
        "DELETE FROM bonded_customsmessageid",
        "UPDATE bonded_customsmessageid SET message_id = 'free again'",
        "SELECT make_partition('bonded_activity', 'acted_at', '2031-01-01')",
    ],
)
def test_app_rw__reaches_no_partition_and_moves_no_head(app_rw: psycopg.Connection, attack: str) -> None:  # noqa: F811
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_rw.execute(attack)


def test_app_rw__may_ask_whether_the_net_is_empty(app_rw: psycopg.Connection) -> None:  # noqa: F811
    for table in PARTITIONED:
        assert app_rw.execute(f"SELECT count(*) FROM {table}_default").fetchall() == [(0,)]
        assert app_rw.execute("SELECT * FROM broken_chain_rows('bonded_activity')").fetchall() == []


@pytest.mark.breaks_invariants
def test_net__catches_a_row_of_no_month_and_gives_it_to_its_month(cast: Cast, at: datetime) -> None:
    record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=at)
    record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=FAR)
    store(b"early", at=FAR, message_id="m-1")
    connection.check_constraints()
    (broken,) = broken_invariants()
    assert broken.sentence == "Every row of a table that is cut into months lies in its month."
    assert len(broken.examples) == 2

    # Of another month altogether: what the net holds is seen to as well.
    assert len(create_partitions(actor=SYSTEM, at=at, months_ahead=0)) == 2

    assert where_rows_lie("bonded_activity") == ["bonded_activity_y2026m11", "bonded_activity_y2031m05"]
    assert where_rows_lie("bonded_incomingcustomsmessage") == ["bonded_incomingcustomsmessage_y2031m05"]
    assert broken_invariants() == []


@pytest.mark.breaks_invariants
def test_invariants__miss_the_next_month(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_char((now() AT TIME ZONE 'UTC') + interval '1 month', '\"y\"YYYY\"m\"MM')")
        (month,) = cursor.fetchone()
    run(f"DROP TABLE bonded_activity_{month}")

    (broken,) = broken_invariants()

    assert broken.sentence == "The next month of every such table is there before it begins."
    assert broken.examples == (f"bonded_activity_{month}",)


@pytest.mark.parametrize("name", ["bonded_activity_y2026m11", "bonded_activity_y2026m12", "bonded_activity_default"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET facts = '{{}}'", "DELETE FROM {}", "TRUNCATE {}"])
def test_partition__of_history_is_never_changed_even_when_it_is_named_itself(
    cast: Cast, at: datetime, name: str, attack: str
) -> None:
    at = {"bonded_activity_y2026m12": at + timedelta(days=30), "bonded_activity_default": FAR}.get(name, at)
    record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=at, weight_carats="1.000")
    connection.check_constraints()

    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        run(attack.format(name))

    assert refused.value.__cause__.sqlstate == HISTORY_SQLSTATE  # type: ignore[union-attr]
    assert Activity.objects.get().facts == {"weight_carats": "1.000"}
    create_partitions(actor=SYSTEM, at=at)


def test_partition__made_later_is_guarded_as_well(cast: Cast, at: datetime) -> None:
    create_partitions(actor=SYSTEM, at=FAR)
    for attack in ("TRUNCATE bonded_activity_y2031m06", "TRUNCATE bonded_activity"):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            run(attack)
        assert refused.value.__cause__.sqlstate == HISTORY_SQLSTATE  # type: ignore[union-attr]


def test_chain__runs_through_the_months(cast: Cast, at: datetime) -> None:
    for days in (0, 20, 60):
        record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=at + timedelta(days=days))

    rows = list(Activity.objects.order_by("position"))

    assert [row.position for row in rows] == [1, 2, 3]
    assert [bytes(row.previous_hash) for row in rows] == [b"", bytes(rows[0].hash), bytes(rows[1].hash)]
    assert where_rows_lie("bonded_activity") == [
        f"bonded_activity_{month}" for month in ("y2026m11", "y2026m12", "y2027m01")
    ]
    head = StreamHead.objects.get()
    assert (head.stream, head.position, bytes(head.hash)) == (f"company:{cast.alder.pk}", 3, bytes(rows[2].hash))


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(
    ("attack", "position"),
    [
        ("DELETE FROM bonded_activity WHERE position = 2", 2),
        ("DELETE FROM bonded_activity", 2),
        ("DROP TABLE bonded_activity_y2026m12", 2),
        ("DELETE FROM bonded_streamhead", 2),
    ],
)
def test_broken_chain_rows__finds_a_tail_that_was_cut(cast: Cast, at: datetime, attack: str, position: int) -> None:
    for days in (0, 20):
        record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=at + timedelta(days=days))
    connection.check_constraints()
    run("ALTER TABLE bonded_activity DISABLE TRIGGER USER")
    run(attack)

    broken = {one.sentence: one.examples for one in broken_invariants()}

    stream = f"company:{cast.alder.pk}"
    assert broken["Every chain of history is whole."] == (
        f"bonded_activity: {stream} {position} the last row is not the one that was written last",
    )


def test_store_customs_message__knows_an_id_of_another_month(cast: Cast, at: datetime) -> None:
    first = store(b"one", at=at, message_id="m-1")
    later = at + timedelta(days=90)

    again = store(b"one", at=later, message_id="m-1")
    with pytest.raises(MessageIdReused) as refusal:
        store(b"two", at=later, message_id="m-1")

    assert (again.id, again.is_new) == (first.id, False)
    assert refusal.value.facts == {"message_id": "m-1", "first_received_at": at.isoformat()}
    assert IncomingCustomsMessage.objects.count() == CustomsMessageId.objects.count() == 1


def test_apply_customs_messages__settles_a_lane_that_spans_months(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    for sequence, days in ((2, 0), (1, 20)):
        store(message(declaration, sequence, "LJ"[sequence - 1], at=at), at=at + timedelta(days=days))

    assert apply_all(at + timedelta(days=20)) == 2

    assert list(IncomingCustomsMessage.objects.order_by("pk").values_list("state", "sequence")) == [
        ("applied", 2),
        ("applied", 1),
    ]
