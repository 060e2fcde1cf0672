"""Notices come as digests, go on to others, and tell of deadlines; companies hear of their offers."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Notices come as digests, go on to others, and tell of deadlines; companies hear of their offers."""

    dependencies = [
        ("bonded", "0015_notices"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="clientevent",
            name="an_event_is_of_a_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="a_notice_is_of_a_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="a_mail_is_in_a_known_state",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="a_person_is_told_of_an_event_once",
        ),
        migrations.RemoveConstraint(
            model_name="noticepreference",
            name="a_preference_is_for_a_known_kind",
        ),
        migrations.AddField(
            model_name="notice",
            name="escalated_at",
            field=models.DateTimeField(help_text="When others heard of it, or that it goes no further.", null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="is_digest",
            field=models.BooleanField(default=False, help_text="Its mail tells of all that are told with it."),
        ),
        migrations.AddField(
            model_name="notice",
            name="occasion",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Which time it is told of the same thing, where there are several.",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="told_with",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="told_along", to="bonded.notice"
            ),
        ),
        migrations.AddField(
            model_name="noticepreference",
            name="digest_at",
            field=models.TimeField(null=True),
        ),
        migrations.AlterField(
            model_name="clientevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("declaration.status_changed", "Declaration.status changed"),
                    ("withdrawal.released", "Withdrawal.released"),
                    ("withdrawal.refused", "Withdrawal.refused"),
                    ("duty.assessed", "Duty.assessed"),
                    ("charge.due", "Charge.due"),
                    ("booking.changed", "Booking.changed"),
                    ("booking.duty_changed", "Booking.duty changed"),
                    ("offer.made", "Offer.made"),
                    ("offer.answered", "Offer.answered"),
                    ("offer.lapsed", "Offer.lapsed"),
                    ("guarantee.warned", "Guarantee.warned"),
                    ("webhook.test", "Webhook.test"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("visit.booked", "Visit.booked"),
                    ("visit.requested", "Visit.requested"),
                    ("visit.to_decide", "Visit.to decide"),
                    ("visit.moved", "Visit.moved"),
                    ("visit.pushed", "Visit.pushed"),
                    ("visit.duty_changed", "Visit.duty changed"),
                    ("visit.ended", "Visit.ended"),
                    ("visit.tomorrow", "Visit.tomorrow"),
                    ("storage.ends", "Storage.ends"),
                    ("certificate.ends", "Certificate.ends"),
                    ("guarantee.ends", "Guarantee.ends"),
                    ("duty.due", "Duty.due"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="mail_state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Sending"),
                    ("sent", "Sent"),
                    ("digested", "Digested"),
                    ("unwanted", "Unwanted"),
                    ("failed", "Failed"),
                ],
                default="queued",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="noticepreference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("visit.booked", "Visit.booked"),
                    ("visit.requested", "Visit.requested"),
                    ("visit.to_decide", "Visit.to decide"),
                    ("visit.moved", "Visit.moved"),
                    ("visit.pushed", "Visit.pushed"),
                    ("visit.duty_changed", "Visit.duty changed"),
                    ("visit.ended", "Visit.ended"),
                    ("visit.tomorrow", "Visit.tomorrow"),
                    ("storage.ends", "Storage.ends"),
                    ("certificate.ends", "Certificate.ends"),
                    ("guarantee.ends", "Guarantee.ends"),
                    ("duty.due", "Duty.due"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(
                    ("escalated_at__isnull", True), ("is_unread", True), ("taken_back_at__isnull", True)
                ),
                fields=["due_at", "id"],
                name="notices_to_escalate",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("is_unread", False)), fields=["read_at"], name="notices_by_when_they_were_read"
            ),
        ),
        migrations.AddConstraint(
            model_name="clientevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "declaration.status_changed",
                            "withdrawal.released",
                            "withdrawal.refused",
                            "duty.assessed",
                            "charge.due",
                            "booking.changed",
                            "booking.duty_changed",
                            "offer.made",
                            "offer.answered",
                            "offer.lapsed",
                            "guarantee.warned",
                            "webhook.test",
                        ],
                    )
                ),
                name="an_event_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "visit.booked",
                            "visit.requested",
                            "visit.to_decide",
                            "visit.moved",
                            "visit.pushed",
                            "visit.duty_changed",
                            "visit.ended",
                            "visit.tomorrow",
                            "storage.ends",
                            "certificate.ends",
                            "guarantee.ends",
                            "duty.due",
                        ],
                    )
                ),
                name="a_notice_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_state__in", ["queued", "sending", "sent", "digested", "unwanted", "failed"])),
                name="a_mail_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "subject_kind", "subject_id", "occasion"),
                name="a_person_is_told_of_an_event_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticepreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "visit.booked",
                            "visit.requested",
                            "visit.to_decide",
                            "visit.moved",
                            "visit.pushed",
                            "visit.duty_changed",
                            "visit.ended",
                            "visit.tomorrow",
                            "storage.ends",
                            "certificate.ends",
                            "guarantee.ends",
                            "duty.due",
                        ],
                    )
                ),
                name="a_preference_is_for_a_known_kind",
            ),
        ),
    ]
