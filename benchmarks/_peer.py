"""The same page of lots as others build it, to be measured beside ours; none of these asks who is calling.

`application` has a DRF ModelSerializer behind PageNumberPagination (with its COUNT) and the same
without the count; the table is a copy of the lots with `db_index=True` on six columns. `bare_application`
is one statement on psycopg, written as JSON, without any framework: what Python can give at most.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import orjson  # noqa: E402
import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, pagination, serializers  # noqa: E402

from bonded.queries.lot_searches import LISTED  # noqa: E402

TABLE = "benchmark_peer_lot"
INDEXED = ("shape", "colour", "clarity", "weight_carats", "value_minor", "is_on_offer")
WORDS = ("shape", "colour", "clarity", "cut", "origin")
ORDERS = {"price": "value_minor", "-price": "-value_minor", "carats": "weight_carats", "-carats": "-weight_carats"}


class PeerLot(models.Model):
    """A lot as a page lists it."""

    stock_number = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    origin = models.CharField(max_length=2)
    shape = models.CharField(max_length=20, db_index=True)
    colour = models.CharField(max_length=20, db_index=True)
    clarity = models.CharField(max_length=8, db_index=True)
    cut = models.CharField(max_length=12)
    variety = models.CharField(max_length=30)
    treatment = models.CharField(max_length=12)
    lab = models.CharField(max_length=12)
    report_number = models.CharField(max_length=30)
    pieces = models.IntegerField()
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3, db_index=True)
    value_minor = models.BigIntegerField(db_index=True)
    currency = models.CharField(max_length=3)
    is_made_up = models.BooleanField()
    is_on_offer = models.BooleanField(db_index=True)

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = TABLE

    def __str__(self) -> str:
        return self.stock_number


class PeerLotSerializer(serializers.ModelSerializer):
    """The columns that our page has too."""

    class Meta:
        model = PeerLot
        fields = [name for name in LISTED if name != "id"]


class _Pages(pagination.PageNumberPagination):
    page_size = 50


class _UncountedPaginator(Paginator):
    count = 10**9


class _UncountedPages(_Pages):
    django_paginator_class = _UncountedPaginator


def peer_lots(asked: Mapping[str, str]) -> models.QuerySet[PeerLot]:
    """Filter by the words and bounds of an address, as a filter backend would."""
    lots = PeerLot.objects.filter(is_on_offer=True)
    for name in WORDS:
        if name in asked:
            lots = lots.filter(**{f"{name}__in": asked[name].split(",")})
    for name, column, factor in (("carats", "weight_carats", 1), ("value", "value_minor", 100)):
        for end, lookup in (("from", "gte"), ("to", "lte")):
            if f"{name}_{end}" in asked:
                lots = lots.filter(**{f"{column}__{lookup}": Decimal(asked[f"{name}_{end}"]) * factor})
    order = ORDERS[asked.get("order", "price")]
    return lots.order_by(order, "-id" if order.startswith("-") else "id")


class PeerLotsView(generics.ListAPIView):
    """Lots by filters, page number and count."""

    authentication_classes = ()
    permission_classes = ()
    pagination_class: type[_Pages] = _Pages
    serializer_class = PeerLotSerializer

    def get_queryset(self) -> models.QuerySet[PeerLot]:
        """Give what the address asks for."""
        return peer_lots(self.request.GET.dict())


class UncountedPeerLotsView(PeerLotsView):
    """The same without the count."""

    pagination_class = _UncountedPages


urlpatterns = [path("peer", PeerLotsView.as_view()), path("peer-uncounted", UncountedPeerLotsView.as_view())]


def make_peer_table() -> None:
    """Copy what a page lists of each lot into a table indexed as the peer's model says, unless it is there."""
    with connection.cursor() as cursor:
        if TABLE in connection.introspection.table_names(cursor):
            return
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"CREATE TABLE {TABLE} AS SELECT {', '.join(LISTED)}, is_on_offer FROM bonded_lot")
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)")
        for column in INDEXED:
            cursor.execute(f"CREATE INDEX ON {TABLE} ({column})")
        cursor.execute(f"VACUUM (ANALYZE) {TABLE}")
        cursor.execute("RESET statement_timeout")


BARE_SQL = f"""
    SELECT {", ".join(name if name != "weight_carats" else "weight_carats::text" for name in LISTED)}
      FROM bonded_lot WHERE is_on_offer AND kind = 'polished_diamond' AND shape = %s AND colour = %s AND clarity = %s
     ORDER BY currency, value_minor, id LIMIT 51
"""


@cache
def _bare_connection() -> psycopg.Connection[Any]:
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    bare = psycopg.connect(**{name: parameters[name] for name in names if name in parameters}, autocommit=True)
    bare.prepare_threshold = 3
    return bare


def bare_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one page of one grade with nothing between the socket and the database."""
    asked = parse_qs(environ["QUERY_STRING"])
    grade = [asked[name][0] for name in ("shape", "colour", "clarity")] if asked else ["round", "G", "VS1"]
    rows = _bare_connection().execute(BARE_SQL, grade).fetchall()
    body = orjson.dumps({"results": [dict(zip(LISTED, row, strict=True)) for row in rows[:50]]})
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _peer_application() -> WSGIHandler:
    """Serve the peer with the middleware that a bare project has."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    return WSGIHandler()


application = _peer_application() if os.environ.get("BENCHMARK_PEER") else None
