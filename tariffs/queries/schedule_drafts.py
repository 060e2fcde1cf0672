"""Drafts of the schedule: what they would change, and which days of which codes they would leave without a rate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

import orjson
from django.db import connection

from bonded.models.base import TableQuerySet
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.schedule import Measure
from tariffs.models.schedule_drafts import ScheduleDraft
from tariffs.models.versions import Version
from tariffs.queries.schedule_rollbacks import rollback_cells
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.permissions import Act, require
from tariffs.rules.schedule import NO_DOCUMENT, MeasureKind
from tariffs.rules.schedule_coverage import Cover, Gap, gaps_of, gaps_opened
from tariffs.rules.schedule_drafts import WAITING, Change
from tariffs.rules.schedule_files import Place, exchange_rates_of, measures_of
from tariffs.rules.schedule_rows import ExchangeRateRow, MeasureRow, Row

# What has fewer digits is a chapter or a heading, and no code of goods.
DIGITS = 6


def drafts_for(actor: Actor) -> TableQuerySet[ScheduleDraft]:
    """Give all drafts, to be ordered and paged."""
    require(actor, Act.READ_DRAFT)
    return ScheduleDraft.objects.select_related("drafted_by", "approved_by")


def draft_by_id(draft_id: UUID, *, actor: Actor) -> ScheduleDraft:
    """Give one draft; raises NotFound."""
    require(actor, Act.READ_DRAFT)
    draft = ScheduleDraft.objects.select_related("drafted_by", "approved_by").filter(pk=draft_id).first()
    if draft is None:
        raise NotFound("There is no such draft.", draft_id=str(draft_id))
    return draft


def rows_of(draft: ScheduleDraft) -> tuple[list[MeasureRow], list[ExchangeRateRow]]:
    """Read the draft's rows again; they were read without a fault when it was made.

    Those of a rollback that waits are found anew, so that it always goes back all the way from what is believed now.
    """
    told = draft.measures
    if draft.known_at is not None and draft.from_on is not None and draft.state in WAITING:
        told = rollback_cells(known_at=draft.known_at, from_on=draft.from_on)
    measures = measures_of([(Place("/measures", n), cells) for n, cells in enumerate(told)])
    rates = exchange_rates_of([(Place("/exchange_rates", n), cells) for n, cells in enumerate(draft.exchange_rates)])
    return measures, rates


def changes_of(draft: ScheduleDraft) -> list[Change]:
    """Compare every row of a draft with what is believed of its days now, in the order of the rows."""
    measures, rates = rows_of(draft)
    return [*_changes(Measure, measures), *_changes(ExchangeRate, rates)]


def digest_of(changes: Sequence[Change]) -> str:
    """Give what two lists of changes share only if they are the same."""
    return hashlib.sha256(orjson.dumps([asdict(change) for change in changes])).hexdigest()


def _changes(model: type[Version], rows: Sequence[Row]) -> list[Change]:
    believed: dict[tuple[str, ...], list[Version]] = {}
    if rows:
        for version in model._default_manager.filter(known__upper_inf=True).order_by("validity", "pk"):
            believed.setdefault(tuple(getattr(version, column) for column in model.KEY), []).append(version)
    return [_change(model, row, believed.get(row.key, [])) for row in rows]


def _change(model: type[Version], row: Row, versions: Sequence[Version]) -> Change:
    concerned = [version for version in versions if version.days.overlaps(row.validity)]
    told = [name for name in model.CONTENT if name != "is_verified"]
    if row.is_end:
        is_new = not all(version.is_end for version in concerned)
    else:
        is_new = not any(
            version.days.from_on <= row.validity.from_on
            and (version.days.until_on or date.max) >= (row.validity.until_on or date.max)
            and all(getattr(version, name) == getattr(row, name) for name in told)
            for version in concerned
        )
    return Change(
        what=" ".join(word for word in row.key if word),
        says=row.says,
        from_on=row.validity.from_on,
        until_on=row.validity.until_on,
        before=[f"{version.version} {version.says} {_span(version)}" for version in concerned],
        is_new=is_new,
    )


def _span(version: Version) -> str:
    days = version.days
    return f"from {days.from_on.isoformat()}" + (f" until {days.until_on.isoformat()}" if days.until_on else "")


def gaps_left_by(measures: Sequence[MeasureRow], *, begins: date) -> list[Gap]:
    """Give the days from `begins` on for which codes would lack a charge once the rows are published.

    A row with a rate takes no day away, so only the code that it names is looked at; a row that ends a measure is
    about every code that the measure covered and that is still named, in the schedule or in bond.
    """
    ours = [row for row in measures if row.jurisdiction is Jurisdiction.CN]
    said = [(row.is_end, _cover_of(row)) for row in ours if row.needs_document == NO_DOCUMENT]
    ends, added = ([cover for is_end, cover in said if is_end is wanted] for wanted in (True, False))
    believed = _believed_covers()
    named = {row.hs_code for row in ours if not row.is_end and len(row.hs_code) >= DIGITS}
    gaps = gaps_of([*added, *believed], hs_codes=named, begins=begins)
    if ends:
        gaps += gaps_opened(believed, ends, added=added, in_bond=_codes_in_bond(), begins=begins)
    return list(dict.fromkeys(gaps))


def _cover_of(row: MeasureRow) -> Cover:
    """Give what a row says for coverage."""
    return Cover(row.kind, row.hs_code, row.origin, row.regime, row.validity)


def gaps_in_bond(*, begins: date, actor: Actor) -> list[Gap]:
    """Give the days from `begins` on for which goods that are here lack a charge, as published."""
    require(actor, Act.READ_DRAFT)
    return gaps_of(_believed_covers(), hs_codes=_codes_in_bond(), begins=begins)


def _codes_in_bond() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT hs_code FROM bonded_lot WHERE customs_state = 'bonded'")
        return {code for (code,) in cursor.fetchall()}


def _believed_covers() -> list[Cover]:
    rows = Measure.objects.known().charging().filter(jurisdiction=Jurisdiction.CN, needs_document=NO_DOCUMENT)
    return [Cover(MeasureKind(row.kind), row.hs_code, row.origin, row.regime, row.days) for row in rows]
