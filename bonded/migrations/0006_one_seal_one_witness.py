"""A seal is affixed once, every movement has its two keepers, a refused file may come again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import bonded.rules.consignment_files
import bonded.rules.custody


class Migration(migrations.Migration):
    """What a fresh reader found that the database did not refuse yet."""

    dependencies = [
        ("bonded", "0005_live_declarations"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="consignmentfile",
            name="a_file_is_imported_once",
        ),
        migrations.RemoveConstraint(
            model_name="custodymovement",
            name="nobody_witnesses_their_own_movement",
        ),
        migrations.RemoveField(
            model_name="apitoken",
            name="last_used_at",
        ),
        migrations.AddField(
            model_name="consignmentfile",
            name="attempts",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="custodymovement",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="custodymovement",
            name="witness",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="consignmentfile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", bonded.rules.consignment_files.FileState["REFUSED"]), _negated=True),
                fields=("consignment", "sha256"),
                name="a_file_is_imported_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodymovement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", bonded.rules.custody.MovementKind["SEALED"])),
                fields=("seal_number",),
                name="a_seal_is_affixed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodymovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("witness", models.F("recorded_by")), _negated=True),
                name="nobody_witnesses_their_own_movement",
            ),
        ),
        migrations.AddConstraint(
            model_name="kimberleycertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("value_usd_minor__gt", 0), ("weight_carats__gt", 0)),
                name="a_certificate_covers_something",
            ),
        ),
    ]
