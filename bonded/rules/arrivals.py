"""Taking a consignment in lot by lot: what a keeper reads at the door before the whole of it is received."""

from __future__ import annotations

from bonded.rules.errors import InputInvalid, RuleViolation


class LotWeighedAlready(RuleViolation):
    """Somebody has weighed the lot since; who means to weigh it again says so."""

    code = "lot_weighed_already"


class WeighedSince(RuleViolation):
    """A lot was weighed, or weighed again, after the page was opened that two keepers confirm."""

    code = "weighed_since"


class WeighedByAnother(RuleViolation):
    """Somebody who neither receives nor confirms has weighed one of the lots."""

    code = "weighed_by_another"


class SealUsedBefore(RuleViolation):
    """The seal has closed a packet once; a seal is never on again."""

    code = "seal_used_before"


class LocationUnknown(InputInvalid):
    """The text is no place of this vault."""

    code = "location_unknown"


class LocationKeepsNothing(InputInvalid):
    """Goods pass through a place such as a desk or a gate, and do not stay there."""

    code = "location_keeps_nothing"
