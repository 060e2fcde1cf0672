"""Fills a platform with withdrawals to declare: `python -m tests.faults.seed COUNT` prints them as JSON."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import django

django.setup()

from bonded.models import ApiToken, Lot, Membership, Withdrawal, WithdrawalLot  # noqa: E402
from bonded.rules.withdrawals import Procedure  # noqa: E402
from tests.cast import make_cast  # noqa: E402
from tests.factories import ConsignmentFactory, LotFactory  # noqa: E402

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def main(count: int) -> None:
    """Write rows, not acts: what is tried here begins with the declaration."""
    cast = make_cast()
    consignment = ConsignmentFactory(supplier=cast.stones)
    withdrawals = Withdrawal.objects.bulk_create(
        Withdrawal(
            company=cast.alder,
            procedure=Procedure.HOME_USE,
            requested_by_id=cast.alice.user_id or 0,
            requested_at=AT,
        )
        for _ in range(count)
    )
    lots = Lot.objects.bulk_create(LotFactory.build_batch(count, consignment=consignment, supplier=cast.stones))
    WithdrawalLot.objects.bulk_create(
        WithdrawalLot(
            withdrawal=withdrawal,
            lot=lot,
            pieces=lot.pieces,
            weight_carats=lot.weight_carats,
            value_minor=lot.value_minor,
            currency=lot.currency,
        )
        for withdrawal, lot in zip(withdrawals, lots, strict=True)
    )
    membership = Membership.objects.get(user=cast.alice.user_id)
    _, token = ApiToken.objects.create(user=membership.user, prefix="btp_", membership=membership, name="faults")
    print(json.dumps({"token": token, "withdrawals": [str(withdrawal.pk) for withdrawal in withdrawals]}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
