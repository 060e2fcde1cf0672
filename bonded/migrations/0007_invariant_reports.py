"""What the must-be-empty questions found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0006_one_seal_one_witness"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvariantReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("questions", models.SmallIntegerField()),
                ("broken", models.JSONField(default=list)),
            ],
            options={
                "indexes": [models.Index(fields=["-asked_at"], name="the_newest_report_first")],
            },
        ),
    ]
