"""A file of lines: good rows become lots, bad ones come back with row, column, code and sentence."""

import csv
import gzip
import io
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from bonded.actions import declarations
from bonded.actions.consignment_files import import_stored_file, rearm_stuck_files, store_consignment_file
from bonded.actions.declarations import declare_consignment
from bonded.models import ConsignmentFile, Lot, RefusedLine
from bonded.rules.consignment_lines import DefaultInvalid
from bonded.rules.consignments import ConsignmentNotOpen, ConsignmentTooLarge, FilesUnfinished
from bonded.rules.errors import NotFound, NotPermitted
from tests.situations.bonded import an_accepted_consignment, an_announced_consignment

POLISHED = {"kind": "polished_diamond", "hs_code": "71023900", "shape": "round"}
DIAMONDS = Path(settings.BASE_DIR) / "bonded/samples/diamonds/diamonds.csv.gz"


def take(cast, at, text: str | bytes, *, defaults=POLISHED, actor=None) -> ConsignmentFile:
    consignment = an_announced_consignment(cast, at, lots=[])
    content = text.encode() if isinstance(text, str) else text
    file = store_consignment_file(
        consignment_id=consignment.pk,
        file_name="lines.csv",
        content=content,
        defaults=defaults,
        actor=actor or cast.sven,
        at=at,
    )
    return import_stored_file(file_id=file.pk, now=lambda: at)


def faults(file: ConsignmentFile) -> list[tuple[int, str, str, str]]:
    rows = RefusedLine.objects.filter(file=file).order_by("row_number", "pk")
    return list(rows.values_list("row_number", "column", "code", "value"))


def test_import_stored_file__makes_a_lot_of_every_good_line(cast, at):
    file = take(cast, at, 'carat,cut,color,clarity,price,x,y,z\n0.23,"Ideal",E,SI2,326,3.95,3.98,2.43\n')

    assert (file.state, file.lots_made, file.lines_refused) == ("done", 1, 0)
    lot = Lot.objects.get()
    assert (lot.stock_number, lot.kind, lot.hs_code, lot.origin, lot.goods_state) == (
        f"{file.consignment.reference}-000001",
        "polished_diamond",
        "71023900",
        "BW",
        "expected",
    )
    assert (str(lot.weight_carats), lot.value_minor, lot.currency, lot.colour, lot.cut, lot.pieces) == (
        "0.230",
        32_600,
        "USD",
        "E",
        "Ideal",
        1,
    )


def test_import_stored_file__names_every_fault_of_every_bad_line(cast, at):
    file = take(
        cast,
        at,
        "carat,color,clarity,price,x,y,z\n"
        "1.01,E,VS1,5000.00,6.4,6.4,4.0\n"  # 2: good
        "0,E,VS9,abc,6.4,6.4,4.0\n"  # 3: three faults
        "1.0105,E,VS1,5000,6.4,6.4,4.0\n"  # 4: four decimals
        "1.01,E,VS1,5000.001,6.4,6.4,4.0\n"  # 5: a tenth of a cent
        "1.01,E,VS1\n"  # 6: ragged
        "1.01,E,VS1,5000.00,6.4,6.4,4.0\n"  # 7: the same as 2
        "1.01,E,VS1,5000,64,6.4,4.0\n"  # 8: impossible
        ",E,VS1,5000,6.4,6.4,0\n"  # 9: no weight, no depth
        "1e3,E,VS1,NaN,6.4,6.4,4.0\n",  # 10
    )

    assert faults(file) == [
        (3, "clarity", "malformed", "VS9"),
        (3, "value", "malformed", "abc"),
        (3, "weight_carats", "too_small", "0"),
        (4, "weight_carats", "too_many_decimals", "1.0105"),
        (5, "value", "too_many_decimals", "5000.001"),
        (6, "", "wrong_number_of_columns", ""),
        (7, "", "duplicate_line", ""),
        (8, "depth_mm", "measures_do_not_fit_weight", "4.0"),
        (9, "depth_mm", "too_small", "0"),
        (9, "weight_carats", "missing", ""),
        (10, "value", "malformed", "NaN"),
        (10, "weight_carats", "malformed", "1e3"),
    ]
    assert (file.lots_made, file.lines_refused, Lot.objects.count()) == (1, 8, 1)


