"""The first tables of the bonded floor."""

import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import bonded.rules.consignments
import bonded.rules.lots
import bonded.rules.withdrawals
from bonded.migrations._history import HISTORY_OPERATIONS
from bonded.models.base import append_only_operations


class Migration(migrations.Migration):
    """The first tables of the bonded floor; two of them are history."""

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        *HISTORY_OPERATIONS,
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("act", models.CharField(max_length=60)),
                ("target_kind", models.CharField(max_length=40)),
                ("target_id", models.CharField(max_length=40)),
                ("actor_role", models.CharField(max_length=20)),
                ("acted_at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
            },
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("trader", "Trader"),
                            ("supplier", "Supplier"),
                            ("platform", "Platform"),
                            ("customs", "Customs"),
                        ],
                        max_length=20,
                    ),
                ),
                ("registration_number", models.CharField(max_length=40, unique=True)),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2.", max_length=2)),
                ("is_in_good_standing", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name_plural": "companies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["trader", "supplier", "platform", "customs"])),
                        name="a_company_has_a_known_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("announced", "Announced"),
                            ("declared", "Declared"),
                            ("accepted", "Accepted"),
                            ("received", "Received"),
                            ("refused", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default=bonded.rules.consignments.ConsignmentState["ANNOUNCED"],
                        max_length=12,
                    ),
                ),
                (
                    "origin",
                    models.CharField(help_text="ISO 3166-1 alpha-2; a line's own origin goes first.", max_length=2),
                ),
                ("currency", models.CharField(help_text="ISO 4217; a line's own currency goes first.", max_length=3)),
                ("announced_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(null=True)),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consignments", to="bonded.company"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caller", models.CharField(help_text="The user, or the token, that called.", max_length=80)),
                ("key", models.CharField(max_length=200)),
                ("request_digest", models.BinaryField()),
                ("status", models.SmallIntegerField(null=True)),
                ("body", models.BinaryField(null=True)),
                ("content_type", models.CharField(blank=True, default="", max_length=80)),
                ("called_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("caller", "key"), name="a_caller_uses_a_key_once")],
            },
        ),
        migrations.CreateModel(
            name="KimberleyCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=32, unique=True)),
                ("issuing_country", models.CharField(max_length=2)),
                ("issued_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("weight_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("value_usd_minor", models.BigIntegerField()),
                ("is_made_up", models.BooleanField(default=False)),
                (
                    "consignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="bonded.consignment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vault", "Vault"),
                            ("safe", "Safe"),
                            ("drawer", "Drawer"),
                            ("tray", "Tray"),
                            ("desk", "Desk"),
                            ("gate", "Gate"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="bonded.location",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stock_number", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("polished_diamond", "Polished diamond"),
                            ("rough_diamond", "Rough diamond"),
                            ("coloured_gem", "Coloured gem"),
                        ],
                        max_length=16,
                    ),
                ),
                ("hs_code", models.CharField(help_text="Digits without dots.", max_length=10)),
                ("origin", models.CharField(help_text="ISO 3166-1 alpha-2.", max_length=2)),
                ("declared_pieces", models.IntegerField()),
                ("declared_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("pieces", models.IntegerField()),
                ("weight_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("value_minor", models.BigIntegerField(help_text="Invoice value in minor units of the currency.")),
                ("currency", models.CharField(max_length=3)),
                ("shape", models.CharField(blank=True, default="", max_length=20)),
                ("colour", models.CharField(blank=True, default="", max_length=20)),
                ("clarity", models.CharField(blank=True, default="", max_length=8)),
                ("cut", models.CharField(blank=True, default="", max_length=12)),
                ("depth_percent", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("table_percent", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("length_mm", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("width_mm", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("depth_mm", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("variety", models.CharField(blank=True, default="", max_length=30)),
                ("treatment", models.CharField(blank=True, default="", help_text="AGTA code.", max_length=12)),
                ("lab", models.CharField(blank=True, default="", max_length=12)),
                ("report_number", models.CharField(blank=True, default="", max_length=30)),
                ("kimberley_number", models.CharField(blank=True, default="", max_length=32)),
                ("is_made_up", models.BooleanField(default=False, help_text="Sample goods that no mine ever saw.")),
                (
                    "goods_state",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("received", "Received"),
                            ("in_vault", "In vault"),
                            ("at_desk", "At desk"),
                            ("out", "Out"),
                        ],
                        default=bonded.rules.lots.GoodsState["EXPECTED"],
                        max_length=8,
                    ),
                ),
                (
                    "customs_state",
                    models.CharField(
                        choices=[
                            ("undeclared", "Undeclared"),
                            ("bonded", "Bonded"),
                            ("released", "Released"),
                            ("written_off", "Written off"),
                        ],
                        default=bonded.rules.lots.CustomsState["UNDECLARED"],
                        max_length=11,
                    ),
                ),
                (
                    "trade_state",
                    models.CharField(
                        choices=[("free", "Free"), ("held", "Held"), ("sold", "Sold")],
                        default=bonded.rules.lots.TradeState["FREE"],
                        max_length=4,
                    ),
                ),
                ("is_on_hold", models.BooleanField(default=False)),
                ("seal_number", models.CharField(blank=True, default="", max_length=32)),
                (
                    "is_on_offer",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("customs_state", "bonded"),
                            ("goods_state__in", ["in_vault", "at_desk"]),
                            ("is_on_hold", False),
                            ("trade_state", "free"),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bought_lots",
                        to="bonded.company",
                    ),
                ),
                (
                    "consignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="bonded.consignment"
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_lots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="bonded.location",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="supplied_lots", to="bonded.company"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("discrepancy", "Discrepancy"),
                            ("customs", "Customs"),
                            ("customs_inspection", "Customs inspection"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("expected_carats", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("found_carats", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("expected_pieces", models.IntegerField(null=True)),
                ("found_pieces", models.IntegerField(null=True)),
                ("owner_role", models.CharField(default="customs_officer", max_length=20)),
                ("answer_due_at", models.DateTimeField(null=True)),
                ("placed_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifting_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="bonded.lot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CustodyMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("sealed", "Sealed"),
                            ("stored", "Stored"),
                            ("seal_broken", "Seal broken"),
                            ("checked_out", "Checked out"),
                            ("returned", "Returned"),
                            ("handed_over", "Handed over"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "goods_state",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("received", "Received"),
                            ("in_vault", "In vault"),
                            ("at_desk", "At desk"),
                            ("out", "Out"),
                        ],
                        max_length=8,
                    ),
                ),
                ("pieces", models.IntegerField()),
                ("weight_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("reading_carats", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("counted_pieces", models.IntegerField(null=True)),
                ("scale", models.CharField(blank=True, default="", max_length=40)),
                ("seal_number", models.CharField(blank=True, default="", max_length=32)),
                ("recorded_at", models.DateTimeField()),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.location"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="bonded.lot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BondEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entered_on", models.DateField()),
                ("storage_limit_on", models.DateField()),
                ("entered_pieces", models.IntegerField()),
                ("entered_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("entered_value_minor", models.BigIntegerField()),
                ("written_off_pieces", models.IntegerField(default=0)),
                ("written_off_carats", models.DecimalField(decimal_places=3, default=0, max_digits=12)),
                ("written_off_value_minor", models.BigIntegerField(default=0)),
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bond_entry", to="bonded.lot"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "bond entries",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("buyer", "Buyer"),
                            ("supplier", "Supplier"),
                            ("vault_keeper", "Vault keeper"),
                            ("customs_officer", "Customs officer"),
                            ("administrator", "Administrator"),
                            ("auditor", "Auditor"),
                            ("system", "System"),
                            ("anonymous", "Anonymous"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="bonded.company"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("digest", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("token_key", models.CharField(db_index=True, max_length=25)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("expiry", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(max_length=80)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="auth_token_set",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="bonded.membership"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "procedure",
                    models.CharField(
                        choices=[
                            ("home_use", "Home use"),
                            ("re_export", "Re export"),
                            ("bond_transfer", "Bond transfer"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("declared", "Declared"),
                            ("released", "Released"),
                            ("handed_over", "Handed over"),
                            ("refused", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default=bonded.rules.withdrawals.WithdrawalState["REQUESTED"],
                        max_length=11,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("refusal_reason", models.CharField(blank=True, default="", max_length=500)),
                ("handed_over_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="bonded.company"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReleaseToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(unique=True)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "withdrawal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="release_token",
                        to="bonded.withdrawal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GrantedClearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "clearance",
                    models.CharField(
                        choices=[
                            ("duty_assessed", "Duty assessed"),
                            ("duty_paid", "Duty paid"),
                            ("duty_secured", "Duty secured"),
                            ("customs_accepted", "Customs accepted"),
                            ("customs_released", "Customs released"),
                            ("custody_reconciled", "Custody reconciled"),
                        ],
                        max_length=20,
                    ),
                ),
                ("evidence", models.CharField(max_length=200)),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clearances", to="bonded.withdrawal"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WithdrawalLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_live", models.BooleanField(default=True)),
                ("pieces", models.IntegerField()),
                ("weight_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("value_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal_lines", to="bonded.lot"
                    ),
                ),
                (
                    "withdrawal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="bonded.withdrawal"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="consignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["announced", "declared", "accepted", "received", "refused", "cancelled"])
                ),
                name="a_consignment_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="consignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("received_at__isnull", False),
                        ("state", bonded.rules.consignments.ConsignmentState["RECEIVED"]),
                    ),
                    models.Q(
                        models.Q(("state", bonded.rules.consignments.ConsignmentState["RECEIVED"]), _negated=True),
                        ("received_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_consignment_is_received_when_it_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="kimberleycertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_on__gt", models.F("issued_on"))),
                name="a_certificate_expires_after_its_issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["vault", "safe", "drawer", "tray", "desk", "gate"])),
                name="a_location_has_a_known_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("value_minor"),
                models.F("id"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_price",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("shape"),
                models.F("colour"),
                models.F("clarity"),
                models.F("value_minor"),
                models.F("id"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_grade",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("weight_carats"),
                models.F("id"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_weight",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("kind"),
                models.F("value_minor"),
                models.F("id"),
                condition=models.Q(("is_on_offer", True)),
                name="lots_on_offer_by_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["polished_diamond", "rough_diamond", "coloured_gem"])),
                name="a_lot_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("goods_state__in", ["expected", "received", "in_vault", "at_desk", "out"])),
                name="a_lot_is_in_a_known_goods_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("customs_state__in", ["undeclared", "bonded", "released", "written_off"])),
                name="a_lot_is_in_a_known_customs_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("trade_state__in", ["free", "held", "sold"])),
                name="a_lot_is_in_a_known_trade_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("declared_carats__gt", 0), ("declared_pieces__gt", 0), ("pieces__gt", 0), ("weight_carats__gt", 0)
                ),
                name="a_lot_has_pieces_and_weight",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(condition=models.Q(("value_minor__gt", 0)), name="a_lot_has_a_value"),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "goods_state__in",
                            [bonded.rules.lots.GoodsState["EXPECTED"], bonded.rules.lots.GoodsState["OUT"]],
                        ),
                        ("location__isnull", True),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "goods_state__in",
                                [bonded.rules.lots.GoodsState["EXPECTED"], bonded.rules.lots.GoodsState["OUT"]],
                            ),
                            _negated=True,
                        ),
                        ("location__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_lot_in_the_vault_is_at_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("goods_state", bonded.rules.lots.GoodsState["OUT"]), _negated=True),
                    ("customs_state", bonded.rules.lots.CustomsState["WRITTEN_OFF"]),
                    _connector="OR",
                ),
                name="nothing_leaves_that_is_not_written_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customs_state", bonded.rules.lots.CustomsState["WRITTEN_OFF"]), _negated=True),
                    ("goods_state", bonded.rules.lots.GoodsState["OUT"]),
                    _connector="OR",
                ),
                name="nothing_is_written_off_that_is_still_here",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("buyer__isnull", True), ("trade_state", bonded.rules.lots.TradeState["FREE"])),
                    models.Q(
                        models.Q(("trade_state", bonded.rules.lots.TradeState["FREE"]), _negated=True),
                        ("buyer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_lot_that_is_not_free_has_a_buyer",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seal_number", ""), _negated=True),
                fields=("seal_number",),
                name="a_seal_closes_one_packet",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", bonded.rules.lots.LotKind["ROUGH_DIAMOND"]), _negated=True),
                    models.Q(("kimberley_number", ""), _negated=True),
                    _connector="OR",
                ),
                name="rough_diamonds_have_a_kimberley_certificate",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("lifted_at__isnull", True)), fields=["lot"], name="holds_still_in_force"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["discrepancy", "customs", "customs_inspection"])),
                name="a_hold_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_at__isnull", True), models.Q(("lifting_reason", ""), _negated=True), _connector="OR"
                ),
                name="a_hold_is_lifted_with_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="custodymovement",
            index=models.Index(fields=["lot", "position"], name="movements_of_a_lot"),
        ),
        migrations.AddConstraint(
            model_name="custodymovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["received", "sealed", "stored", "seal_broken", "checked_out", "returned", "handed_over"],
                    )
                ),
                name="a_movement_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodymovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("goods_state__in", ["expected", "received", "in_vault", "at_desk", "out"])),
                name="a_movement_leads_to_a_known_goods_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodymovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("witness__isnull", True),
                    models.Q(("witness", models.F("recorded_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_witnesses_their_own_movement",
            ),
        ),
        migrations.AddConstraint(
            model_name="bondentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("written_off_pieces__gte", 0),
                    ("written_off_pieces__lte", models.F("entered_pieces")),
                    ("written_off_carats__gte", 0),
                    ("written_off_carats__lte", models.F("entered_carats")),
                    ("written_off_value_minor__gte", 0),
                    ("written_off_value_minor__lte", models.F("entered_value_minor")),
                ),
                name="no_more_is_written_off_than_was_entered",
            ),
        ),
        migrations.AddConstraint(
            model_name="bondentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("storage_limit_on__gt", models.F("entered_on"))),
                name="storage_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("user", "company", "role"), name="a_person_has_a_role_in_a_company_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["buyer", "supplier", "vault_keeper", "customs_officer", "administrator", "auditor"])
                ),
                name="nobody_is_a_member_as_the_system_or_as_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(fields=["company", "requested_at"], name="withdrawals_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("procedure__in", ["home_use", "re_export", "bond_transfer"])),
                name="a_withdrawal_follows_a_known_procedure",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["requested", "declared", "released", "handed_over", "refused", "cancelled"])
                ),
                name="a_withdrawal_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_decides_their_own_withdrawal",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                bonded.rules.withdrawals.WithdrawalState["RELEASED"],
                                bonded.rules.withdrawals.WithdrawalState["HANDED_OVER"],
                                bonded.rules.withdrawals.WithdrawalState["REFUSED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_decided_withdrawal_names_its_officer",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", bonded.rules.withdrawals.WithdrawalState["REFUSED"]), _negated=True),
                    models.Q(("refusal_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_refusal_gives_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="releasetoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at__isnull", True), ("revoked_at__isnull", True), _connector="OR"),
                name="a_revoked_token_opens_no_door",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantedclearance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "clearance__in",
                        [
                            "duty_assessed",
                            "duty_paid",
                            "duty_secured",
                            "customs_accepted",
                            "customs_released",
                            "custody_reconciled",
                        ],
                    )
                ),
                name="a_clearance_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantedclearance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True)),
                fields=("withdrawal", "clearance"),
                name="one_clearance_of_each_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawallot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)), fields=("lot",), name="a_lot_is_in_one_live_withdrawal_only"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawallot",
            constraint=models.UniqueConstraint(fields=("withdrawal", "lot"), name="a_withdrawal_names_a_lot_once"),
        ),
        *append_only_operations("bonded_activity"),
        *append_only_operations("bonded_custodymovement"),
    ]
