"""Landed prices of all lots in bond, and the queue of those to be priced again."""

from django.db import migrations, models

from tariffs.migrations._landed_prices import CREATE_TABLE, PRICE_OPERATIONS


class Migration(migrations.Migration):
    """The prices stand in two halves, which Django's tables do not know of."""

    dependencies = [
        ("bonded", "0013_waiting_lanes"),
        ("tariffs", "0004_guarantee_instruments"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[CREATE_TABLE],
            state_operations=[
                migrations.CreateModel(
                    name="LandedPrice",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "slot", "lot_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slot", models.SmallIntegerField()),
                        ("lot_id", models.BigIntegerField()),
                        (
                            "grade_id",
                            models.BigIntegerField(
                                help_text="Of bonded's list of grades: kind, shape, colour, clarity."
                            ),
                        ),
                        (
                            "size",
                            models.SmallIntegerField(help_text="The weight's place among the trade's usual sizes."),
                        ),
                        ("weight_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                        ("cut", models.CharField(max_length=12)),
                        ("origin", models.CharField(max_length=2)),
                        ("is_on_offer", models.BooleanField()),
                        ("customs_value_minor", models.BigIntegerField()),
                        ("duty_minor", models.BigIntegerField()),
                        ("consumption_tax_minor", models.BigIntegerField()),
                        ("vat_minor", models.BigIntegerField()),
                        ("fees_minor", models.BigIntegerField()),
                        (
                            "landed_minor",
                            models.BigIntegerField(
                                help_text="Customs value, duty, consumption tax, VAT and fees together."
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="LotToPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lot_id", models.BigIntegerField(db_index=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.SmallIntegerField(help_text="Where its prices are: 0 or 1, in turn.")),
                ("is_current", models.BooleanField(default=False)),
                ("priced_on", models.DateField(help_text="The day whose rates it goes by.")),
                ("known_at", models.DateTimeField(help_text="When the rates were read.")),
                (
                    "good_until",
                    models.DateField(help_text="The first day on which other rates may be in force.", null=True),
                ),
                ("made_at", models.DateTimeField()),
                ("lots", models.IntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("sorts", models.JSONField(help_text="[HS code, origin, currency] of all lots in bond.")),
                (
                    "unpriced",
                    models.JSONField(help_text="Sorts of goods that can't be priced, each with its lots and why."),
                ),
                (
                    "coming",
                    models.JSONField(
                        help_text="Days on which published rates change, each with the lots that they move."
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("slot__in", [0, 1])), name="prices_are_in_one_of_two_slots"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="searches_go_by_one_price_list",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatesToPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        *PRICE_OPERATIONS,
    ]
