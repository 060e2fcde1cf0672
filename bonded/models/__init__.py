"""The tables of the bonded floor."""

from bonded.models.activity import Activity
from bonded.models.bond_entries import BondEntry
from bonded.models.consignments import Consignment
from bonded.models.custody import CustodyMovement
from bonded.models.documents import KimberleyCertificate
from bonded.models.holds import Hold
from bonded.models.idempotency import IdempotentAnswer
from bonded.models.locations import Location
from bonded.models.lots import Lot
from bonded.models.parties import ApiToken, Company, Membership, User
from bonded.models.withdrawals import GrantedClearance, ReleaseToken, Withdrawal, WithdrawalLot

__all__ = (
    "Activity",
    "ApiToken",
    "BondEntry",
    "Company",
    "Consignment",
    "CustodyMovement",
    "GrantedClearance",
    "Hold",
    "IdempotentAnswer",
    "KimberleyCertificate",
    "Location",
    "Lot",
    "Membership",
    "ReleaseToken",
    "User",
    "Withdrawal",
    "WithdrawalLot",
)
