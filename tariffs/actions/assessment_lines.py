"""Writing the lines of an assessment with their working: one COPY, however many lots leave together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson
from django.db import connection

from bonded.rules.lots import GoodsFacts
from tariffs.models.assessments import Assessment
from tariffs.queries.assessments import CHARGES, stored_steps
from tariffs.queries.landed_costs import LandedCost
from tariffs.rules.regimes import usual_regime

_COLUMNS = (
    *("stream", "assessment_id", "lot_id", "hs_code", "origin", "regime", "pieces", "weight_carats"),
    *("value_minor", "currency", "measure_versions", "rate_versions", "steps"),
    *(f"{name}_minor" for name in CHARGES),
)
_COPY = f"COPY tariffs_assessmentline ({', '.join(_COLUMNS)}) FROM STDIN"


def write_assessment_lines(assessment: Assessment, goods: Sequence[GoodsFacts], cost: LandedCost) -> None:
    """Write a line for each of the goods, in their order, in which `cost` assessed them."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in _rows(assessment, goods, cost):
            copy.write_row(row)


def _rows(assessment: Assessment, goods: Sequence[GoodsFacts], cost: LandedCost) -> Iterator[tuple[object, ...]]:
    stream, rates = f"assessment:{assessment.pk}", cost.rates
    for facts, line in zip(goods, cost.lines, strict=True):
        yield (
            *(stream, assessment.pk, facts.lot_id, facts.hs_code, facts.origin, usual_regime(facts.hs_code).value),
            *(facts.pieces, facts.weight_carats, facts.value.minor, facts.value.currency),
            _json([measure.version for measure in line.considered]),
            _json([rate.version for rate in rates if rate.currency == facts.value.currency]),
            _json(stored_steps(line)),
            *(getattr(line.charges, name).minor for name in CHARGES),
        )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
