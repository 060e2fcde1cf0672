"""Visitors are known by papers, some are let in no more, and lots have places on the tray."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Visitors are known by papers, some are let in no more, and lots have places on the tray."""

    dependencies = [
        ("bonded", "0015_notices"),
        ("inspections", "0009_finding_photos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Ban",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("passport", "Passport"),
                            ("identity_card", "Identity card"),
                            ("travel_permit", "Travel permit"),
                            ("residence_permit", "Residence permit"),
                        ],
                        max_length=20,
                    ),
                ),
                ("last_four", models.CharField(max_length=4)),
                ("digest", models.BinaryField()),
                ("reason", models.CharField(max_length=500)),
                ("banned_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lift_reason", models.CharField(blank=True, default="", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Visitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("passport", "Passport"),
                            ("identity_card", "Identity card"),
                            ("travel_permit", "Travel permit"),
                            ("residence_permit", "Residence permit"),
                        ],
                        max_length=20,
                    ),
                ),
                ("last_four", models.CharField(max_length=4)),
                ("digest", models.BinaryField()),
                ("seen_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="bookedlot",
            name="tray",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="pushes",
            field=models.SmallIntegerField(default=0, help_text="How often it begins later, because a visit went on."),
        ),
        # What was booked before lies in the order of viewing.
        migrations.RunSQL("UPDATE inspections_bookedlot SET tray = turn", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="bookedlot",
            name="tray",
            field=models.SmallIntegerField(),
        ),
        migrations.AddConstraint(
            model_name="bookedlot",
            constraint=models.UniqueConstraint(
                fields=("booking", "tray"), name="a_tray_place_holds_one_lot_of_a_visit"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookedlot",
            constraint=models.CheckConstraint(
                condition=models.Q(("tray__gte", 1)), name="tray_places_are_counted_from_one"
            ),
        ),
        migrations.AddField(
            model_name="ban",
            name="banned_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ban",
            name="lifted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="visitor",
            name="booking",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="announced",
                to="inspections.booking",
            ),
        ),
        migrations.AddConstraint(
            model_name="ban",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_kind__in", ["passport", "identity_card", "travel_permit", "residence_permit"])
                ),
                name="a_ban_names_a_known_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="ban",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("digest",),
                name="a_person_is_banned_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ban",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_ban_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="ban",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_reason", ""), ("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                    models.Q(
                        ("lifted_at__gte", models.F("banned_at")),
                        ("lifted_by__isnull", False),
                        models.Q(("lift_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_lifted_ban_says_who_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_kind__in", ["passport", "identity_card", "travel_permit", "residence_permit"])
                ),
                name="a_visitor_has_a_known_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(fields=("booking", "name"), name="a_visitor_is_announced_once"),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(fields=("booking", "digest"), name="a_paper_is_of_one_visitor"),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_four__regex", "^[A-Z0-9]{4}$")),
                name="only_four_characters_of_a_paper_are_kept",
            ),
        ),
    ]
