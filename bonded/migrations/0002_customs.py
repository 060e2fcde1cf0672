"""Declarations, the history of each, and the inbox and outbox of customs messages."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import bonded.rules.customs_messages
import bonded.rules.declarations
import bonded.rules.retries
from bonded.models.base import append_only_operations


class Migration(migrations.Migration):
    """Declarations and customs messages."""

    dependencies = [
        ("bonded", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Declaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="Ours.", max_length=40, unique=True)),
                (
                    "mrn",
                    models.CharField(help_text="The office's own, once it has told one.", max_length=40, null=True),
                ),
                (
                    "kind",
                    models.CharField(choices=[("into_bond", "Into bond"), ("withdrawal", "Withdrawal")], max_length=10),
                ),
                ("office", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("lodged", "Lodged"),
                            ("received", "Received"),
                            ("accepted", "Accepted"),
                            ("inspection_ordered", "Inspection ordered"),
                            ("documents_requested", "Documents requested"),
                            ("tax_assessed", "Tax assessed"),
                            ("released", "Released"),
                            ("cleared", "Cleared"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        default=bonded.rules.declarations.DeclarationState["DRAFT"],
                        max_length=20,
                    ),
                ),
                ("last_sequence", models.IntegerField(default=0)),
                ("lodged_at", models.DateTimeField(null=True)),
                ("status_changed_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="declarations", to="bonded.company"
                    ),
                ),
                (
                    "consignment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declarations",
                        to="bonded.consignment",
                    ),
                ),
                (
                    "withdrawal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declarations",
                        to="bonded.withdrawal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CustomsStatusChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("lodged", "Lodged"),
                            ("received", "Received"),
                            ("accepted", "Accepted"),
                            ("inspection_ordered", "Inspection ordered"),
                            ("documents_requested", "Documents requested"),
                            ("tax_assessed", "Tax assessed"),
                            ("released", "Released"),
                            ("cleared", "Cleared"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("lodged", "Lodged"),
                            ("received", "Received"),
                            ("accepted", "Accepted"),
                            ("inspection_ordered", "Inspection ordered"),
                            ("documents_requested", "Documents requested"),
                            ("tax_assessed", "Tax assessed"),
                            ("released", "Released"),
                            ("cleared", "Cleared"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                ("message_id", models.CharField(max_length=80, null=True)),
                ("sequence", models.IntegerField(null=True)),
                ("status", models.CharField(help_text="The office's own code.", max_length=12, null=True)),
                ("issued_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "declaration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_changes",
                        to="bonded.declaration",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncomingCustomsMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("office", models.CharField(max_length=12)),
                ("message_id", models.CharField(help_text="The office's own; never used twice.", max_length=80)),
                ("raw", models.BinaryField()),
                ("sha256", models.BinaryField()),
                ("headers", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("stored", "Stored"),
                            ("waiting", "Waiting"),
                            ("applied", "Applied"),
                            ("superseded", "Superseded"),
                            ("parked", "Parked"),
                        ],
                        default=bonded.rules.customs_messages.MessageState["STORED"],
                        max_length=10,
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("gap", "Gap"),
                            ("late", "Late"),
                            ("unreadable", "Unreadable"),
                            ("id_differs", "Id differs"),
                            ("office_differs", "Office differs"),
                            ("declaration_unknown", "Declaration unknown"),
                            ("code_unknown", "Code unknown"),
                            ("step_impossible", "Step impossible"),
                            ("effect_refused", "Effect refused"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("detail", models.CharField(blank=True, default="", max_length=300)),
                ("sequence", models.IntegerField(null=True)),
                ("waits_until", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "declaration",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="bonded.declaration",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutgoingCustomsMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("office", models.CharField(max_length=12)),
                ("kind", models.CharField(choices=[("lodge", "Lodge")], max_length=12)),
                ("body", models.TextField(help_text="JSON, as it is sent byte for byte.")),
                ("idempotency_key", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("dead", "Dead"),
                        ],
                        default=bonded.rules.retries.DeliveryState["WAITING"],
                        max_length=8,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("queued_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                (
                    "declaration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outgoing_messages",
                        to="bonded.declaration",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="declaration",
            index=models.Index(models.F("company"), models.F("id"), name="declarations_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["into_bond", "withdrawal"])), name="a_declaration_is_of_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "lodged",
                            "received",
                            "accepted",
                            "inspection_ordered",
                            "documents_requested",
                            "tax_assessed",
                            "released",
                            "cleared",
                            "rejected",
                            "cancelled",
                        ],
                    )
                ),
                name="a_declaration_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("consignment__isnull", False),
                        ("kind", bonded.rules.declarations.DeclarationKind["INTO_BOND"]),
                        ("withdrawal__isnull", True),
                    ),
                    models.Q(
                        ("consignment__isnull", True),
                        ("kind", bonded.rules.declarations.DeclarationKind["WITHDRAWAL"]),
                        ("withdrawal__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_declaration_is_of_one_consignment_or_one_withdrawal",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", bonded.rules.declarations.DeclarationState["DRAFT"]),
                    ("lodged_at__isnull", False),
                    _connector="OR",
                ),
                name="a_lodged_declaration_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_sequence__gte", 0)), name="a_sequence_is_counted_from_nothing"
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            bonded.rules.declarations.DeclarationState["ACCEPTED"],
                            bonded.rules.declarations.DeclarationState["CLEARED"],
                            bonded.rules.declarations.DeclarationState["DOCUMENTS_REQUESTED"],
                            bonded.rules.declarations.DeclarationState["DRAFT"],
                            bonded.rules.declarations.DeclarationState["INSPECTION_ORDERED"],
                            bonded.rules.declarations.DeclarationState["LODGED"],
                            bonded.rules.declarations.DeclarationState["RECEIVED"],
                            bonded.rules.declarations.DeclarationState["RELEASED"],
                            bonded.rules.declarations.DeclarationState["TAX_ASSESSED"],
                        ],
                    )
                ),
                fields=("consignment",),
                name="a_consignment_has_one_live_declaration",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            bonded.rules.declarations.DeclarationState["ACCEPTED"],
                            bonded.rules.declarations.DeclarationState["CLEARED"],
                            bonded.rules.declarations.DeclarationState["DOCUMENTS_REQUESTED"],
                            bonded.rules.declarations.DeclarationState["DRAFT"],
                            bonded.rules.declarations.DeclarationState["INSPECTION_ORDERED"],
                            bonded.rules.declarations.DeclarationState["LODGED"],
                            bonded.rules.declarations.DeclarationState["RECEIVED"],
                            bonded.rules.declarations.DeclarationState["RELEASED"],
                            bonded.rules.declarations.DeclarationState["TAX_ASSESSED"],
                        ],
                    )
                ),
                fields=("withdrawal",),
                name="a_withdrawal_has_one_live_declaration",
            ),
        ),
        migrations.AddConstraint(
            model_name="customsstatuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "before__in",
                        [
                            "draft",
                            "lodged",
                            "received",
                            "accepted",
                            "inspection_ordered",
                            "documents_requested",
                            "tax_assessed",
                            "released",
                            "cleared",
                            "rejected",
                            "cancelled",
                        ],
                    )
                ),
                name="a_status_changes_from_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="customsstatuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "after__in",
                        [
                            "draft",
                            "lodged",
                            "received",
                            "accepted",
                            "inspection_ordered",
                            "documents_requested",
                            "tax_assessed",
                            "released",
                            "cleared",
                            "rejected",
                            "cancelled",
                        ],
                    )
                ),
                name="a_status_changes_to_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="customsstatuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issued_at__isnull", True),
                        ("message_id__isnull", True),
                        ("sequence__isnull", True),
                        ("status__isnull", True),
                    ),
                    models.Q(
                        ("issued_at__isnull", False),
                        ("message_id__isnull", False),
                        ("sequence__isnull", False),
                        ("status__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_status_change_names_its_whole_message",
            ),
        ),
        migrations.AddConstraint(
            model_name="customsstatuschange",
            constraint=models.UniqueConstraint(fields=("declaration", "sequence"), name="a_sequence_takes_effect_once"),
        ),
        migrations.AddIndex(
            model_name="incomingcustomsmessage",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("state", bonded.rules.customs_messages.MessageState["STORED"])),
                name="messages_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="incomingcustomsmessage",
            index=models.Index(
                models.F("declaration"),
                models.F("sequence"),
                condition=models.Q(("state", bonded.rules.customs_messages.MessageState["WAITING"])),
                name="messages_waiting_in_a_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="incomingcustomsmessage",
            index=models.Index(
                models.F("waits_until"),
                condition=models.Q(("state", bonded.rules.customs_messages.MessageState["WAITING"])),
                name="messages_overdue",
            ),
        ),
        migrations.AddIndex(
            model_name="incomingcustomsmessage",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("state", bonded.rules.customs_messages.MessageState["PARKED"])),
                name="messages_parked",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingcustomsmessage",
            constraint=models.UniqueConstraint(
                fields=("office", "message_id"), name="an_office_uses_a_message_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["stored", "waiting", "applied", "superseded", "parked"])),
                name="a_message_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_at__isnull", True),
                        (
                            "state__in",
                            [
                                bonded.rules.customs_messages.MessageState["STORED"],
                                bonded.rules.customs_messages.MessageState["WAITING"],
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    bonded.rules.customs_messages.MessageState["STORED"],
                                    bonded.rules.customs_messages.MessageState["WAITING"],
                                ],
                            ),
                            _negated=True,
                        ),
                        ("settled_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_settled_message_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                bonded.rules.customs_messages.MessageState["WAITING"],
                                bonded.rules.customs_messages.MessageState["APPLIED"],
                                bonded.rules.customs_messages.MessageState["SUPERSEDED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        ("declaration__isnull", False), ("sequence__isnull", False), ("waits_until__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="a_message_in_a_lane_has_its_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cause__isnull", True),
                        (
                            "state__in",
                            [
                                bonded.rules.customs_messages.MessageState["STORED"],
                                bonded.rules.customs_messages.MessageState["APPLIED"],
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    bonded.rules.customs_messages.MessageState["STORED"],
                                    bonded.rules.customs_messages.MessageState["APPLIED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        ("cause__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="what_is_not_applied_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingcustomsmessage",
            index=models.Index(
                models.F("not_before"),
                condition=models.Q(("state", bonded.rules.retries.DeliveryState["WAITING"])),
                name="outgoing_due",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingcustomsmessage",
            index=models.Index(
                models.F("leased_until"),
                condition=models.Q(("state", bonded.rules.retries.DeliveryState["SENDING"])),
                name="outgoing_in_flight",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingcustomsmessage",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("state", bonded.rules.retries.DeliveryState["DEAD"])),
                name="outgoing_dead",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "sending", "sent", "refused", "dead"])),
                name="an_outgoing_message_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["lodge"])), name="an_outgoing_message_is_of_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("leased_until__isnull", False), ("state", bonded.rules.retries.DeliveryState["SENDING"])),
                    models.Q(
                        models.Q(("state", bonded.rules.retries.DeliveryState["SENDING"]), _negated=True),
                        ("leased_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_message_is_leased_while_it_is_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingcustomsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", bonded.rules.retries.DeliveryState["SENT"])),
                    models.Q(
                        models.Q(("state", bonded.rules.retries.DeliveryState["SENT"]), _negated=True),
                        ("sent_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_sent_message_says_when",
            ),
        ),
        *append_only_operations("bonded_customsstatuschange"),
    ]
