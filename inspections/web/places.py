"""Where this app's pages are linked from, and what it writes on others' pages."""

from django.utils.translation import gettext_lazy as _

from bonded.rules.permissions import Role
from bonded.web.base import Link
from inspections.web.desk import WATCHERS, visit_of_code
from inspections.web.offers import BUYERS_BUTTONS, READERS
from inspections.web.sessions import VIEWINGS
from inspections.web.visits import VISITORS, visits_by_id

LINKS = (
    Link("vault_today", _("Today"), frozenset({Role.VAULT_KEEPER}), order=5),
    Link("visits_today", _("Today"), frozenset(WATCHERS) - {Role.VAULT_KEEPER}, order=19),
    Link("visits", _("Visits"), VISITORS, order=20),
    Link("book", _("Book"), frozenset({Role.BUYER}), order=15),
    Link("offers", _("Offers"), frozenset(READERS) - {Role.CUSTOMS_OFFICER, Role.VAULT_KEEPER}, order=30),
)
CODES = (visit_of_code,)
SECTIONS = (BUYERS_BUTTONS, VIEWINGS)
FINDERS = (visits_by_id,)
