"""What sessions show of their lots."""

from __future__ import annotations

from collections.abc import Collection

from bonded.queries.lots import goods_facts
from bonded.rules.lots import GoodsFacts
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.rules.shortages import shortage


def shortages_of(session: ViewingSession) -> list[GoodsFacts]:
    """Give what is missing of the lots that came back lighter or fewer than tolerance allows, in the order of ids."""
    short = session.lots.filter(is_within_tolerance=False, in_carats__isnull=False).select_related("lot")
    found = []
    for one in short.order_by("lot_id"):
        assert one.in_carats is not None
        assert one.in_pieces is not None
        missing = shortage(
            goods_facts([one.lot])[0],
            out_carats=one.out_carats,
            in_carats=one.in_carats,
            out_pieces=one.out_pieces,
            in_pieces=one.in_pieces,
        )
        found += [missing] if missing else []
    return found


def weighings_of_lots(lot_ids: Collection[int], *, most: int) -> list[SessionLot]:
    """Give when lots were weighed out to be looked at, and in again, with visit and finding, the newest first.

    At most so many; one SQL statement. It says what every company did with a lot: for staff only.
    """
    rows = SessionLot.objects.filter(lot__in=lot_ids).select_related(
        "lot", "session__booking__company", "session__checked_in_by", "finding"
    )
    return list(rows.order_by("-session__checked_in_at", "-pk")[:most])
