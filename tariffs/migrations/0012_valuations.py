"""The papers behind the values of lots are kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from bonded.models.base import append_only_operations


class Migration(migrations.Migration):
    """Valuations."""

    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("tariffs", "0011_statements_end_with_an_entry"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Valuation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("transaction_value", "Transaction value"),
                            ("identical_goods", "Identical goods"),
                            ("similar_goods", "Similar goods"),
                            ("deductive", "Deductive"),
                            ("computed", "Computed"),
                            ("fall_back", "Fall back"),
                        ],
                        max_length=17,
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        choices=[("invoice", "Invoice"), ("price_list", "Price list"), ("appraisal", "Appraisal")],
                        max_length=10,
                    ),
                ),
                ("document", models.CharField(help_text="Number or place of the paper.", max_length=120)),
                ("amount_minor", models.BigIntegerField(help_text="The price that the paper shows for the lot.")),
                ("currency", models.CharField(max_length=3)),
                ("documented_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "lot",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.lot"),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "method__in",
                                [
                                    "transaction_value",
                                    "identical_goods",
                                    "similar_goods",
                                    "deductive",
                                    "computed",
                                    "fall_back",
                                ],
                            )
                        ),
                        name="a_value_is_found_by_a_known_method",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence__in", ["invoice", "price_list", "appraisal"])),
                        name="a_value_stands_on_a_known_paper",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("document", ""), _negated=True), ("amount_minor__gt", 0)),
                        name="a_paper_is_named_and_shows_a_price",
                    ),
                ],
            },
        ),
        *append_only_operations("tariffs_valuation"),
    ]
