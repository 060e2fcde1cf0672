"""A catalogue of 1,078,800 lots: the sample of polished diamonds twenty times over, varied by a hash of each row."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from bonded.models import Company, Consignment, Location, Lot
from bonded.rules.locations import LocationKind
from bonded.rules.parties import CompanyKind

SAMPLE = Path(settings.BASE_DIR) / "bonded/samples/diamonds/diamonds.csv.gz"
COPIES = 20
REFERENCE = "BENCH-CATALOGUE"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SHAPES = ("round", "oval", "cushion", "princess", "emerald", "pear", "marquise", "radiant", "asscher", "heart")
ORIGINS = ("BW", "RU", "CA", "ZA", "AO", "AU", "NA", "ZW")

# Seven lots in ten are on offer; of the others half are held for a company and half are on hold.
# Round stones are half of the trade; weights vary by 1 %, prices by 20 %, so that no copy is like another.
MAKE_LOTS = """
    INSERT INTO bonded_lot
           (stock_number, consignment_id, supplier_id, buyer_id, kind, hs_code, origin,
            declared_pieces, declared_carats, pieces, weight_carats, value_minor, currency,
            shape, colour, clarity, cut, depth_percent, table_percent, length_mm, width_mm, depth_mm,
            variety, treatment, lab, report_number, kimberley_number, is_made_up,
            goods_state, customs_state, trade_state, is_on_hold, location_id, holder_id, seal_number)
    SELECT 'B-' || lpad(row.number::text, 7, '0'), %(consignment)s, %(supplier)s,
           CASE WHEN row.dice BETWEEN 70 AND 84 THEN %(buyer)s::bigint END,
           'polished_diamond', '71023900', (%(origins)s::text[])[1 + row.dice_2 %% 8],
           1, row.weight, 1, row.weight, greatest(1, round(row.price * (80 + row.dice_4 %% 41)))::bigint, 'USD',
           CASE WHEN row.dice_3 < 5000 THEN 'round' ELSE (%(shapes)s::text[])[2 + row.dice_3 %% 9] END,
           row.color, row.clarity, row.cut, NULL, NULL, NULL, NULL, NULL,
           '', '', (ARRAY['GIA', 'IGI', 'HRD', ''])[1 + row.dice_4 %% 4], (1000000000 + row.number * 7)::text,
           '', false,
           'in_vault', 'bonded', CASE WHEN row.dice BETWEEN 70 AND 84 THEN 'held' ELSE 'free' END, row.dice >= 85,
           %(location)s, NULL, ''
      FROM (SELECT s.*, n.number, greatest(0.001, round(s.carat * (990 + (n.dice_2 / 8) %% 21) / 1000, 3)) AS weight,
                   n.dice, n.dice_2, n.dice_3, n.dice_4
              FROM benchmark_stone s
             CROSS JOIN generate_series(0, %(copies)s - 1) AS copy (number)
             CROSS JOIN LATERAL (SELECT copy.number * 53940 + s.id AS number,
                    (abs(hashint8extended(copy.number * 53940 + s.id, 1)) %% 100)::int AS dice,
                    (abs(hashint8extended(copy.number * 53940 + s.id, 2)) %% 1000)::int AS dice_2,
                    (abs(hashint8extended(copy.number * 53940 + s.id, 3)) %% 10000)::int AS dice_3,
                    (abs(hashint8extended(copy.number * 53940 + s.id, 5)) %% 1000)::int AS dice_4) n) row
     ORDER BY hashint8extended(row.number, 4)
"""


def sample_csv() -> bytes:
    """Give the sample file as it is, unpacked."""
    return gzip.decompress(SAMPLE.read_bytes())


def companies() -> tuple[Company, Company]:
    """Give the supplier and the buyer of the benchmarks, made when they are missing."""
    made = [
        Company.objects.get_or_create(
            registration_number=f"BENCH-{kind}", defaults={"name": f"Bench {kind}", "kind": kind, "country": "CN"}
        )[0]
        for kind in (CompanyKind.SUPPLIER, CompanyKind.TRADER)
    ]
    return made[0], made[1]


def make_catalogue(*, copies: int = COPIES) -> int:
    """Write the catalogue unless it is there, gather statistics, and give the number of its lots."""
    there = Lot.objects.filter(consignment__reference=REFERENCE).count()
    if there:
        return there
    supplier, buyer = companies()
    consignment = Consignment.objects.create(
        reference=REFERENCE, supplier=supplier, origin="BW", currency="USD", announced_at=AT
    )
    location, _ = Location.objects.get_or_create(code="BENCH-TRAY", defaults={"kind": LocationKind.TRAY})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "CREATE TEMPORARY TABLE benchmark_stone (id integer GENERATED ALWAYS AS IDENTITY, carat numeric, cut text, "
            "color text, clarity text, depth numeric, table_ numeric, price numeric, x numeric, y numeric, z numeric) "
            "ON COMMIT DROP"
        )
        columns = "carat, cut, color, clarity, depth, table_, price, x, y, z"
        with cursor.copy(f"COPY benchmark_stone ({columns}) FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(sample_csv())
        cursor.execute(
            MAKE_LOTS,
            {
                "consignment": consignment.pk,
                "supplier": supplier.pk,
                "buyer": buyer.pk,
                "location": location.pk,
                "copies": copies,
                "shapes": list(SHAPES),
                "origins": list(ORIGINS),
            },
        )
        made: int = cursor.rowcount
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM (ANALYZE) bonded_lot")
        cursor.execute("RESET statement_timeout")
    return made
