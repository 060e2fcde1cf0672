"""What people are told, and how they want to be told."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.notices import Channel, Language, MailState, NoticeKind, Preference
from bonded.rules.permissions import Actor

_TO_ESCALATE = Q(is_unread=True, escalated_at__isnull=True, taken_back_at__isnull=True)
# A digest tells of others too, whatever becomes of the notice that carries it.
_TO_MAIL = Q(mail_state__in=[MailState.QUEUED, MailState.SENDING]) & (Q(taken_back_at__isnull=True) | Q(is_digest=True))


class NoticeQuerySet(TableQuerySet["Notice"]):
    """Notices."""

    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """Keep the person's own; nobody else's, colleagues' and staff's neither."""
        return self.filter(user_id=actor.user_id or 0)

    def told(self, at: datetime) -> NoticeQuerySet:
        """Keep those whose time has come and that still hold."""
        return self.filter(due_at__lte=at, taken_back_at__isnull=True)

    def to_mail(self, at: datetime) -> NoticeQuerySet:
        """Keep those whose mail is due, or is held by a relay that seems dead; the longest due first."""
        return self.filter(_TO_MAIL, mail_not_before__lte=at).order_by("mail_not_before", "pk")


class Notice(Table):
    """One row is one thing that one person is told, in the application from `due_at` on, and by mail.

    `facts` hold ids and states. `calendar_entry` goes along with the mail. `mail_attempts` names the relay's hold on
    the row; `mail_not_before` is the next attempt's time, or the end of the hold. What is taken back is told no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("bonded.User", on_delete=models.PROTECT, db_index=False, related_name="notices")
    kind = models.CharField(max_length=20, choices=enum_choices(NoticeKind))
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    occasion = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="Which time it is told of the same thing, where there are several.",
    )
    facts = models.JSONField(default=dict)
    calendar_entry = models.JSONField(null=True)
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    is_unread = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    mail_state = models.CharField(max_length=8, choices=enum_choices(MailState), default=MailState.QUEUED)
    mail_attempts = models.SmallIntegerField(default=0)
    mail_not_before = models.DateTimeField()
    mail_sent_at = models.DateTimeField(null=True)
    is_digest = models.BooleanField(default=False, help_text="Its mail tells of all that are told with it.")
    told_with = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="told_along")
    escalated_at = models.DateTimeField(null=True, help_text="When others heard of it, or that it goes no further.")
    mail_error = models.CharField(max_length=200, blank=True, default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", NoticeKind, "a_notice_is_of_a_known_kind"),
            values_check("mail_state", MailState, "a_mail_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["user", "kind", "subject_kind", "subject_id", "occasion"],
                name="a_person_is_told_of_an_event_once",
            ),
            models.CheckConstraint(
                condition=Q(is_unread=True, read_at__isnull=True) | Q(is_unread=False, read_at__isnull=False),
                name="a_read_notice_says_when",
            ),
            models.CheckConstraint(
                condition=Q(mail_state=MailState.SENT, mail_sent_at__isnull=False)
                | (~Q(mail_state=MailState.SENT) & Q(mail_sent_at__isnull=True)),
                name="a_sent_mail_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-is_unread", "-due_at", "-id"], name="notices_of_a_person"),
            models.Index(F("mail_not_before"), F("id"), name="mails_to_send", condition=_TO_MAIL),
            models.Index(fields=["subject_kind", "subject_id"], name="notices_of_a_subject"),
            models.Index(fields=["due_at", "id"], name="notices_to_escalate", condition=_TO_ESCALATE),
            models.Index(fields=["read_at"], name="notices_by_when_they_were_read", condition=Q(is_unread=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class NoticePreference(Table):
    """One row is how one person wants to hear of one kind of notice; without one, in every way, in English."""

    user = models.ForeignKey("bonded.User", on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=20, choices=enum_choices(NoticeKind))
    channel = models.CharField(max_length=6, choices=enum_choices(Channel))
    language = models.CharField(max_length=7, choices=enum_choices(Language))
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    zone = models.CharField(max_length=40)
    digest_at = models.TimeField(null=True)

    objects = TableQuerySet["NoticePreference"].as_manager()

    class Meta:
        constraints = [
            values_check("kind", NoticeKind, "a_preference_is_for_a_known_kind"),
            values_check("channel", Channel, "a_notice_comes_by_a_known_channel"),
            values_check("language", Language, "a_notice_is_in_a_known_language"),
            models.UniqueConstraint(fields=["user", "kind"], name="a_person_has_one_preference_for_a_kind"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"

    def as_preference(self) -> Preference:
        """Give the preference as the rules know it."""
        channel, language = Channel(self.channel), Language(self.language)
        return Preference(channel, language, self.quiet_from, self.quiet_until, self.zone, self.digest_at)
