"""Where this app's pages are linked from, and what it writes on others' pages."""

from django.utils.translation import gettext_lazy as _

from bonded.rules.permissions import Role
from bonded.web.base import Link
from tariffs.web.catalogue import kept_search_by_id
from tariffs.web.duty import DUTY
from tariffs.web.landed_costs import LANDED_COST

OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
LINKS = (
    Link("stones", _("Stones"), frozenset(Role) - {Role.ANONYMOUS, Role.SYSTEM}, order=10),
    Link("company", _("Account"), frozenset({Role.BUYER}), order=50),
    Link("money", _("Money"), OVERSEERS, order=60),
    Link("guarantees", _("Guarantees"), OVERSEERS, order=61),
    Link("schedule", _("Schedule"), OVERSEERS, order=62),
)
FINDERS = (kept_search_by_id,)
SECTIONS = (LANDED_COST, DUTY)
