"""Passes over HTTP: printed by the buyer, scanned by the keeper, kept nowhere."""

from __future__ import annotations

import pytest

from bonded.models import IdempotentAnswer
from inspections.models import BookingPass, ViewingSession
from tests.api.inspections.test_bookings import EVERYBODY, _now, call, expected_status
from tests.situations.documents import scanned, text_of
from tests.situations.inspections import a_booking, a_request

__all__ = ("_now",)


@pytest.mark.parametrize("who", EVERYBODY)
def test_issue_booking_pass__by_caller(cast, at, who):
    booking = a_booking(cast, at)
    answer = call(cast, who, f"/bookings/{booking.pk}/pass", {}, key=None)
    assert answer.status_code == expected_status(who, allowed={"alice", "bob"}, missing={"charlie"}, done=201)
    assert BookingPass.objects.count() == (answer.status_code == 201)


@pytest.mark.parametrize("who", EVERYBODY)
def test_check_in_by_pass__by_caller(cast, at, who):
    booking = a_booking(cast, at)
    (token,) = scanned(call(cast, "alice", f"/bookings/{booking.pk}/pass", {}, key=None).content)
    answer = call(cast, who, "/check-ins", {"pass_token": token, "identity_note": "passport seen"})
    assert answer.status_code == expected_status(who, allowed={"victor"}, missing=set(), done=201)
    assert ViewingSession.objects.count() == (answer.status_code == 201)
    if answer.status_code == 201:
        assert (answer.json()["id"], answer.json()["state"]) == (str(booking.pk), "in_session")


def test_issue_booking_pass__is_a_document_that_nobody_keeps(cast, at):
    booking = a_booking(cast, at)
    answer = call(cast, "alice", f"/bookings/{booking.pk}/pass", {}, key=None)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="visit-pass.pdf"'
    assert answer["Cache-Control"] == "no-store"
    assert IdempotentAnswer.objects.count() == 0
    text = text_of(answer.content)
    assert "2026-11-23 10:15 – 11:15 Asia/Shanghai (UTC+0800)" in text
    for hidden in ("4615", "Alder Trading", booking.lots.get().lot.stock_number):
        assert hidden not in text


def test_issue_booking_pass__of_what_is_only_requested_is_a_conflict(cast, at):
    answer = call(cast, "alice", f"/bookings/{a_request(cast, at).pk}/pass", {}, key=None)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")


def test_check_in_by_pass__happens_once_for_one_key_and_once_for_all(cast, at):
    booking = a_booking(cast, at)
    (token,) = scanned(call(cast, "alice", f"/bookings/{booking.pk}/pass", {}, key=None).content)
    body = {"pass_token": token, "identity_note": "passport seen"}
    answers = [call(cast, "victor", "/check-ins", body, key="k-1") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    again = call(cast, "victor", "/check-ins", body)
    assert (again.status_code, again.json()["code"]) == (409, "pass_not_valid")
    assert token not in again.content.decode()
    assert ViewingSession.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"identity_note": "passport"}, 400),
        ({"pass_token": "", "identity_note": "passport"}, 400),
        ({"pass_token": "x" * 101, "identity_note": "passport"}, 400),
        ({"pass_token": "x"}, 400),
        ({"pass_token": "x", "identity_note": "passport", "lots": []}, 400),
        ({"pass_token": "никто", "identity_note": "passport"}, 409),
    ],
)
def test_check_in_by_pass__refuses_what_is_wrong(cast, body, code):
    assert call(cast, "victor", "/check-ins", body).status_code == code
    assert ViewingSession.objects.count() == 0
