"""The mail server: one mail, sent or not, within a time."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from bonded.gateways.calendars import Invitation
from bonded.rules.notice_letters import Letter
from bonded.rules.notices import MailOutcome

# From here on an SMTP answer says that asking again is of no use.
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person; the same `id` each time that it is tried, so that a second copy can be told as one."""

    id: str
    address: str
    letter: Letter
    invitation: Invitation | None = None


def sender_address() -> str:
    """Give the bare address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def send_mail(mail: Mail) -> MailOutcome:
    """Hand one mail to the mail server and say how it went; never raises for what the server or the way to it did.

    The reason names no address: it is kept, and shown to administrators.
    """
    message = EmailMultiAlternatives(
        mail.letter.subject,
        mail.letter.text,
        to=[mail.address],
        headers={
            "Message-ID": f"<{mail.id}@{sender_address().rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(mail.letter.html, "text/html")
    if mail.invitation:
        kind = f"text/calendar; method={mail.invitation.method}"
        message.attach("visit.ics", mail.invitation.content.decode(), kind)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return MailOutcome(f"SMTPRecipientsRefused {min(codes)}", is_final=min(codes) >= PERMANENT)
    except smtplib.SMTPResponseException as error:
        return MailOutcome(f"{type(error).__name__} {error.smtp_code}")
    except (OSError, ValueError) as error:
        # SMTPException is an OSError; ValueError is a header or an address that can't be written.
        return MailOutcome(type(error).__name__, is_final=isinstance(error, ValueError))
    return MailOutcome()
