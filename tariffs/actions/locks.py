"""Where rows of tariffs are locked: schedule's turn; matching's; guarantee account → debt → match → ledger account.

Accounts of the ledger are locked by the statement that posts to them (tariffs/actions/postings.py), in id order.
They come after bonded's (… → lot → declaration → withdrawal) and before those of inspections.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from tariffs.models.account_statements import AccountStatement
from tariffs.models.bank_statements import PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.models.ledger import LedgerAccount
from tariffs.rules.debts import DebtState
from tariffs.rules.guarantees import OPEN_STATES, GuaranteeMissing, ReservationPurpose
from tariffs.rules.ledger import AccountCode


def lock_schedule() -> None:
    """Take the turn of the one who changes the schedule or the exchange rates, so that changes follow each other.

    The turn ends with the transaction. A lock of no row, because what the first publisher of a day would lock is not
    there yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tariffs_scheduledraft'))")


def lock_matching() -> None:
    """Take the turn of the one who matches lines of statements to debts: two files could claim one debt otherwise.

    The turn ends with the transaction. A lock of no row, because which debts are claimed only matching says.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tariffs_paymentmatch'))")


def lock_guarantee(company_id: int) -> GuaranteeAccount:
    """Lock a company's guarantee account; raises GuaranteeMissing."""
    for account in GuaranteeAccount.objects.where("company_id = %s FOR UPDATE", [company_id]):
        return account
    raise GuaranteeMissing("The company has no guarantee account.", company_id=company_id)


def lock_guarantees_of(
    *, purpose: ReservationPurpose, references: Collection[UUID], company_ids: Collection[int] = ()
) -> None:
    """Lock the guarantee accounts that stand for some things, whosever they are, and those of some companies.

    Who needs more than one of them needs them all at once: locked one after the other as they come up,
    two acts would lock them crosswise. A claim stays on its account, so it may be read before the lock.
    """
    claims = GuaranteeReservation.objects.filter(purpose=purpose, reference__in=references)
    account_ids = list(claims.values_list("account_id", flat=True))
    list(GuaranteeAccount.objects.filter(Q(pk__in=account_ids) | Q(company_id__in=company_ids)).locked())


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


def lock_known_reservation(
    *, purpose: ReservationPurpose, reference: UUID
) -> tuple[GuaranteeAccount, GuaranteeReservation]:
    """Lock the account of a reservation and then the reservation; raises NotFound when nothing was reserved."""
    found = lock_reservation(purpose=purpose, reference=reference)
    if found is None:
        raise NotFound("Nothing was reserved for this.", purpose=purpose.value, reference=str(reference))
    return found


def lock_account(account_id: int) -> GuaranteeAccount | None:
    """Lock a guarantee account unless somebody else has it: then None, for a later sweep."""
    return GuaranteeAccount.objects.filter(pk=account_id).select_for_update(skip_locked=True, of=("self",)).first()


def lock_lapsed_reservations(account: GuaranteeAccount, *, at: datetime, limit: int) -> list[GuaranteeReservation]:
    """Lock up to so many reservations of a locked account that have run out."""
    lapsed = account.reservations.filter(state__in=OPEN_STATES, expires_at__lte=at)
    return list(lapsed.select_for_update(of=("self",)).order_by("pk")[:limit])


def lock_debts(debt_ids: Collection[UUID]) -> list[DutyDebt]:
    """Lock debts in id order."""
    return list(DutyDebt.objects.filter(pk__in=debt_ids).locked())


def lock_debts_of_withdrawal(withdrawal_id: UUID) -> list[DutyDebt]:
    """Lock the debts of a locked withdrawal that were not withdrawn, and before them what secures them."""
    debts = list(DutyDebt.objects.filter(withdrawal_id=withdrawal_id).exclude(state=DebtState.WITHDRAWN))
    for debt in debts:
        if debt.reservation_id:
            lock_reservation(purpose=ReservationPurpose.WITHDRAWAL, reference=debt.assessment_id)
    return lock_debts([debt.pk for debt in debts])


def lock_receivable(company_id: int, currency: str) -> None:
    """Lock a company's account of the books, if it is opened: every entry on it is then committed or still to come."""
    accounts = LedgerAccount.objects.filter(code=AccountCode.RECEIVABLE, company=company_id, currency=currency)
    list(accounts.locked())


def lock_account_statement(statement_id: UUID, *, actor: Actor) -> AccountStatement:
    """Lock an ordered statement, read without its documents; raises NotFound when it is not this actor's."""
    visible = AccountStatement.objects.visible_to(actor).defer("pdf", "csv")
    for statement in visible.filter(pk=statement_id).locked():
        return statement
    raise NotFound("There is no such statement.", statement_id=str(statement_id))


def lock_match(match_id: int) -> PaymentMatch:
    """Lock one match; raises NotFound."""
    for match in PaymentMatch.objects.filter(pk=match_id).locked():
        return match
    raise NotFound("There is no such match.", match_id=match_id)
