"""Who looks on by video, which papers a company has shown, and which stone came back."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("inspections", "0004_rooms_and_rosters"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="remote_visitors",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100), default=list, help_text="Who looks on by video.", size=None
            ),
        ),
        migrations.AddField(
            model_name="sessionlot",
            name="is_same_stone",
            field=models.BooleanField(help_text="Whether that is the lot's own; null: not looked for.", null=True),
        ),
        migrations.AddField(
            model_name="sessionlot",
            name="read_report_number",
            field=models.CharField(
                blank=True, default="", help_text="What the keepers read on the stone when it came back.", max_length=40
            ),
        ),
        migrations.CreateModel(
            name="CompanyPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("kimberley_membership", "Kimberley membership"), ("insurance", "Insurance")],
                        max_length=20,
                    ),
                ),
                ("number", models.CharField(max_length=60)),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="bonded.company"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["kimberley_membership", "insurance"])),
                        name="a_paper_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid__isempty", False)), name="a_paper_is_valid_on_some_day"
                    ),
                    models.UniqueConstraint(fields=("company", "kind", "number"), name="a_company_shows_a_paper_once"),
                ],
            },
        ),
    ]
