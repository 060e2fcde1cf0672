"""The tables of the bonded floor."""

from bonded.models.activity import Activity
from bonded.models.added_customs_codes import AddedCustomsCode
from bonded.models.arrivals import ArrivalReading
from bonded.models.bond_entries import BondEntry
from bonded.models.client_events import ClientEvent
from bonded.models.consignment_files import ConsignmentFile, RefusedLine
from bonded.models.consignments import Consignment
from bonded.models.custody import CustodyMovement
from bonded.models.customs_message_ids import CustomsMessageId
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.models.customs_tallies import CustomsTally
from bonded.models.customs_tasks import CustomsTask
from bonded.models.declarations import CustomsStatusChange, Declaration
from bonded.models.documents import KimberleyCertificate
from bonded.models.holds import Hold
from bonded.models.idempotency import IdempotentAnswer
from bonded.models.invariants import InvariantReport
from bonded.models.locations import Location
from bonded.models.lot_grades import LotGrade
from bonded.models.lots import Lot
from bonded.models.notices import Notice, NoticePreference
from bonded.models.office_lines import OfficeLine
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.models.parties import ApiToken, Company, Membership, User
from bonded.models.questions import Question
from bonded.models.saved_searches import SavedSearch
from bonded.models.stream_heads import StreamHead
from bonded.models.webhooks import WebhookDelivery, WebhookEndpoint
from bonded.models.withdrawals import GrantedClearance, ReleaseToken, Withdrawal, WithdrawalLot

__all__ = (
    "Activity",
    "AddedCustomsCode",
    "ApiToken",
    "ArrivalReading",
    "BondEntry",
    "ClientEvent",
    "Company",
    "Consignment",
    "ConsignmentFile",
    "CustodyMovement",
    "CustomsMessageId",
    "CustomsStatusChange",
    "CustomsTally",
    "CustomsTask",
    "Declaration",
    "GrantedClearance",
    "Hold",
    "IdempotentAnswer",
    "IncomingCustomsMessage",
    "InvariantReport",
    "KimberleyCertificate",
    "Location",
    "Lot",
    "LotGrade",
    "Membership",
    "Notice",
    "NoticePreference",
    "OfficeLine",
    "OutgoingCustomsMessage",
    "Question",
    "RefusedLine",
    "ReleaseToken",
    "SavedSearch",
    "StreamHead",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Withdrawal",
    "WithdrawalLot",
)
