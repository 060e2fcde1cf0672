"""Where rows of tariffs are locked: guarantee account → debt → match → ledger account.

Accounts of the ledger are locked by the statement that posts to them (tariffs/actions/postings.py), in id order.
They come after bonded's (… → lot → declaration → withdrawal) and before those of inspections.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bonded.rules.errors import NotFound
from tariffs.models.bank_statements import PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.rules.guarantees import GuaranteeMissing, ReservationPurpose


def lock_guarantee(company_id: int) -> GuaranteeAccount:
    """Lock a company's guarantee account; raises GuaranteeMissing."""
    for account in GuaranteeAccount.objects.filter(company_id=company_id).locked():
        return account
    raise GuaranteeMissing("The company has no guarantee account.", company_id=company_id)


def lock_guarantees(company_ids: Collection[int]) -> dict[int, GuaranteeAccount]:
    """Lock the accounts of companies in id order, by company; those that have none are left out."""
    accounts = GuaranteeAccount.objects.filter(company_id__in=company_ids).locked()
    return {account.company_id: account for account in accounts}


def lock_reservation(
    *, purpose: ReservationPurpose, reference: UUID
) -> tuple[GuaranteeAccount, GuaranteeReservation] | None:
    """Lock the account of a reservation and then the reservation; None when nothing was reserved for that."""
    found = GuaranteeReservation.objects.filter(purpose=purpose, reference=reference)
    company_id = found.values_list("account__company_id", flat=True).first()
    if company_id is None:
        return None
    account = lock_guarantee(company_id)
    return account, found.locked().get()


def lock_debts(debt_ids: Collection[UUID]) -> list[DutyDebt]:
    """Lock debts in id order."""
    return list(DutyDebt.objects.filter(pk__in=debt_ids).locked())


def lock_match(match_id: int) -> PaymentMatch:
    """Lock one match; raises NotFound."""
    for match in PaymentMatch.objects.filter(pk=match_id).locked():
        return match
    raise NotFound("There is no such match.", match_id=match_id)
