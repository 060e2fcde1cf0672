"""Changes of the schedule are drafted, and approved by a second person."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tariffs.rules.schedule_drafts


class Migration(migrations.Migration):
    """Drafts of the schedule."""

    dependencies = [
        ("tariffs", "0006_the_books"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduleDraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("approved", "Approved"),
                            ("published", "Published"),
                            ("discarded", "Discarded"),
                        ],
                        default=tariffs.rules.schedule_drafts.DraftState["DRAFTED"],
                        max_length=9,
                    ),
                ),
                ("measures", models.JSONField(default=list)),
                ("exchange_rates", models.JSONField(default=list)),
                ("drafted_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "approval_number",
                    models.IntegerField(help_text="Its place in the order of publication.", null=True, unique=True),
                ),
                (
                    "approved_digest",
                    models.CharField(blank=True, default="", help_text="Of the changes as approved.", max_length=64),
                ),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["drafted", "approved", "published", "discarded"])),
                        name="a_draft_is_in_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="a_second_person_approves_a_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    tariffs.rules.schedule_drafts.DraftState["DRAFTED"],
                                    tariffs.rules.schedule_drafts.DraftState["DISCARDED"],
                                ],
                            ),
                            models.Q(
                                ("approval_number__isnull", False),
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_published_draft_was_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", False),
                                ("state", tariffs.rules.schedule_drafts.DraftState["PUBLISHED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", tariffs.rules.schedule_drafts.DraftState["PUBLISHED"]), _negated=True
                                ),
                                ("published_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_published_draft_says_when",
                    ),
                ],
            },
        ),
    ]
