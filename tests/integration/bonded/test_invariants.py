"""Asking the must-be-empty questions: the answer is kept, and a broken sentence is said."""

import pytest
from django.core.management import CommandError, call_command

from bonded.actions.invariants import ask_invariants
from bonded.models import InvariantReport, Lot
from bonded.rules.errors import NotPermitted
from tests.situations.bonded import a_sealed_lot


def test_ask_invariants__keeps_the_answer(cast, at):
    a_sealed_lot(cast, at)

    report = ask_invariants(actor=cast.audrey, at=at)

    assert (report.broken, InvariantReport.objects.get().asked_at) == ([], at)
    assert report.questions > 15


@pytest.mark.breaks_invariants
def test_verify__fails_when_a_sentence_does_not_hold(cast, at, capsys):
    lot = a_sealed_lot(cast, at)
    Lot.objects.filter(pk=lot.pk).update(weight_carats="0.900")

    with pytest.raises(CommandError, match="1 of"):
        call_command("verify")

    assert lot.stock_number in capsys.readouterr().out


def test_ask_invariants__is_not_for_buyers(cast, at):
    with pytest.raises(NotPermitted):
        ask_invariants(actor=cast.alice, at=at)

    assert InvariantReport.objects.count() == 0
