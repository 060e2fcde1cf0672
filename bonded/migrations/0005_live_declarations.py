"""Steps of a live declaration change no index, so that its row is rewritten in its place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that says whether a declaration is live, and room in the pages for its steps."""

    dependencies = [
        ("bonded", "0004_lot_searches"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="declaration",
            name="a_consignment_has_one_live_declaration",
        ),
        migrations.RemoveConstraint(
            model_name="declaration",
            name="a_withdrawal_has_one_live_declaration",
        ),
        migrations.AddField(
            model_name="declaration",
            name="is_live",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        state__in=[
                            "accepted",
                            "cleared",
                            "documents_requested",
                            "draft",
                            "inspection_ordered",
                            "lodged",
                            "received",
                            "released",
                            "tax_assessed",
                        ],
                        then=models.Value(value=True),
                    ),
                    default=models.Value(value=False),
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("consignment",),
                name="a_consignment_has_one_live_declaration",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("withdrawal",),
                name="a_withdrawal_has_one_live_declaration",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE bonded_declaration SET (fillfactor = 80)",
            "ALTER TABLE bonded_declaration RESET (fillfactor)",
        ),
    ]
