"""When lots can be looked at over a month: 50 desks, 2,000 lots, 100,000 claims to come, then a million that are over.

The limit is the product's own statement that reads the claims, run bare, without working anything out. The peer asks
for every slot of every desk whether anything overlaps it, one statement each, on a part of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks._load import percentile
from benchmarks._statements import bare_connection
from benchmarks.catalogues import companies, make_catalogue
from benchmarks.figures import Figure, Measure
from bonded.models import Location, Lot, User
from bonded.rules.permissions import Actor, Role
from inspections.models import Booking, Claim, Desk, Escort, RoomHours, Scale, ViewingRoom
from inspections.queries.availability import availability
from inspections.queries.viewing_rooms import desks_in_use

DESKS, HELPERS, LOTS, CLAIMS, HISTORY = 50, 25, 2_000, 100_000, 1_000_000
SEARCHES, LOTS_A_SEARCH, DAYS, PEER_SLOTS = 60, 4, 31, 300

# Each thing is taken for an hour and a quarter, one after the other with a gap: so many of each, from a moment on.
MAKE_CLAIMS = """
    INSERT INTO inspections_claim (booking_id, resource_kind, resource_id, during, is_active)
    SELECT %(booking)s, wanted.kind, wanted.id,
           tstzrange(span.begins, span.begins + interval '75 minutes'), %(active)s
      FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) WITH ORDINALITY AS wanted (kind, id, number)
     CROSS JOIN LATERAL (SELECT %(since)s::timestamptz + (n * %(step)s + wanted.number %% 7 * 5) * interval '1 minute'
                           FROM generate_series(0, %(each)s - 1) n) AS span (begins)
"""


def run() -> list[Figure]:
    """Measure with the claims to come alone, and with a history behind them."""
    at = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    actor, lot_ids = _furnish(at)
    desks = desks_in_use(actor=actor)
    figures = _measured(desks, lot_ids, actor, at, name="over 31 days, nothing behind")
    _claim(at - timedelta(days=3_650), lot_ids, HISTORY, is_active=False)
    return [*figures, *_measured(desks, lot_ids, actor, at, name=f"the same with {HISTORY:,} claims that are over")]


def _furnish(at: datetime) -> tuple[Actor, list[int]]:
    make_catalogue(copies=1)
    _, buyer = companies()
    user = User.objects.create(username="bench-availability")
    room = ViewingRoom.objects.create(name="Bench availability")
    RoomHours.objects.bulk_create(
        RoomHours(room=room, weekday=day, opens_at=clock(9), closes_at=clock(18)) for day in range(1, 8)
    )
    for number in range(DESKS):
        place = Location.objects.create(code=f"BENCH-A-{number}", kind="desk")
        Desk.objects.create(room=room, location=place)
    for number in range(HELPERS):
        Escort.objects.create(keeper=User.objects.create(username=f"bench-escort-{number}"))
        Scale.objects.create(number=f"BENCH-A-{number}", calibrated_until=at.date() + timedelta(days=365))
    lot_ids = list(Lot.objects.filter(trade_state="free", is_on_hold=False).order_by("pk").values_list("pk", flat=True))
    Booking.objects.create(
        company=buyer,
        requested_by=user,
        booked_at=at,
        during=(at, at + timedelta(hours=1)),
        desk=Desk.objects.get(location__code="BENCH-A-0"),
        escort=Escort.objects.order_by("pk")[0],
        scale=Scale.objects.order_by("pk")[0],
        visitors=["Bench"],
        duty_minor=0,
        currency="CNY",
    )
    _claim(at, lot_ids[:LOTS], CLAIMS, is_active=True)
    return Actor(user.pk, Role.BUYER, frozenset({buyer.pk})), lot_ids[:LOTS]


def _claim(since: datetime, lot_ids: list[int], count: int, *, is_active: bool) -> None:
    """Write about so many claims, evenly on desks, escorts, scales and lots."""
    wanted = [
        *(("desk", pk) for pk in Desk.objects.values_list("pk", flat=True)),
        *(("escort", pk) for pk in Escort.objects.values_list("pk", flat=True)),
        *(("scale", pk) for pk in Scale.objects.values_list("pk", flat=True)),
        *(("lot", pk) for pk in lot_ids),
    ]
    each = -(-count // len(wanted))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            MAKE_CLAIMS,
            {
                "booking": Booking.objects.values_list("pk", flat=True)[0],
                "active": is_active,
                "kinds": [kind for kind, _ in wanted],
                "ids": [key for _, key in wanted],
                "since": since,
                "each": each,
                # Over a month when they are to come; one after the other when they are over.
                "step": 31 * 24 * 60 // each if is_active else 180,
            },
        )
        cursor.execute("VACUUM (ANALYZE) inspections_claim")
        cursor.execute("RESET statement_timeout")


def _seconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _measured(desks: list[Desk], lot_ids: list[int], actor: Actor, at: datetime, *, name: str) -> list[Figure]:
    def search(number: int) -> Any:
        wanted = lot_ids[number * LOTS_A_SEARCH : (number + 1) * LOTS_A_SEARCH]
        return availability(desks=desks, lot_ids=wanted, first_on=at.date(), days=DAYS, at=at, actor=actor)

    kept: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "inspections_claim" in sql:
            kept.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        slots = sum(len(one.slots) for number in range(SEARCHES) for one in search(number))
    assert slots > 0
    ours = sorted(_seconds(lambda number=number: search(number)) for number in range(SEARCHES))
    with bare_connection() as bare:
        bare_seconds = sorted(_seconds(lambda one=one: bare.execute(*one).fetchall()) for one in kept)
    peer = _peer(desks, at)
    claims = Claim.objects.active().count()
    return [
        Figure(
            "G3",
            f"times for {LOTS_A_SEARCH} lots together at {DESKS} desks {name}, {claims:,} claims to come, p{percent}",
            percentile(ours, percent) * 1e3,
            "ms",
            Measure("reading the claims, bare", percentile(bare_seconds, percent) * 1e3),
            [Measure("a statement for each slot of each desk, desks alone", peer * 1e3)],
        )
        for percent in (50, 99)
    ]


def _peer(desks: list[Desk], at: datetime) -> float:
    """Ask slot by slot whether a desk is taken, on some of the slots; give the seconds that all would take."""
    slots = DESKS * DAYS * 7
    begun = time.perf_counter()
    for number in range(PEER_SLOTS):
        begins = at + number * timedelta(minutes=75)
        Claim.objects.filter(
            resource_kind="desk",
            resource_id=desks[number % DESKS].pk,
            is_active=True,
            during__overlap=(begins, begins + timedelta(minutes=75)),
        ).exists()
    return (time.perf_counter() - begun) / PEER_SLOTS * slots
