"""Mails over real SMTP: taken, refused for now, refused for good, and a server that says nothing."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend

from bonded.gateways.calendars import invitation
from bonded.gateways.mail import Mail, send_mail
from bonded.rules.calendars import CalendarEntry, EntryStatus
from bonded.rules.notice_letters import letter
from bonded.rules.notices import Language, MailOutcome, NoticeKind
from tests.situations.calendars import read_by_ical_js
from tests.situations.mail import MailServer

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ENTRY = CalendarEntry("1@platform", 1, EntryStatus.CONFIRMED, AT, AT, "Viewing 看货", "Room, DESK-1")
LETTER = letter(NoticeKind.VISIT_BOOKED, Language.CHINESE, url="https://example.com")
MAIL = Mail("notice.1", "alice@example.com", LETTER, invitation(ENTRY, organizer="p@b.c", attendee="a@b.c", at=AT))


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    running = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = running.host, running.port
    settings.DEFAULT_FROM_EMAIL = "Bonded Trade Platform <platform@example.com>"
    yield running
    running.close()


def test_send_mail__arrives_whole(server: MailServer) -> None:
    assert send_mail(MAIL) == MailOutcome()
    (content,) = server.mails
    assert b"\r\r\n" not in content
    message: Any = message_from_bytes(content.replace(b"\r\n", b"\n"), policy=policy.default)

    assert message["Subject"].strip() == "Bonded Trade Platform: 看货预约已确认。"
    assert (message["From"], message["To"]) == ("Bonded Trade Platform <platform@example.com>", "alice@example.com")
    assert (message["Message-ID"], message["Auto-Submitted"]) == ("<notice.1@example.com>", "auto-generated")
    assert message.get_body(("plain",)).get_content() == LETTER.text
    assert message.get_body(("html",)).get_content().strip() == LETTER.html
    (attached,) = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "visit.ics")
    assert attached["Content-Type"].params["method"] == "REQUEST"
    assert read_by_ical_js(attached.get_payload(decode=True))["events"][0]["summary"] == "Viewing 看货"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 no such alice@example.com", MailOutcome("SMTPRecipientsRefused 550", is_final=True)),
        ("451 try later", MailOutcome("SMTPRecipientsRefused 451")),
        ("421 too busy", MailOutcome("SMTPRecipientsRefused 421")),
    ],
)
def test_send_mail__says_why_it_did_not_arrive(server: MailServer, answer: str, outcome: MailOutcome) -> None:
    server.answer = answer
    assert send_mail(MAIL) == outcome
    assert server.mails == []


def test_send_mail__waits_no_longer_than_the_settings_say(settings: Any) -> None:
    """A mail server that takes the call and says nothing is left after the timeout."""
    assert EmailBackend().timeout == 10
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.2
        assert send_mail(MAIL) == MailOutcome("SMTPServerDisconnected")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPAuthenticationError(535, b"who"), MailOutcome("SMTPAuthenticationError 535")),
        (ConnectionRefusedError("127.0.0.1"), MailOutcome("ConnectionRefusedError")),
        (ValueError("a@b.c"), MailOutcome("ValueError", is_final=True)),
    ],
)
def test_send_mail__names_no_address_in_its_reason(monkeypatch: Any, error: Exception, expected: MailOutcome) -> None:
    def refuse(*args: Any) -> None:
        raise error

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
    assert send_mail(MAIL) == expected