def test_import_stored_file__checks_stock_numbers_hs_codes_and_kimberley(cast, at):
    header = "stock_number,kind,hs_code,weight_carats,value,kimberley_number\n"
    file = take(
        cast,
        at,
        header
        + "A-1,rough_diamond,71023100,2.000,900,BW-12345\n"
        + "A-1,rough_diamond,71023100,3.000,900,BW-12345\n"
        + "A-2,rough_diamond,71023100,3.000,900,\n"
        + "A-3,polished_diamond,71039100,3.000,900,\n"
        + "A-4,rough_diamond,71023100,2.000,900,BW-12345\n",
        defaults={},
    )

    assert [(row, code) for row, _, code, _ in faults(file)] == [
        (3, "stock_number_repeated"),
        (4, "kimberley_certificate_missing"),
        (5, "hs_code_does_not_fit_kind"),
    ]
    again = take(cast, at, header + "A-1,rough_diamond,71023100,9.000,900,BW-12345\n", defaults={})
    assert [(row, code) for row, _, code, _ in faults(again)] == [(2, "stock_number_taken")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty; its first line must name its columns."),
        (b"carat,price\n", "The file has a header but no lines."),
        (b"carat,price,wish\n1,1,1\n", "These columns are not known: wish."),
        (b"carat,weight,price\n1,1,1\n", "These columns stand twice: weight_carats."),
        (b"color\nE\n", "These columns are missing: weight_carats, value."),
        (b"carat,price\n1,\xff\n", "The file is not UTF-8 text, at byte 14 of a block."),
        (b'carat,price\n1,"5000\n', "The file is not CSV: unexpected end of data."),
    ],
)
def test_import_stored_file__refuses_a_file_as_a_whole(cast, at, content, reason):
    file = take(cast, at, content)

    assert (file.state, file.refusal, Lot.objects.count()) == ("refused", reason, 0)


def test_import_stored_file__shows_naughty_values_as_text_and_survives_nul(cast, at):
    file = take(
        cast,
        at,
        "weight_carats,value,shape\n"
        "1.000,10,'; DROP TABLE bonded_lot; --\n"
        "1.000,11,\0\n"
        f"1.000,12,{'x' * 101}\n"
        "1.000,13,heart\n",
        defaults={"kind": "polished_diamond", "hs_code": "71023900"},
    )

    assert [(row, column, code) for row, column, code, _ in faults(file)] == [
        (2, "shape", "malformed"),
        (3, "", "unreadable"),
        (4, "", "unreadable"),
    ]
    assert Lot.objects.get().shape == "heart"


def test_import_stored_file__takes_the_same_file_once(cast, at):
    consignment = an_announced_consignment(cast, at, lots=[])
    files = [
        store_consignment_file(
            consignment_id=consignment.pk,
            file_name="lines.csv",
            content=b"carat,price\n1.000,5000\n",
            defaults=POLISHED,
            actor=cast.sven,
            at=at,
        )
        for _ in range(2)
    ]
    for file in files:
        import_stored_file(file_id=file.pk, now=lambda: at)

    assert files[0].pk == files[1].pk
    assert Lot.objects.count() == 1


def test_store_consignment_file__refuses_others_and_a_declared_consignment(cast, at):
    consignment = an_announced_consignment(cast, at, lots=[])
    declared = an_accepted_consignment(cast, at)
    file = {"file_name": "lines.csv", "content": b"x", "defaults": {}, "at": at}

    with pytest.raises(NotPermitted):
        store_consignment_file(consignment_id=consignment.pk, actor=cast.alice, **file)
    rival = type(cast.sven)(cast.charlie.user_id, cast.sven.role, cast.charlie.company_ids)
    with pytest.raises(NotFound):
        store_consignment_file(consignment_id=consignment.pk, actor=rival, **file)
    with pytest.raises(ConsignmentNotOpen):
        store_consignment_file(consignment_id=declared.pk, actor=cast.sven, **file)

    assert ConsignmentFile.objects.count() == 0


