"""What companies' machines are told of duty: that it was assessed and is due, never how much."""

from bonded.models import ClientEvent
from tariffs.actions.duty import pay_duty
from tests.cast import Cast
from tests.situations.tariffs import a_schedule, an_assessed_withdrawal


def test_pay_duty__tells_the_company_what_was_assessed_and_is_due(cast: Cast, at) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)

    events = ClientEvent.objects.order_by("pk").values_list("company_id", "kind", "subject_kind", "subject_id", "facts")
    assert list(events) == [
        (
            cast.alder.pk,
            "duty.assessed",
            "withdrawal",
            str(withdrawal.pk),
            {"assessment_id": str(debt.assessment_id)},
        ),
        (
            cast.alder.pk,
            "charge.due",
            "duty_debt",
            str(debt.pk),
            {"withdrawal_id": str(withdrawal.pk), "status": "open", "due_on": debt.due_on.isoformat()},
        ),
    ]
