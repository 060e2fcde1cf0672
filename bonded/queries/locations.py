"""What lies where: places with everything below them summed by the database, and the lots of one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from bonded.models.locations import Location
from bonded.models.lots import KEEPING_SQL, Lot, LotQuerySet
from bonded.rules.errors import NotFound
from bonded.rules.locations import Keeping
from bonded.rules.lots import CustomsState, GoodsState, LotKind
from bonded.rules.money import Money
from bonded.rules.permissions import Act, Actor, require

# More places side by side than these are found by their codes, not on one page.
MOST_PLACES = 200
# So few places are read by their index; for more, the whole table is read once and what lies elsewhere left out.
FEW_PLACES = 200
# So many outermost places and those below are read, and one more: a file takes no more rows.
MOST_OUTER_PLACES = 10_000


@dataclass(slots=True)
class Holdings:
    """How much lies somewhere: lots, by how they are kept, carats to 0.001, and what is under bond, by currency."""

    by_keeping: Counter[str] = field(default_factory=Counter)
    weight_carats: Decimal = Decimal(0)
    bonded_minor: Counter[str] = field(default_factory=Counter)

    @property
    def lots(self) -> int:
        """Count all of them."""
        return self.by_keeping.total()

    @property
    def bonded_value(self) -> list[Money]:
        """Give what the lots under bond are worth, by invoice, one amount for each currency."""
        return [Money(minor, currency) for currency, minor in sorted(self.bonded_minor.items()) if minor]

    def add(self, other: Holdings) -> None:
        """Take another's into these."""
        self.by_keeping += other.by_keeping
        self.weight_carats += other.weight_carats
        self.bonded_minor += other.bonded_minor


@dataclass(frozen=True, slots=True)
class Place:
    """One place with what lies in it and below it."""

    id: int
    code: str
    kind: str
    parent_id: int | None
    holdings: Holdings


# A place that somebody put below itself is gone through once.
_TREE = """
    WITH RECURSIVE tree (id, shown, depth) AS (
        SELECT id, id, 0 FROM bonded_location WHERE CASE WHEN %(top)s = 0 THEN parent_id IS NULL ELSE id = %(top)s END
        UNION ALL
        SELECT below.id, CASE tree.depth WHEN 0 THEN below.id ELSE tree.shown END, tree.depth + 1
          FROM bonded_location below JOIN tree ON below.parent_id = tree.id
    ) CYCLE id SET is_again USING way
"""
_SUMS = f"""
    SELECT bonded_lot.location_id AS place, bonded_lot.currency, {KEEPING_SQL} AS keeping, count(*) AS lots,
           sum(bonded_lot.weight_carats) AS carats,
           sum(CASE WHEN bonded_lot.customs_state = ANY(%(under_bond)s) THEN bonded_lot.value_minor ELSE 0 END) AS minor
      FROM bonded_lot WHERE (%(kind)s = '' OR bonded_lot.kind = %(kind)s) AND {{where}} GROUP BY 1, 2, 3
"""  # noqa: S608 (put together from constants)
# Lots are summed by their own place before the tree is joined: a million rows then make a few thousand.
_IN_PLACES = f"""
    {_TREE}, sums AS MATERIALIZED ({_SUMS})
    SELECT tree.shown, sums.currency, sums.keeping, sum(sums.lots)::bigint, sum(sums.carats), sum(sums.minor)::bigint
      FROM sums JOIN tree ON tree.id = sums.place AND NOT tree.is_again
     WHERE %(keeping)s = '' OR sums.keeping = %(keeping)s GROUP BY 1, 2, 3
"""  # noqa: S608
_EVERYWHERE = _IN_PLACES.format(where="bonded_lot.location_id IS NOT NULL")
_BELOW = _IN_PLACES.format(where="bonded_lot.location_id = ANY(%(within)s)")
_EXPECTED = f"""
    SELECT 0, currency, keeping, lots, carats, minor::bigint
      FROM ({_SUMS.format(where="bonded_lot.location_id IS NULL AND bonded_lot.goods_state = 'expected'")}) AS sums
     WHERE %(keeping)s = '' OR keeping = %(keeping)s
"""  # noqa: S608
_UNDER_BOND = [CustomsState.BONDED.value, CustomsState.RELEASED.value]


