"""What shows that something is settled has its facts beside the sentence, so that it can be told in any language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0022_search_alerts"),
    ]

    operations = [
        migrations.AddField(
            model_name="grantedclearance",
            name="facts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
