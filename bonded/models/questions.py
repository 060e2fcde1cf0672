"""Questions about withdrawals, and their answers."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet
from bonded.models.withdrawals import Withdrawal
from bonded.rules.permissions import Actor


class QuestionQuerySet(TableQuerySet["Question"]):
    """Questions."""

    def visible_to(self, actor: Actor) -> QuestionQuerySet:
        """Keep those about withdrawals that the actor may see."""
        if actor.is_staff:
            return self
        return self.filter(withdrawal__in=Withdrawal.objects.visible_to(actor))


class Question(Table):
    """One row is what one officer asks the company of a withdrawal, and the answer once there is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    withdrawal = models.ForeignKey("bonded.Withdrawal", on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(max_length=2000)
    asked_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_question_asks_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="an_answer_names_its_person_and_moment",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")),
                name="nobody_answers_their_own_question",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk} on {self.withdrawal_id}"
