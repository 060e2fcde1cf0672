"""The document that clients are written from describes everything, and gives no name to two things."""

from __future__ import annotations

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator


def test_schema__is_made_without_a_warning() -> None:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        SchemaGenerator().get_schema(public=True)
    assert list(GENERATOR_STATS._error_cache) + list(GENERATOR_STATS._warn_cache) == []
