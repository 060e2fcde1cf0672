"""Judging staged lines and making lots of them, in the database, by the table of the rules.

Every check that `rules/consignment_lines.py` states as data becomes a piece of SQL here, so that a
file is judged in one pass over its lines, whatever its size.
"""

# ruff: noqa: S608 (the pieces of SQL are constants of the rules; nothing of a file's is among them)

from __future__ import annotations

from bonded.rules.consignment_lines import (
    COLUMNS,
    HS_OF_KIND,
    LEAST_PART_OF_ESTIMATE,
    MOST_PART_OF_ESTIMATE,
    ROUND_WEIGHT_FACTOR,
    Column,
    LineFault,
)
from bonded.rules.lots import LotKind
from bonded.rules.money import CURRENCY_DECIMALS

STAGE_COLUMNS = tuple(column.name for column in COLUMNS)
FORGET_STAGE = "DROP TABLE IF EXISTS consignment_line, line_fault"
MAKE_STAGE = (
    "CREATE TEMPORARY TABLE consignment_line (row_number integer NOT NULL, fault text, is_numbered boolean NOT NULL, "
    + ", ".join(f"{name} text NOT NULL" for name in STAGE_COLUMNS)
    + ")"
)


def _text(value: str) -> str:
    """Write a constant of the rules as an SQL literal."""
    assert "%" not in value, "the driver would take it for a parameter"
    return "'" + value.replace("'", "''") + "'"


def _fault_of(column: Column) -> str:
    """Write the check of one column as an SQL expression: the fault's code, or NULL."""
    name = column.name
    cases = [f"WHEN {name} = '' THEN {_text(LineFault.MISSING) if column.is_required else 'NULL'}"]
    cases.append(f"WHEN {name} !~ {_text(f'^({column.pattern})$')} THEN {_text(LineFault.MALFORMED)}")
    if column.smallest is not None:
        cases.append(f"WHEN {name}::numeric < {column.smallest} THEN {_text(LineFault.TOO_SMALL)}")
    if column.largest is not None:
        cases.append(f"WHEN {name}::numeric > {column.largest} THEN {_text(LineFault.TOO_LARGE)}")
    if column.decimals is not None:
        cases.append(
            f"WHEN scale(trim_scale({name}::numeric)) > {column.decimals} THEN {_text(LineFault.TOO_MANY_DECIMALS)}"
        )
    return f"(CASE {' '.join(cases)} END)"


_CURRENCY_DECIMALS = ", ".join(f"({_text(code)}, {decimals})" for code, decimals in CURRENCY_DECIMALS.items())
# A line without a stock number was given one, which says nothing about the stone.
_SAME_LINE = (
    ", ".join(name for name in STAGE_COLUMNS if name != "stock_number")
    + ", CASE WHEN is_numbered THEN stock_number END"
)
_HS_FITS_KIND = " OR ".join(
    f"(kind = {_text(kind)} AND hs_code ~ {_text(f'^({pattern})')})" for kind, pattern in HS_OF_KIND.items()
)

