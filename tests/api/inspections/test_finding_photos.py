"""Photos of findings over HTTP: for those who took part, and nobody else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from bonded.models import Activity, Company, Membership, User
from bonded.queries.parties import actor_of_membership
from bonded.rules.permissions import Role
from inspections.actions.sessions import close_session
from inspections.models import FindingPhoto
from inspections.rules.findings import Intent
from inspections.rules.photos import MAX_BYTES, photo_without_metadata
from tests.api.inspections.test_bookings import EVERYBODY, _now, call, expected_status
from tests.cast import Cast
from tests.situations.inspections import a_weighed_in_session, an_open_session
from tests.unit.inspections.test_photos import SECRET, a_photo

__all__ = ("_now",)

PHOTO = a_photo("JPEG", orientation=6)


def send(cast: Cast, who: str | None, booking_id: Any, stock_number: str, content: bytes = PHOTO, **more: Any) -> Any:
    client = Client()
    if who:
        user = User.objects.get(pk=getattr(cast, who).user_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/api/v1/bookings/{booking_id}/findings/{stock_number}/photos"
    return client.post(address, content, content_type=more.get("content_type", "image/png"))


def a_finding(cast: Cast, at: Any) -> tuple[Any, str]:
    session = a_weighed_in_session(cast, at, intents=[Intent.BUY])
    return session.booking, session.lots.get().lot.stock_number


@pytest.mark.parametrize("who", EVERYBODY)
def test_store_finding_photo__by_caller(cast, at, who):
    booking, stock_number = a_finding(cast, at)
    answer = send(cast, who, booking.pk, stock_number)
    # Who may read no booking does not get as far as the act.
    assert answer.status_code == expected_status(who, allowed={"alice", "bob", "victor"}, missing={"charlie"}, done=201)
    assert FindingPhoto.objects.count() == (answer.status_code == 201)


@pytest.mark.parametrize("who", EVERYBODY)
def test_get_finding_photo__by_caller(cast, at, who):
    booking, stock_number = a_finding(cast, at)
    photo_id = send(cast, "alice", booking.pk, stock_number).json()["id"]
    allowed = {"alice", "bob", "victor", "ada", "audrey"}
    for path in (f"/finding-photos/{photo_id}", f"/bookings/{booking.pk}/photos"):
        assert call(cast, who, path).status_code == expected_status(who, allowed=allowed, missing={"charlie"})


def test_get_finding_photo__is_for_the_keepers_of_the_visit_only(cast, at):
    booking, stock_number = a_finding(cast, at)
    photo_id = send(cast, "alice", booking.pk, stock_number).json()["id"]
    user = User.objects.create(username="vito")
    house = Company.objects.get(registration_number="TEST-platform")
    vito = actor_of_membership(Membership.objects.create(user=user, company=house, role=Role.VAULT_KEEPER))
    seen = {who: FindingPhoto.objects.visible_to(actor).count() for who, actor in vars_of(cast, vito).items()}
    assert seen == {"victor": 1, "vera": 1, "vito": 0, "sven": 0}
    assert call(cast, "vera", f"/finding-photos/{photo_id}").status_code == 200


def vars_of(cast: Cast, vito: Any) -> dict[str, Any]:
    return {"victor": cast.victor, "vera": cast.vera, "vito": vito, "sven": cast.sven}


def test_get_finding_photo__gives_the_picture_and_nothing_around_it(cast, at):
    booking, stock_number = a_finding(cast, at)
    told = send(cast, "alice", booking.pk, stock_number).json()
    answer = call(cast, "alice", f"/finding-photos/{told['id']}")
    assert answer.content == photo_without_metadata(PHOTO)[1]
    assert SECRET not in answer.content
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'inline; filename="photo-1.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert told["sha256"] == hashlib.sha256(answer.content).hexdigest()
    listed = call(cast, "alice", f"/bookings/{booking.pk}/photos").json()["results"]
    assert listed == [told | {"stock_number": stock_number}]


def test_store_finding_photo__keeps_the_same_photo_once_and_notes_it(cast, at):
    booking, stock_number = a_finding(cast, at)
    answers = [send(cast, "alice", booking.pk, stock_number).json() for _ in range(2)]
    assert answers[0] == answers[1]
    noted = Activity.objects.get(act="inspections.finding_photo.store")
    assert noted.facts["sha256"] == answers[0]["sha256"]


def test_store_finding_photo__takes_a_dozen(cast, at):
    booking, stock_number = a_finding(cast, at)
    photo = send(cast, "alice", booking.pk, stock_number).json()
    first = FindingPhoto.objects.get()
    for number in range(2, 13):
        first.pk, first.number, first.sha256, first._state.adding = None, number, f"{number:064}", True
        first.pk = FindingPhoto._meta.pk.get_default()
        first.save()
    answer = send(cast, "alice", booking.pk, stock_number, a_photo("PNG"))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_photos")
    assert FindingPhoto.objects.count() == 12
    assert send(cast, "alice", booking.pk, stock_number).json() == photo
    with pytest.raises(IntegrityError, match="a_finding_has_a_dozen_photos_at_most"), transaction.atomic():
        FindingPhoto.objects.filter(number=12).update(number=13)


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"", "image/png", 400, "photo_unreadable"),
        (b"<svg/>", "image/png", 400, "photo_unreadable"),
        (PHOTO[:-1], "image/jpeg", 400, "photo_unreadable"),
        (bytes(MAX_BYTES + 1), "image/jpeg", 400, "file_too_large"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
    ],
)
def test_store_finding_photo__refuses_what_is_no_photo(cast, at, content, content_type, status, code):
    booking, stock_number = a_finding(cast, at)
    answer = send(cast, "alice", booking.pk, stock_number, content, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not FindingPhoto.objects.exists()


def test_store_finding_photo__refuses_before_a_finding_and_after_the_visit(cast, at):
    session = an_open_session(cast, at)
    stock_number = session.lots.get().lot.stock_number
    answer = send(cast, "alice", session.booking_id, stock_number)
    assert (answer.status_code, answer.json()["code"]) == (409, "finding_missing")
    assert send(cast, "alice", session.booking_id, "NO-SUCH").status_code == 404


def test_store_finding_photo__refuses_after_the_visit(cast, at):
    booking, stock_number = a_finding(cast, at)
    close_session(booking_id=booking.pk, actor=cast.victor, at=at)
    answer = send(cast, "alice", booking.pk, stock_number)
    assert (answer.status_code, answer.json()["code"]) == (409, "lot_not_viewed")
    assert not FindingPhoto.objects.exists()
