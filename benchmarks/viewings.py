"""Bookings over HTTP, sixteen at once, beside the same claims as bare SQL and a step-by-step peer (G1).

The product answers a token's call once for its key, prices the lot, reserves headroom on the
company's guarantee, claims lot, desk, escort and scale under the exclusion constraint, and writes
the act into the history. The bare statement only claims; the peer looks for overlaps by the ORM
and then inserts, without price, guarantee, permission, key or history.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from datetime import datetime, timedelta
from datetime import time as clock
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from benchmarks._load import percentile, served
from benchmarks.figures import Figure, Measure
from bonded.models import ApiToken, Company, Location, Lot, Membership, User
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from inspections.models import Claim, Desk, Escort, RoomHours, Scale, ViewingRoom
from tariffs.actions.guarantees import set_guarantee
from tests.cast import make_cast
from tests.situations.inspections import viewable_lots
from tests.situations.tariffs import a_schedule

LANES, BOOKINGS_A_LANE = 16, 75
# A worker answers its first calls several times slower; they are made, and not counted.
UNCOUNTED_A_LANE = 5
SLOT = timedelta(minutes=5)


def run() -> list[Figure]:
    """Measure all three on the same tables, one after the other."""
    at = timezone.now()
    # Tomorrow morning in Shanghai, so that no slot lies over midnight.
    begins = at.replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=1)
    lots = _furnish(at)
    tokens = [_token(lane) for lane in range(LANES)]
    with served("config.wsgi:application", "/readyz") as port:
        _book(port, tokens, lots, begins, range(UNCOUNTED_A_LANE))
        took, answers = _book(port, tokens, lots, begins, range(UNCOUNTED_A_LANE, BOOKINGS_A_LANE))
    booked = len(answers)
    assert booked == LANES * (BOOKINGS_A_LANE - UNCOUNTED_A_LANE)
    assert Claim.objects.active().count() == 4 * LANES * BOOKINGS_A_LANE
    bare, peer = _bare(begins + timedelta(days=2), booked), _peer(begins + timedelta(days=15), booked)
    answers.sort()
    return [
        Figure(
            goal="G1",
            name=f"POST booking of lot, desk, escort, scale and headroom, {LANES} connections, by token",
            value=booked / took,
            unit="/s",
            limit=Measure("the four claims as one statement, one connection", bare),
            peers=[Measure("overlap checks and inserts by the ORM, one connection, nothing else", peer)],
        ),
        Figure(goal="G1", name="the same, p99", value=percentile(answers, 99) * 1000, unit="ms"),
    ]


def _furnish(at: datetime) -> list[Lot]:
    """Make rooms, a desk, escort and scale for each lane, the schedule, and a lot for each booking."""
    cast = make_cast()
    a_schedule(at)
    room = ViewingRoom.objects.create(name="Bench")
    for weekday in range(1, 8):
        RoomHours.objects.create(room=room, weekday=weekday, opens_at=clock(0, 0), closes_at=clock(23, 59, 59))
    for lane in range(LANES):
        place = Location.objects.create(code=f"BENCH-{lane}", kind="desk")
        Desk.objects.create(room=room, location=place, slot_minutes=5, changeover_minutes=0)
        keeper = User.objects.create(username=f"bench-keeper-{lane}")
        Escort.objects.create(keeper=keeper)
        Scale.objects.create(number=f"BENCH-{lane}", calibrated_until=at.date() + timedelta(days=365))
    return viewable_lots(cast, at, LANES * BOOKINGS_A_LANE)


def _token(lane: int) -> str:
    """Make a company of its own for each lane, with a guarantee, and give its buyer's token."""
    company = Company.objects.create(
        name=f"Bench {lane}", kind="trader", registration_number=f"BENCH-{lane}", country="CN"
    )
    finance = Actor(User.objects.get(username="ada").pk, Role.ADMINISTRATOR, frozenset())
    limit = Money.from_text("100000000.00", "CNY")
    set_guarantee(company_id=company.pk, limit=limit, actor=finance, at=timezone.now())
    user = User.objects.create(username=f"bench-buyer-{lane}")
    membership = Membership.objects.create(user=user, company=company, role=Role.BUYER)
    return str(ApiToken.objects.create(user=user, membership=membership, name="bench", prefix="btp_")[1])


def _book(port: int, tokens: list[str], lots: list[Lot], begins: datetime, turns: range) -> tuple[float, list[float]]:
    """Book each lane's lots of these turns one by one, all lanes at once; gives the seconds in all and of each call."""
    answers: list[float] = []

    def lane(number: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for turn in turns:
            body = {
                "desk": f"BENCH-{number}",
                "escort": f"bench-keeper-{number}",
                "scale": f"BENCH-{number}",
                "starts_at": (begins + turn * SLOT).isoformat(),
                "stock_numbers": [lots[number * BOOKINGS_A_LANE + turn].stock_number],
                "visitors": ["Bench"],
            }
            headers = {
                "Authorization": f"Token {tokens[number]}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid4()),
            }
            begun = time.perf_counter()
            client.request("POST", "/api/v1/bookings", json.dumps(body), headers)
            answer = client.getresponse()
            told = answer.read()
            assert answer.status == 201, told
            answers.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=lane, args=(number,)) for number in range(LANES)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun, answers


def _bare(begins: datetime, count: int) -> float:
    """Claim four things a booking by one statement and commit, on the product's own table."""
    booking = Claim.objects.values_list("booking_id", flat=True)[0]
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        for turn in range(count):
            cursor.execute(
                "INSERT INTO inspections_claim (booking_id, resource_kind, resource_id, during, is_active)"
                " SELECT %s, kind, id, tstzrange(%s, %s), true"
                " FROM (VALUES ('desk', 1), ('escort', 1), ('lot', 1), ('scale', 1)) AS wanted (kind, id)",
                [booking, begins + turn * SLOT, begins + (turn + 1) * SLOT],
            )
    return count / (time.perf_counter() - begun)


def _peer(begins: datetime, count: int) -> float:
    """Look for overlaps and insert, step by step, as a plain view would."""
    booking = Claim.objects.values_list("booking_id", flat=True)[0]
    begun = time.perf_counter()
    for turn in range(count):
        during = (begins + turn * SLOT, begins + (turn + 1) * SLOT)
        with transaction.atomic():
            for kind in ("desk", "escort", "lot", "scale"):
                wanted = Claim.objects.filter(resource_kind=kind, resource_id=1, is_active=True, during__overlap=during)
                assert not wanted.exists()
            for kind in ("desk", "escort", "lot", "scale"):
                Claim.objects.create(booking_id=booking, resource_kind=kind, resource_id=1, during=during)
    return count / (time.perf_counter() - begun)
