"""Findings get photos."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Findings get photos."""

    dependencies = [
        ("inspections", "0008_waiting_list"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FindingPhoto",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.SmallIntegerField()),
                ("content", models.BinaryField()),
                ("bytes_in_all", models.IntegerField()),
                (
                    "media_type",
                    models.CharField(
                        choices=[
                            ("image/jpeg", "Image/jpeg"),
                            ("image/png", "Image/png"),
                            ("image/webp", "Image/webp"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("stored_at", models.DateTimeField()),
                (
                    "finding",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="inspections.finding",
                    ),
                ),
                (
                    "stored_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("media_type__in", ["image/jpeg", "image/png", "image/webp"])),
                        name="a_photo_is_of_a_known_type",
                    ),
                    models.UniqueConstraint(fields=("finding", "number"), name="photos_of_a_finding_are_numbered"),
                    models.UniqueConstraint(fields=("finding", "sha256"), name="a_finding_has_a_photo_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 12)),
                        name="a_finding_has_a_dozen_photos_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bytes_in_all__gte", 1), ("bytes_in_all__lte", 10485760)),
                        name="a_photo_is_not_too_large",
                    ),
                ],
            },
        ),
    ]
