"""Where this app's pages are linked from, and where numbers are looked for."""

from django.utils.translation import gettext_lazy as _

from bonded.rules.permissions import Role
from bonded.web.custody import CUSTODY
from bonded.web.find import consignments_by_reference, declarations_by_number, lots_by_number
from bonded.web.navigation import Link
from bonded.web.officer_queue import FIRST_OF_QUEUE
from bonded.web.withdrawals import READERS, withdrawals_by_id

FINDERS = (lots_by_number, declarations_by_number, consignments_by_reference, withdrawals_by_id)
SECTIONS = (FIRST_OF_QUEUE, CUSTODY)
LINKS = (
    Link("queue", _("Queue"), frozenset({Role.CUSTOMS_OFFICER}), order=5),
    Link("gate", _("Gate"), frozenset({Role.VAULT_KEEPER}), order=35),
    Link("withdrawals", _("Withdrawals"), frozenset(READERS), order=40),
)
