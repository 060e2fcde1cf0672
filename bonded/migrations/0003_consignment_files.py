"""Files of consignment lines, and what was refused of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bonded.rules.consignment_files


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0002_customs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsignmentFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=200)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "defaults",
                    models.JSONField(default=dict, help_text="Values for columns that the file does not have."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                        ],
                        default=bonded.rules.consignment_files.FileState["WAITING"],
                        max_length=8,
                    ),
                ),
                ("lines_in_all", models.IntegerField(default=0)),
                ("lines_read", models.IntegerField(default=0)),
                ("lots_made", models.IntegerField(default=0)),
                ("lines_refused", models.IntegerField(default=0)),
                ("refusal", models.CharField(blank=True, default="", max_length=500)),
                ("stored_by_role", models.CharField(max_length=20)),
                ("stored_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "consignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="bonded.consignment"
                    ),
                ),
                (
                    "stored_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefusedLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_number", models.IntegerField()),
                ("column", models.CharField(blank=True, max_length=20)),
                ("code", models.CharField(max_length=40)),
                ("value", models.CharField(blank=True, max_length=100)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refused_lines",
                        to="bonded.consignmentfile",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="consignmentfile",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            bonded.rules.consignment_files.FileState["WAITING"],
                            bonded.rules.consignment_files.FileState["RUNNING"],
                        ],
                    )
                ),
                fields=["stored_at"],
                name="consignment_files_to_import",
            ),
        ),
        migrations.AddConstraint(
            model_name="consignmentfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "running", "done", "refused"])),
                name="a_consignment_file_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="consignmentfile",
            constraint=models.UniqueConstraint(fields=("consignment", "sha256"), name="a_file_is_imported_once"),
        ),
        migrations.AddConstraint(
            model_name="consignmentfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", bonded.rules.consignment_files.FileState["REFUSED"]), _negated=True),
                    models.Q(("refusal", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_refused_file_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="refusedline",
            index=models.Index(fields=["file", "row_number", "id"], name="refused_lines_of_a_file"),
        ),
    ]
