"""A measure may need a document, and stands beside one that needs none."""

import django.contrib.postgres.constraints
from django.db import migrations, models

import tariffs.rules.schedule


class Migration(migrations.Migration):
    """Documents unlock measures."""

    dependencies = [
        ("tariffs", "0007_schedule_drafts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="measure",
            name="no_two_rates_in_force_at_once",
        ),
        migrations.AddField(
            model_name="measure",
            name="needs_document",
            field=models.CharField(
                blank=True,
                choices=[
                    ("certificate_of_origin", "Certificate of origin"),
                    ("quota_certificate", "Quota certificate"),
                    ("kimberley_certificate", "Kimberley certificate"),
                    ("suspension_notice", "Suspension notice"),
                ],
                default="",
                help_text="What unlocks it.",
                max_length=30,
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "needs_document__in",
                        [
                            "",
                            tariffs.rules.schedule.Document["CERTIFICATE_OF_ORIGIN"],
                            tariffs.rules.schedule.Document["QUOTA_CERTIFICATE"],
                            tariffs.rules.schedule.Document["KIMBERLEY_CERTIFICATE"],
                            tariffs.rules.schedule.Document["SUSPENSION_NOTICE"],
                        ],
                    )
                ),
                name="a_measure_needs_a_known_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("jurisdiction", "="),
                    ("kind", "="),
                    ("hs_code", "="),
                    ("origin", "="),
                    ("regime", "="),
                    ("needs_document", "="),
                    ("validity", "&&"),
                    ("known", "&&"),
                ],
                name="no_two_rates_in_force_at_once",
            ),
        ),
    ]
