"""A statement that is not made can be stopped, and asked for again."""

from django.db import migrations, models

import tariffs.rules.account_statements


class Migration(migrations.Migration):
    """A statement that is not made can be stopped, and asked for again."""

    dependencies = [
        ("tariffs", "0015_what_bank_files_tell"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="accountstatement",
            name="an_account_statement_is_in_a_known_state",
        ),
        migrations.RemoveConstraint(
            model_name="accountstatement",
            name="a_month_is_stated_once_a_moment",
        ),
        migrations.RemoveConstraint(
            model_name="accountstatement",
            name="a_ready_statement_has_its_documents",
        ),
        migrations.AddField(
            model_name="accountstatement",
            name="cancelled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="accountstatement",
            name="state",
            field=models.CharField(
                choices=[("queued", "Queued"), ("ready", "Ready"), ("cancelled", "Cancelled")],
                default=tariffs.rules.account_statements.StatementState["QUEUED"],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "ready", "cancelled"])),
                name="an_account_statement_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", tariffs.rules.account_statements.StatementState["CANCELLED"]), _negated=True
                ),
                fields=("company", "currency", "month", "known_at"),
                name="a_month_is_stated_once_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("csv__isnull", False),
                        ("csv_sha256__isnull", False),
                        ("made_at__isnull", False),
                        ("pdf__isnull", False),
                        ("pdf_sha256__isnull", False),
                        ("state", tariffs.rules.account_statements.StatementState["READY"]),
                    ),
                    models.Q(
                        ("csv__isnull", True),
                        ("made_at__isnull", True),
                        ("pdf__isnull", True),
                        (
                            "state__in",
                            [
                                tariffs.rules.account_statements.StatementState["QUEUED"],
                                tariffs.rules.account_statements.StatementState["CANCELLED"],
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="a_ready_statement_has_its_documents",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancelled_at__isnull", False),
                        ("state", tariffs.rules.account_statements.StatementState["CANCELLED"]),
                    ),
                    models.Q(
                        models.Q(
                            ("state", tariffs.rules.account_statements.StatementState["CANCELLED"]), _negated=True
                        ),
                        ("cancelled_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_cancelled_statement_says_when",
            ),
        ),
    ]
