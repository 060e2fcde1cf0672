"""Customs declarations, of consignments into bond and of withdrawals out of it, and the history of each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bonded.models.base import AppendOnlyTable, Table, TableQuerySet, enum_choices, values_check
from bonded.rules.customs_codes import CodeListName
from bonded.rules.declarations import LIVE_STATES, UNDER_WAY_STATES, DebtState, DeclarationKind, DeclarationState
from bonded.rules.permissions import Actor


class DeclarationQuerySet(TableQuerySet["Declaration"]):
    """Declarations."""

    def visible_to(self, actor: Actor) -> DeclarationQuerySet:
        """Keep what the actor may see: staff all, others their company's."""
        return self if actor.is_staff else self.filter(company_id__in=actor.company_ids)

    def live(self) -> DeclarationQuerySet:
        """Keep those that are neither rejected nor cancelled."""
        return self.filter(is_live=True)


class Declaration(Table):
    """One row is one declaration to one customs office; its states are what the office last said.

    `state` is the goods' and `debt_state` the money's. `last_sequence` is the place of the office's
    last message that had its turn; 0 is none yet. `last_issued_at` is the latest issue of one that took effect.
    """

    number = models.CharField(max_length=40, unique=True, help_text="Ours.")
    mrn = models.CharField(max_length=40, null=True, help_text="The office's own, once it has told one.")
    provisional_number = models.CharField(
        max_length=40,
        null=True,
        help_text="Where an office numbers twice, what it goes by until the office's own is told.",
    )
    waiting_since = models.DateTimeField(
        null=True, help_text="When the oldest of the messages came that wait in its lane; a lower bound."
    )
    kind = models.CharField(max_length=10, choices=enum_choices(DeclarationKind))
    office = models.CharField(max_length=12)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="declarations")
    consignment = models.ForeignKey(
        "bonded.Consignment", on_delete=models.PROTECT, null=True, related_name="declarations"
    )
    withdrawal = models.ForeignKey(
        "bonded.Withdrawal", on_delete=models.PROTECT, null=True, related_name="declarations"
    )
    state = models.CharField(max_length=20, choices=enum_choices(DeclarationState), default=DeclarationState.DRAFT)
    debt_state = models.CharField(max_length=20, choices=enum_choices(DebtState), default=DebtState.NOT_TOLD)
    last_sequence = models.IntegerField(default=0)
    last_issued_at = models.DateTimeField(null=True)
    version = models.IntegerField(
        default=1, help_text="Counts the times that the goods were stated; an amendment adds one."
    )
    lodged_at = models.DateTimeField(null=True)
    status_changed_at = models.DateTimeField()

    # The unique constraints look at this and not at the state, so that a step of a live declaration changes no index.
    is_live = models.GeneratedField(
        expression=models.Case(
            models.When(state__in=[state.value for state in sorted(LIVE_STATES)], then=models.Value(value=True)),
            default=models.Value(value=False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    # Asked by the watch over silent offices; an index on the state itself would be written with every step.
    is_under_way = models.GeneratedField(
        expression=models.Case(
            models.When(state__in=[state.value for state in sorted(UNDER_WAY_STATES)], then=models.Value(value=True)),
            default=models.Value(value=False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", DeclarationKind, "a_declaration_is_of_a_known_kind"),
            values_check("state", DeclarationState, "a_declaration_is_in_a_known_state"),
            values_check("debt_state", DebtState, "a_declaration_has_a_known_debt"),
            models.CheckConstraint(
                condition=Q(kind=DeclarationKind.INTO_BOND, consignment__isnull=False, withdrawal__isnull=True)
                | Q(kind=DeclarationKind.WITHDRAWAL, consignment__isnull=True, withdrawal__isnull=False),
                name="a_declaration_is_of_one_consignment_or_one_withdrawal",
            ),
            models.CheckConstraint(
                condition=Q(state=DeclarationState.DRAFT) | Q(lodged_at__isnull=False),
                name="a_lodged_declaration_says_when",
            ),
            models.CheckConstraint(condition=Q(last_sequence__gte=0), name="a_sequence_is_counted_from_nothing"),
            models.UniqueConstraint(
                fields=["consignment"], condition=Q(is_live=True), name="a_consignment_has_one_live_declaration"
            ),
            models.UniqueConstraint(
                fields=["withdrawal"], condition=Q(is_live=True), name="a_withdrawal_has_one_live_declaration"
            ),
        ]
        indexes = [
            models.Index(F("company"), F("id"), name="declarations_of_a_company"),
            models.Index(F("mrn"), name="declarations_by_mrn", condition=Q(mrn__isnull=False)),
            models.Index(
                F("provisional_number"),
                name="declarations_by_provisional",
                condition=Q(provisional_number__isnull=False),
            ),
            models.Index(F("id"), name="declarations_under_way", condition=Q(is_under_way=True)),
        ]

    def __str__(self) -> str:
        return self.number


class CustomsStatusChange(AppendOnlyTable):
    """One row is one step of a declaration, with the office's message that made it, if one did.

    The stream is `declaration:<id>`. The message is named by its id and not by a foreign key,
    because raw messages are put away after their legal term and this history is not.
    """

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, db_index=False, related_name="status_changes"
    )
    before = models.CharField(max_length=20, choices=enum_choices(DeclarationState))
    after = models.CharField(max_length=20, choices=enum_choices(DeclarationState))
    debt = models.CharField(
        max_length=20, null=True, choices=enum_choices(DebtState), help_text="The debt's new status, where it changed."
    )
    message_id = models.CharField(max_length=80, null=True)
    sequence = models.IntegerField(null=True)
    code_list = models.CharField(max_length=12, null=True, choices=enum_choices(CodeListName))
    status = models.CharField(max_length=12, null=True, help_text="The office's own code.")
    issued_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    objects = TableQuerySet["CustomsStatusChange"].as_manager()

    class Meta:
        constraints = [
            values_check("before", DeclarationState, "a_status_changes_from_a_known_state"),
            values_check("after", DeclarationState, "a_status_changes_to_a_known_state"),
            models.CheckConstraint(
                condition=Q(message_id__isnull=True, sequence__isnull=True, status__isnull=True, issued_at__isnull=True)
                | Q(
                    message_id__isnull=False,
                    sequence__isnull=False,
                    status__isnull=False,
                    issued_at__isnull=False,
                ),
                name="a_status_change_names_its_whole_message",
            ),
            # The guard of last resort: whatever a worker does, one sequence takes effect once.
            models.UniqueConstraint(fields=["declaration", "sequence"], name="a_sequence_takes_effect_once"),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
