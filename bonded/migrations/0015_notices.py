"""What people are told, and how they want to be told."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What people are told, and how they want to be told."""

    dependencies = [
        ("bonded", "0014_guarantee_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit.booked", "Visit.booked"),
                            ("visit.requested", "Visit.requested"),
                            ("visit.to_decide", "Visit.to decide"),
                            ("visit.moved", "Visit.moved"),
                            ("visit.ended", "Visit.ended"),
                            ("visit.tomorrow", "Visit.tomorrow"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.CharField(max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("calendar_entry", models.JSONField(null=True)),
                ("written_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("is_unread", models.BooleanField(default=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "mail_state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("unwanted", "Unwanted"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("mail_attempts", models.SmallIntegerField(default=0)),
                ("mail_not_before", models.DateTimeField()),
                ("mail_sent_at", models.DateTimeField(null=True)),
                ("mail_error", models.CharField(blank=True, default="", max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-is_unread", "-due_at", "-id"], name="notices_of_a_person"),
                    models.Index(
                        models.F("mail_not_before"),
                        models.F("id"),
                        condition=models.Q(
                            (
                                "mail_state__in",
                                ["queued", "sending"],
                            ),
                            ("taken_back_at__isnull", True),
                        ),
                        name="mails_to_send",
                    ),
                    models.Index(fields=["subject_kind", "subject_id"], name="notices_of_a_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "visit.booked",
                                    "visit.requested",
                                    "visit.to_decide",
                                    "visit.moved",
                                    "visit.ended",
                                    "visit.tomorrow",
                                ],
                            )
                        ),
                        name="a_notice_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mail_state__in", ["queued", "sending", "sent", "unwanted", "failed"])),
                        name="a_mail_is_in_a_known_state",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "kind", "subject_kind", "subject_id"), name="a_person_is_told_of_an_event_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_unread", True), ("read_at__isnull", True)),
                            models.Q(("is_unread", False), ("read_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_read_notice_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mail_sent_at__isnull", False), ("mail_state", "sent")),
                            models.Q(
                                models.Q(("mail_state", "sent"), _negated=True),
                                ("mail_sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_sent_mail_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticePreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit.booked", "Visit.booked"),
                            ("visit.requested", "Visit.requested"),
                            ("visit.to_decide", "Visit.to decide"),
                            ("visit.moved", "Visit.moved"),
                            ("visit.ended", "Visit.ended"),
                            ("visit.tomorrow", "Visit.tomorrow"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("in_app", "In app"), ("e_mail", "E mail"), ("both", "Both"), ("none", "None")],
                        max_length=6,
                    ),
                ),
                ("language", models.CharField(choices=[("en", "En"), ("zh-hans", "Zh-hans")], max_length=7)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("zone", models.CharField(max_length=40)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "visit.booked",
                                    "visit.requested",
                                    "visit.to_decide",
                                    "visit.moved",
                                    "visit.ended",
                                    "visit.tomorrow",
                                ],
                            )
                        ),
                        name="a_preference_is_for_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["in_app", "e_mail", "both", "none"])),
                        name="a_notice_comes_by_a_known_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "zh-hans"])), name="a_notice_is_in_a_known_language"
                    ),
                    models.UniqueConstraint(fields=("user", "kind"), name="a_person_has_one_preference_for_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                            models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="quiet_hours_begin_and_end",
                    ),
                ],
            },
        ),
    ]
