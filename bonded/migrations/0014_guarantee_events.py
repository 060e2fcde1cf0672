"""Companies hear of their guarantee, and of new rates for their visits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Companies hear of their guarantee, and of new rates for their visits."""

    dependencies = [
        ("bonded", "0013_waiting_lanes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="clientevent",
            name="an_event_is_of_a_known_kind",
        ),
        migrations.AlterField(
            model_name="clientevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("declaration.status_changed", "Declaration.status changed"),
                    ("withdrawal.released", "Withdrawal.released"),
                    ("withdrawal.refused", "Withdrawal.refused"),
                    ("duty.assessed", "Duty.assessed"),
                    ("charge.due", "Charge.due"),
                    ("booking.changed", "Booking.changed"),
                    ("booking.duty_changed", "Booking.duty changed"),
                    ("guarantee.warned", "Guarantee.warned"),
                    ("webhook.test", "Webhook.test"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="clientevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "declaration.status_changed",
                            "withdrawal.released",
                            "withdrawal.refused",
                            "duty.assessed",
                            "charge.due",
                            "booking.changed",
                            "booking.duty_changed",
                            "guarantee.warned",
                            "webhook.test",
                        ],
                    )
                ),
                name="an_event_is_of_a_known_kind",
            ),
        ),
    ]