# Each different value of a column is judged once, however many lines bear it: patterns cost more than looking up.
_WRONG_VALUES = "\n     UNION ALL ".join(
    f"SELECT {_text(name)} AS column_name, {name} AS value, {_fault_of(column)} AS code"
    f" FROM (SELECT DISTINCT {name} FROM consignment_line WHERE fault IS NULL) AS different"
    for column in COLUMNS
    for name in (column.name,)
)
_FAULTS_OF_VALUES = "\n     UNION ALL ".join(
    f"SELECT line.row_number, wrong.column_name, wrong.code, wrong.value FROM consignment_line line"
    f" JOIN wrong ON wrong.column_name = {_text(name)} AND wrong.value = line.{name} WHERE line.fault IS NULL"
    for name in STAGE_COLUMNS
)
JUDGE_COLUMNS = f"""
    CREATE TEMPORARY TABLE line_fault AS
    WITH wrong AS MATERIALIZED (
        SELECT * FROM ({_WRONG_VALUES}) AS judged WHERE code IS NOT NULL)
    SELECT row_number, '' AS column_name, fault AS code, '' AS value FROM consignment_line WHERE fault IS NOT NULL
     UNION ALL {_FAULTS_OF_VALUES}
"""
# Whole-line checks run only on lines whose columns are each right by themselves.
JUDGE_LINES = f"""
    INSERT INTO line_fault
    SELECT line.row_number, check_.column_name, check_.code, check_.value FROM (
        SELECT line.*, row_number() OVER (PARTITION BY {_SAME_LINE} ORDER BY row_number) AS same_line,
               row_number() OVER (PARTITION BY stock_number ORDER BY row_number) AS same_number,
               EXISTS (SELECT 1 FROM bonded_lot lot WHERE lot.stock_number = line.stock_number) AS is_taken
          FROM consignment_line line
         WHERE NOT EXISTS (SELECT 1 FROM line_fault f WHERE f.row_number = line.row_number)
    ) line
      JOIN (VALUES {_CURRENCY_DECIMALS}) AS known (code_, decimals) ON known.code_ = line.currency
     CROSS JOIN LATERAL (VALUES
            ('', '', CASE WHEN same_line > 1 THEN '{LineFault.DUPLICATE_LINE}' END),
            ('stock_number', stock_number,
             CASE WHEN same_number > 1 AND same_line = 1 THEN '{LineFault.STOCK_NUMBER_REPEATED}'
                  WHEN is_taken THEN '{LineFault.STOCK_NUMBER_TAKEN}' END),
            ('value', line.value, CASE WHEN scale(trim_scale(line.value::numeric)) > known.decimals
                                       THEN '{LineFault.TOO_MANY_DECIMALS}' END),
            ('hs_code', hs_code, CASE WHEN NOT ({_HS_FITS_KIND}) THEN '{LineFault.HS_CODE_DOES_NOT_FIT_KIND}' END),
            ('kimberley_number', kimberley_number,
             CASE WHEN kind = '{LotKind.ROUGH_DIAMOND}' AND kimberley_number = ''
                  THEN '{LineFault.KIMBERLEY_CERTIFICATE_MISSING}' END),
            ('depth_mm', depth_mm,
             CASE WHEN lower(shape) <> 'round' OR pieces <> '1' OR '' IN (length_mm, width_mm, depth_mm) THEN NULL
                  WHEN ((length_mm::numeric + width_mm::numeric) / 2) ^ 2 * depth_mm::numeric * {ROUND_WEIGHT_FACTOR}
                       NOT BETWEEN weight_carats::numeric * {LEAST_PART_OF_ESTIMATE}
                               AND weight_carats::numeric * {MOST_PART_OF_ESTIMATE}
                  THEN '{LineFault.MEASURES_DO_NOT_FIT_WEIGHT}' END)
           ) AS check_ (column_name, value, code)
     WHERE check_.code IS NOT NULL
"""
LIST_FAULTS = """
    INSERT INTO bonded_refusedline (file_id, row_number, "column", code, value)
    SELECT %(file_id)s, row_number, column_name, code, value FROM line_fault ORDER BY row_number, column_name
"""

INSERT_LOTS = f"""
    INSERT INTO bonded_lot
           (stock_number, consignment_id, supplier_id, buyer_id, kind, hs_code, origin,
            declared_pieces, declared_carats, pieces, weight_carats, value_minor, currency,
            shape, colour, clarity, cut, depth_percent, table_percent, length_mm, width_mm, depth_mm,
            variety, treatment, lab, report_number, kimberley_number, is_made_up,
            goods_state, customs_state, trade_state, is_on_hold, location_id, holder_id, seal_number)
    SELECT stock_number, %(consignment_id)s, %(supplier_id)s, NULL, kind, hs_code, origin,
           pieces::integer, weight_carats::numeric, pieces::integer, weight_carats::numeric,
           (value::numeric * 10 ^ known.decimals)::bigint, currency,
           lower(shape), colour, clarity, cut, nullif(depth_percent, '')::numeric, nullif(table_percent, '')::numeric,
           nullif(length_mm, '')::numeric, nullif(width_mm, '')::numeric, nullif(depth_mm, '')::numeric,
           lower(variety), treatment, lab, report_number, kimberley_number, %(is_made_up)s,
           'expected', 'undeclared', 'free', false, NULL, NULL, ''
      FROM consignment_line line
      JOIN (VALUES {_CURRENCY_DECIMALS}) AS known (code, decimals) ON known.code = line.currency
     WHERE NOT EXISTS (SELECT 1 FROM line_fault f WHERE f.row_number = line.row_number)
     ORDER BY line.row_number
"""
