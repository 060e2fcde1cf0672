"""Where this app's pages are linked from, and where numbers are looked for."""

from django.utils.translation import gettext_lazy as _

from bonded.rules.permissions import Role
from bonded.web.arrivals import line_at_the_door
from bonded.web.consignments import READERS as CONSIGNMENT_READERS
from bonded.web.custody import CUSTODY
from bonded.web.customs_messages import READERS as MESSAGE_READERS
from bonded.web.customs_tasks import READERS as TASK_READERS
from bonded.web.find import consignments_by_reference, declarations_by_number, lots_by_number
from bonded.web.gate import pass_at_the_gate
from bonded.web.locations import WATCHERS, places_by_code
from bonded.web.navigation import Link
from bonded.web.officer_queue import FIRST_OF_QUEUE
from bonded.web.questions import ANSWERED, ASKED
from bonded.web.withdrawals import READERS, withdrawals_by_id

CODES = (line_at_the_door, pass_at_the_gate)
FINDERS = (lots_by_number, declarations_by_number, consignments_by_reference, withdrawals_by_id, places_by_code)
SECTIONS = (FIRST_OF_QUEUE, CUSTODY, ASKED, ANSWERED)
OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
LINKS = (
    Link("queue", _("Queue"), frozenset({Role.CUSTOMS_OFFICER}), order=5),
    Link("arrivals", _("Arrivals"), frozenset({Role.VAULT_KEEPER}), order=6),
    Link("customs_tasks", _("Customs tasks"), frozenset(TASK_READERS), order=42),
    Link("customs_messages", _("Messages"), frozenset(MESSAGE_READERS), order=8),
    Link("vault", _("Vault"), frozenset(WATCHERS), order=12),
    Link("gate", _("Gate"), frozenset({Role.VAULT_KEEPER}), order=35),
    Link("withdrawals", _("Withdrawals"), frozenset(READERS), order=40),
    Link("consignments", _("Consignments"), frozenset(CONSIGNMENT_READERS) - {Role.CUSTOMS_OFFICER}, order=45),
    Link("imports", _("Imports"), frozenset({Role.SUPPLIER, Role.ADMINISTRATOR}), order=46),
    Link("companies", _("Companies"), OVERSEERS, order=63),
    Link("health", _("Health"), OVERSEERS, order=64),
)