def _sums(
    statement: str, kind: LotKind | None, keeping: Keeping | None, top: int = 0, within: Sequence[int] = ()
) -> dict[int, Holdings]:
    names: dict[str, Any] = {"top": top, "within": list(within), "under_bond": _UNDER_BOND}
    names |= {"kind": kind or "", "keeping": keeping or ""}
    found: dict[int, Holdings] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, names)
        for place, currency, kept, lots, carats, minor in cursor:
            part = Holdings(Counter({kept: lots}), carats, Counter({currency: minor}))
            found.setdefault(place, Holdings()).add(part)
    return found


def places_with_holdings(
    *, top: Location | None, kind: LotKind | None = None, keeping: Keeping | None = None, actor: Actor
) -> tuple[list[Place], Holdings]:
    """Give a place and those right below it, and what lies in them all; without one, the outermost and those below.

    A place right below carries everything down to its trays, an outer one what lies in itself. Outer places come
    first, each by its code, one more than 200 at most (without a place, than ten thousand), by which a longer list is
    known, while the sum is of all; runs three SQL statements.
    """
    require(actor, Act.READ_VAULT)
    if top:
        rows = [top, *Location.objects.filter(parent=top).order_by("code")[: MOST_PLACES + 1]]
    else:
        outer_first = (F("parent").asc(nulls_first=True), "code")
        rows = list(
            Location.objects.filter(parent__parent__isnull=True).order_by(*outer_first)[: MOST_OUTER_PLACES + 1]
        )
    within = _ids_below(top) if top else []
    statement = _BELOW if top and len(within) <= FEW_PLACES else _EVERYWHERE
    sums = _sums(statement, kind, keeping, top.pk if top else 0, within)
    places = [Place(one.pk, one.code, one.kind, one.parent_id, sums.get(one.pk, Holdings())) for one in rows]
    return places, sum_of(sums.values())


def expected_holdings(*, kind: LotKind | None = None, keeping: Keeping | None = None, actor: Actor) -> Holdings:
    """Give what is announced and not here yet."""
    require(actor, Act.READ_VAULT)
    return _sums(_EXPECTED, kind, keeping).get(0, Holdings())


def sum_of(holdings: Iterable[Holdings]) -> Holdings:
    """Add up what lies in several places."""
    whole = Holdings()
    for one in holdings:
        whole.add(one)
    return whole


def place_by_code(code: str, *, actor: Actor) -> Location:
    """Give one place with those that it lies in; raises NotFound."""
    require(actor, Act.READ_VAULT)
    for place in Location.objects.filter(code=code).select_related("parent__parent__parent__parent"):
        return place
    raise NotFound("There is no such place.", code=code[:40])


def way_to(place: Location) -> Sequence[Location]:
    """Give the places that a place lies in, the outermost first, five at most."""
    way: list[Location] = []
    outer = place.parent
    while outer is not None and len(way) < 5:
        way.insert(0, outer)
        outer = outer.parent
    return way


def lots_kept(
    *, place: Location | None, kind: LotKind | None = None, keeping: Keeping | None = None, actor: Actor
) -> LotQuerySet:
    """Give the lots in a place and below it, without one those expected, each with its `keeping`.

    Asks for the places below by one SQL statement; the lots are asked for when they are read.
    """
    require(actor, Act.READ_VAULT)
    lots = Lot.objects.visible_to(actor).with_keeping(keeping).select_related("location", "supplier")
    if place is None:
        lots = lots.filter(location__isnull=True, goods_state=GoodsState.EXPECTED)
    else:
        lots = lots.filter(location__in=_ids_below(place))
    return lots.filter(kind=kind) if kind else lots


def _ids_below(place: Location) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_TREE} SELECT DISTINCT id FROM tree", {"top": place.pk})  # noqa: S608 (a constant)
        return [place_id for (place_id,) in cursor]
