"""The import of 53,940 lots beside a bare COPY of the same good rows into the same table, and beside bulk_create (G8).

The product stores the file, reads it, judges every value, finds repeated lines, lists each fault,
makes the lots, and writes the act into the history; a second call with the same bytes does
nothing. The bare COPY gets the finished rows as text. The peer reads the same file and writes
every line with a number in it by `bulk_create`, without judging anything.
"""

from __future__ import annotations

import csv
import io
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction

from benchmarks.catalogues import AT, companies, sample_csv
from benchmarks.figures import Figure, Measure
from bonded.actions.consignment_files import import_stored_file, store_consignment_file
from bonded.models import Consignment, ConsignmentFile, Lot, RefusedLine, User
from bonded.rules.permissions import Actor, Role

ROUNDS = 3
BATCH = 1_000
POLISHED = {"kind": "polished_diamond", "hs_code": "71023900", "shape": "round"}


def run() -> list[Figure]:
    """Measure in turn, so that whatever else the machine does falls on all alike; medians of three rounds."""
    supplier, _ = companies()
    user, _ = User.objects.get_or_create(username="bench-supplier")
    consignment = Consignment.objects.create(
        reference="BENCH-IMPORT", supplier=supplier, origin="BW", currency="USD", announced_at=AT
    )
    actor = Actor(user.pk, Role.SUPPLIER, frozenset({supplier.pk}))
    content = sample_csv()
    product, bare, peer, growth_mib = [], [], [], 0.0
    for _ in range(ROUNDS):
        with _memory_growth() as grown:
            product.append(_product(consignment, content, actor))
        growth_mib = max(growth_mib, grown[0])
        columns, rows, made = _rows_of(consignment)
        _empty(consignment)
        bare.append(_bare(columns, rows, made))
        _empty(consignment)
        peer.append(_peer(consignment, content))
        _empty(consignment)
    consignment.delete()
    lines = content.count(b"\n") - 1
    return [
        Figure(
            goal="G8",
            name=f"import of {lines:,} lines, judged, {made:,} lots made, {lines - made:,} lines refused",
            value=statistics.median(product),
            unit="lots/s",
            limit=Measure("COPY of the same good rows", statistics.median(bare)),
            peers=[Measure(f"bulk_create({BATCH}) without judging", statistics.median(peer))],
        ),
        Figure(goal="G8", name="memory that the import's process grows by", value=growth_mib, unit="MiB"),
    ]


def _product(consignment: Consignment, content: bytes, actor: Actor) -> float:
    begun = time.perf_counter()
    file = store_consignment_file(
        consignment_id=consignment.pk, file_name="diamonds.csv", content=content, defaults=POLISHED, actor=actor, at=AT
    )
    done = import_stored_file(file_id=file.pk, now=lambda: AT)
    seconds = time.perf_counter() - begun
    assert done.state == "done"
    assert done.lots_made == Lot.objects.filter(consignment=consignment).count()
    return done.lots_made / seconds


def _rows_of(consignment: Consignment) -> tuple[str, bytes, int]:
    """Give the lots just made as COPY writes them, without their ids."""
    generated = ("id", "is_on_offer")
    columns = ", ".join(field.column for field in Lot._meta.concrete_fields if field.column not in generated)
    with connection.cursor() as cursor:
        query = f"SELECT {columns} FROM bonded_lot WHERE consignment_id = {consignment.pk} ORDER BY id"
        with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
            rows = b"".join(bytes(block) for block in copy)
    return columns, rows, rows.count(b"\n")


def _bare(columns: str, rows: bytes, count: int) -> float:
    begun = time.perf_counter()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY bonded_lot ({columns}) FROM STDIN") as copy,
    ):
        copy.write(rows)
    return count / (time.perf_counter() - begun)


def _peer(consignment: Consignment, content: bytes) -> float:
    begun = time.perf_counter()
    lots = [
        Lot(
            stock_number=f"PEER-{number:06d}",
            consignment=consignment,
            supplier_id=consignment.supplier_id,
            kind=POLISHED["kind"],
            hs_code=POLISHED["hs_code"],
            origin=consignment.origin,
            declared_pieces=1,
            pieces=1,
            declared_carats=Decimal(line["carat"]),
            weight_carats=Decimal(line["carat"]),
            value_minor=int(line["price"]) * 100,
            currency=consignment.currency,
            shape=POLISHED["shape"],
            colour=line["color"],
            clarity=line["clarity"],
            cut=line["cut"],
            depth_percent=Decimal(line["depth"]),
            table_percent=Decimal(line["table"]),
            length_mm=Decimal(line["x"]),
            width_mm=Decimal(line["y"]),
            depth_mm=Decimal(line["z"]),
        )
        for number, line in enumerate(csv.DictReader(io.StringIO(content.decode())))
    ]
    with transaction.atomic():
        Lot.objects.bulk_create(lots, batch_size=BATCH)
    return len(lots) / (time.perf_counter() - begun)


def _empty(consignment: Consignment) -> None:
    """Take everything of the consignment away again, and the room that it took."""
    files = ConsignmentFile.objects.filter(consignment=consignment)
    RefusedLine.objects.filter(file__in=files)._raw_delete("default")
    files.delete()
    Lot.objects.filter(consignment=consignment)._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) bonded_lot, bonded_consignmentfile, bonded_refusedline")


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _memory_growth() -> Iterator[list[float]]:
    """Give by how many MiB the process was larger at most than when it began, looked at every 5 ms."""
    before, ended, grown = _resident_mib(), threading.Event(), [0.0]

    def watch() -> None:
        while not ended.wait(0.005):
            grown[0] = max(grown[0], _resident_mib() - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield grown
    finally:
        ended.set()
        watcher.join()
