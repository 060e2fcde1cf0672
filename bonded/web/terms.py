"""The words of the trade that a page explains where it uses them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TERMS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "under_bond": (
        _("under bond"),
        _("Imported, kept under customs' eyes, and no duty paid on it yet."),
    ),
    "landed_cost": (
        _("landed cost"),
        _("The price with duty, consumption tax and VAT: what the stone would cost in the country today."),
    ),
    "headroom": (
        _("headroom"),
        _("What is left of the guarantees: how much more duty could be secured or put off."),
    ),
    "guarantee": (
        _("guarantee"),
        _("A bank's, an insurer's or a cash promise that the duty will be paid."),
    ),
    "cachet": (
        _("cachet"),
        _("A sealed offer: while it is open, the lot is kept for it and nobody else may offer."),
    ),
    "lot": (_("lot"), _("One stone, or a parcel of stones that are sold together.")),
    "release": (_("release"), _("Customs' leave to take the goods out of bond.")),
    "withdrawal": (_("withdrawal"), _("The request to take lots out of bond, for home use or to leave the country.")),
    "deferment": (_("deferment"), _("Duty that is owed and secured, and paid on a later day.")),
    "kimberley": (
        _("Kimberley certificate"),
        _("The paper without which no rough diamond may cross a border."),
    ),
    "seal": (_("seal"), _("A numbered closure; whoever opens the bag breaks it, and the number is written down.")),
    "hold": (_("hold"), _("A stop on a lot: it stays where it is until the hold is lifted.")),
    "mrn": (_("declaration number"), _("The number under which customs knows a declaration.")),
    "countersign": (_("countersign"), _("A second officer's signature, asked for above a value.")),
    "lane": (_("lane"), _("How customs treats a declaration: green goes through, yellow papers, red the goods.")),
}
