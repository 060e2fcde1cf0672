"""New rates: what a visit reserves becomes another amount, before the visit, and its company hears of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.models import Activity, ClientEvent
from bonded.rules.errors import NotPermitted
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from inspections import tasks
from inspections.actions.bookings import cancel_booking
from inspections.actions.rate_changes import price_visit
from inspections.models import Booking
from inspections.queries.rate_changes import rate_changes, visits_to_price
from tariffs.actions.guarantee_authorities import revoke_authority
from tariffs.actions.guarantees import set_guarantee
from tariffs.actions.versions import publish_versions
from tariffs.models import GuaranteeAccount
from tests.cast import Cast
from tests.situations.inspections import a_booking, a_viewing_room, booking_of, viewable_lots
from tests.situations.notices import told_of
from tests.situations.tariffs import a_schedule, an_authority, an_exchange_rate

LATER = timedelta(minutes=5)


def publish_dollar(rate: str, at: datetime, **columns) -> None:
    publish_versions([an_exchange_rate(rate, **columns)], actor=SYSTEM, at=at)


def price_all(at: datetime) -> list[bool]:
    return [price_visit(booking_id=one, actor=SYSTEM, at=at) for one in visits_to_price(at=at, limit=10)]


def told() -> list[dict[str, str]]:
    return list(ClientEvent.objects.filter(kind="booking.duty_changed").order_by("pk").values_list("facts", flat=True))


def duty() -> tuple[int, int, int]:
    booking = Booking.objects.get()
    return booking.duty_minor, booking.shortfall_minor, GuaranteeAccount.objects.get().reserved_minor


@pytest.mark.parametrize(("rate", "minor"), [("7.2", 4_680_00), ("7.0", 4_550_00)])
def test_price_visit__makes_the_reservation_what_would_be_owed(cast: Cast, at, rate: str, minor: int) -> None:
    booking = a_booking(cast, at)
    assert visits_to_price(at=at, limit=10) == []
    publish_dollar(rate, at + LATER)
    assert price_all(at + LATER) == [True]
    assert price_all(at + LATER) == []
    assert duty() == (minor, 0, minor)
    assert told() == [{"status": "resized"}]
    assert told_of(booking.pk) == [
        ("alice", "visit.booked"),
        ("alice", "visit.duty_changed"),
        ("vera", "visit.booked"),
    ]
    record = Activity.objects.get(act="inspections.booking.price", target_id=str(booking.pk))
    assert record.facts == {
        "duty_before": "4615.00",
        "duty": str(Money(minor, "CNY")),
        "shortfall": "0.00",
        "currency": "CNY",
    }


def test_price_visit__counts_the_day_of_the_visit(cast: Cast, at) -> None:
    a_booking(cast, at)
    publish_dollar("8", at + LATER, validity=DateRange(date(2026, 11, 24), None))
    assert price_all(at + LATER) == [False]
    assert (duty(), told()) == ((4_615_00, 0, 4_615_00), [])


def test_price_visit__leaves_the_old_amount_where_the_guarantee_is_too_small(cast: Cast, at) -> None:
    a_booking(cast, at)
    set_guarantee(company_id=cast.alder.pk, limit=Money(4_615_00, "CNY"), actor=cast.ada, at=at)
    publish_dollar("7.2", at + LATER)
    assert price_all(at + LATER) == [True]
    assert duty() == (4_615_00, 65_00, 4_615_00)
    assert price_all(at + LATER) == [False]
    set_guarantee(company_id=cast.alder.pk, limit=Money(4_680_00, "CNY"), actor=cast.ada, at=at)
    assert price_all(at + LATER) == [True]
    assert duty() == (4_680_00, 0, 4_680_00)
    assert told() == [{"status": "short"}, {"status": "resized"}]


def test_price_visit__leaves_what_is_over(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=at)
    publish_dollar("7.2", at + LATER)
    assert visits_to_price(at=at + LATER, limit=10) == []
    assert price_visit(booking_id=booking.pk, actor=SYSTEM, at=at + LATER) is False
    assert duty() == (4_615_00, 0, 0)


def test_price_visit__is_the_platforms_own(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    publish_dollar("7.2", at + LATER)
    for actor in (cast.alice, cast.victor, cast.ada):
        with pytest.raises(NotPermitted):
            price_visit(booking_id=booking.pk, actor=actor, at=at + LATER)
    assert duty() == (4_615_00, 0, 4_615_00)


def test_note_rate_change__counts_what_says_something_new(cast: Cast, at) -> None:
    before = rate_changes()
    publish_dollar("7.2", at)
    publish_dollar("7.2", at + LATER)
    assert rate_changes() == before + 1


def test_price_visits__is_the_sweep(cast: Cast, at, monkeypatch: pytest.MonkeyPatch) -> None:
    a_booking(cast, at)
    publish_dollar("7.2", at + LATER)
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: at + LATER))
    assert tasks.price_visits() == 1
    assert tasks.price_visits() == 0


@pytest.mark.parametrize("why", ["principal is short", "sub-limit is reached", "authority has ended"])
def test_price_visit__on_a_principals_guarantee_names_what_is_missing(cast: Cast, at, why: str) -> None:
    """The principal's balance is not the agent's to know: short is then all that is needed more, 65 yuan."""
    a_schedule(at)
    limits = {"principal is short": {"limit": "4625.00"}, "sub-limit is reached": {"sub_limit": "4625.00"}}
    authority = an_authority(cast, at, **limits.get(why, {}))
    principal = {"guarantee_company_id": cast.cedar.pk}
    booking_of(a_viewing_room(cast), viewable_lots(cast, at), actor=cast.alice, at=at, **principal)
    if why == "authority has ended":
        revoke_authority(company_id=cast.cedar.pk, authority_id=authority.pk, actor=cast.charlie, at=at)
    publish_dollar("7.2", at + LATER)
    assert price_all(at + LATER) == [True]
    assert duty() == (4_615_00, 55_00 if why == "sub-limit is reached" else 65_00, 4_615_00)