def test_import_stored_file__judges_the_whole_sample(cast, at):
    content = gzip.decompress(DIAMONDS.read_bytes())
    steps: list[tuple[int, int]] = []
    consignment = an_announced_consignment(cast, at, lots=[])
    stored = store_consignment_file(
        consignment_id=consignment.pk, file_name="d.csv", content=content, defaults=POLISHED, actor=cast.sven, at=at
    )

    file = import_stored_file(
        file_id=stored.pk, now=lambda: at, on_progress=lambda read, in_all: steps.append((read, in_all))
    )

    lines = list(csv.reader(io.StringIO(content.decode())))[1:]
    codes = Counter(code for _, _, code, _ in faults(file))
    zero = [line for line in lines if "0" in line[-3:]]
    assert len(zero) == 20
    assert codes["too_small"] == sum(line[-3:].count("0") for line in zero)
    # Nineteen wholly right lines and one of a zero line stand twice or more: 146 repetitions in all.
    repeated = Counter(map(tuple, lines))
    repeated_right = sum(count - 1 for line, count in repeated.items() if "0" not in line[-3:])
    assert sum(count - 1 for count in repeated.values()) == 146
    assert codes["duplicate_line"] == repeated_right
    assert codes["measures_do_not_fit_weight"] == 6
    assert (file.lines_read, file.lots_made + file.lines_refused) == (53_940, 53_940)
    assert file.lines_refused == len(zero) + repeated_right + 6
    assert steps[-1] == (53_940, 53_940)
    assert Lot.objects.count() == file.lots_made


def test_import_stored_file__stops_when_another_worker_has_the_file(cast, at):
    consignment = an_announced_consignment(cast, at, lots=[])
    file = store_consignment_file(
        consignment_id=consignment.pk,
        file_name="lines.csv",
        content=b"carat,price\n1.000,5000\n",
        defaults=POLISHED,
        actor=cast.sven,
        at=at,
    )

    def another_begins_anew(read: int, in_all: int) -> None:
        ConsignmentFile.objects.filter(pk=file.pk).update(attempts=2)

    import_stored_file(file_id=file.pk, now=lambda: at, on_progress=another_begins_anew)

    file.refresh_from_db()
    assert (file.state, file.lots_made, Lot.objects.count()) == ("running", 0, 0)


def test_rearm_stuck_files__refuses_a_file_that_stopped_three_workers(cast, at):
    file = take(cast, at, "carat,price\n1.000,5000\n")
    ConsignmentFile.objects.filter(pk=file.pk).update(state="running", heartbeat_at=at, attempts=3)

    rearm_stuck_files(stuck_before=at + timedelta(seconds=1))

    file.refresh_from_db()
    assert (file.state, file.refusal) == ("refused", "The file could not be read in three attempts.")


def test_store_consignment_file__takes_a_refused_file_again_and_refuses_wrong_defaults(cast, at):
    consignment = an_announced_consignment(cast, at, lots=[])
    file = {"consignment_id": consignment.pk, "file_name": "x", "content": b"carat,price\n1.000,5000\n", "at": at}
    first = store_consignment_file(defaults={}, actor=cast.sven, **file)
    assert import_stored_file(file_id=first.pk, now=lambda: at).state == "refused"

    with pytest.raises(DefaultInvalid):
        store_consignment_file(defaults={"treatment": "x" * 150}, actor=cast.sven, **file)
    again = store_consignment_file(defaults=POLISHED, actor=cast.sven, **file)

    assert import_stored_file(file_id=again.pk, now=lambda: at).lots_made == 1


def test_declare_consignment__waits_for_its_files_and_refuses_too_many_lots(cast, at, monkeypatch):
    consignment = an_announced_consignment(cast, at, lots=[{}, {}])
    store_consignment_file(
        consignment_id=consignment.pk, file_name="x", content=b"x", defaults={}, actor=cast.sven, at=at
    )
    with pytest.raises(FilesUnfinished):
        declare_consignment(consignment_id=consignment.pk, actor=cast.sven, at=at)
    ConsignmentFile.objects.update(state="refused", refusal="x")
    monkeypatch.setattr(declarations, "LARGEST_CONSIGNMENT_LOTS", 1)
    with pytest.raises(ConsignmentTooLarge):
        declare_consignment(consignment_id=consignment.pk, actor=cast.sven, at=at)

    consignment.refresh_from_db()
    assert consignment.state == "announced"
