"""Statements of accounts as documents: CSV for a spreadsheet, PDF for a reader; the same statement, the same bytes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tariffs.rules.account_statements import EVENT_WORDS, AccountStatement, running, safe_cell
from tariffs.rules.working_days import BUSINESS_ZONE

# Tells how many entries are written.
Progress = Callable[[int], None]
TELL_EVERY = 500
# Both are the reader's own: no font file. The Chinese one is for Chinese, because its figures stand too close.
LATIN, CHINESE = "Helvetica", "STSong-Light"
RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
HEADINGS = (
    "Effective 生效日",
    "Posted 入账时间",
    "Event 事项",
    "Reference 参考号",
    "Debit 借方",
    "Credit 贷方",
    "Balance 余额",
)
WIDTH, HEIGHT = A4
MARGIN, LINE = 36, 14
# The left edge of each text column; the right edge of each column of figures.
COLUMNS = (36, 88, 172, 282)
FIGURES = (442, 502, 559)
# References are cut so that they end before the figures.
LONGEST_REFERENCE = 28


def statement_csv(statement: AccountStatement, *, tell: Progress) -> bytes:
    """Write a statement for a spreadsheet: UTF-8 with its mark, a heading, opening, entries, closing, what is due."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(["Account 账户", *HEADINGS, "Currency 币种"])
    account, currency = safe_cell(statement.company), statement.currency
    rows.writerow(
        [account, statement.month.isoformat(), "", "Opening balance 期初余额", "", "", "", statement.opening, currency]
    )
    for done, cells in enumerate(_rows(statement), start=1):
        rows.writerow([account, *(safe_cell(cell) for cell in cells[:4]), *cells[4:], currency])
        if done % TELL_EVERY == 0:
            tell(done)
    rows.writerow([account, "", "", "Closing balance 期末余额", "", "", "", statement.closing, currency])
    if statement.due_on:
        words = "Charges to be paid by 应缴税款，缴款期限"
        rows.writerow([account, statement.due_on.isoformat(), "", words, "", "", "", statement.collected, currency])
    return text.getvalue().encode("utf-8-sig")


def statement_pdf(statement: AccountStatement, *, tell: Progress) -> bytes:
    """Draw a statement on A4, in English and Chinese."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(f"Statement of account {statement.month:%Y-%m}")
    canvas.setAuthor("Bonded Trade Platform")
    y = _heading(canvas, statement)
    _line(canvas, y, ("", "", "Opening balance 期初余额", ""), ("", "", str(statement.opening)))
    for done, cells in enumerate(_rows(statement), start=1):
        y -= LINE
        if y < MARGIN + 4 * LINE:
            canvas.showPage()
            y = _heading(canvas, statement) - LINE
        _line(canvas, y, cells[:4], cells[4:])
        if done % TELL_EVERY == 0:
            tell(done)
    y -= LINE
    _line(canvas, y, ("", "", "Closing balance 期末余额", ""), ("", "", str(statement.closing)))
    if statement.due_on:
        words = f"Charges to be paid by 应缴税款，缴款期限 {statement.due_on}"
        _line(canvas, y - 2 * LINE, ("", "", words, ""), ("", "", str(statement.collected)))
    canvas.save()
    return buffer.getvalue()


def _rows(statement: AccountStatement) -> Iterator[tuple[str, ...]]:
    for entry, debit, credit, stands in running(statement):
        posted = entry.posted_at.astimezone(BUSINESS_ZONE)
        yield (
            entry.effective_on.isoformat(),
            f"{posted:%Y-%m-%d %H:%M:%S}",
            " ".join(EVENT_WORDS[entry.event]),
            entry.reference,
            str(debit) if debit.minor else "",
            str(credit) if credit.minor else "",
            str(stands),
        )


def _heading(canvas: Canvas, statement: AccountStatement) -> float:
    """Draw the head of a page; gives where its first line stands."""
    y = HEIGHT - MARGIN - LINE
    _text(canvas, MARGIN, y, f"Statement of account 对账单 {statement.month:%Y-%m}", size=14)
    known = statement.known_at.astimezone(BUSINESS_ZONE)
    _text(canvas, MARGIN, y - 1.5 * LINE, f"{statement.company[:70]}, {statement.currency}", size=9)
    _text(canvas, MARGIN, y - 2.5 * LINE, f"As known 截至 {known:%Y-%m-%d %H:%M:%S.%f} Asia/Shanghai", size=9)
    _text(canvas, FIGURES[-1], y, f"Page 第 {canvas.getPageNumber()} 页", size=9, is_right=True)
    _line(canvas, y - 4 * LINE, HEADINGS[:4], HEADINGS[4:])
    canvas.line(MARGIN, y - 4 * LINE - 4, FIGURES[-1], y - 4 * LINE - 4)
    return y - 5.5 * LINE


def _line(canvas: Canvas, y: float, texts: tuple[str, ...], figures: tuple[str, ...]) -> None:
    for x, text in zip(COLUMNS, texts, strict=True):
        _text(canvas, x, y, text if x != COLUMNS[-1] else text[-LONGEST_REFERENCE:])
    for x, figure in zip(FIGURES, figures, strict=True):
        _text(canvas, x, y, figure, is_right=True)


def _text(canvas: Canvas, x: float, y: float, text: str, *, size: int = 7, is_right: bool = False) -> None:
    runs = [(run, LATIN if run.isascii() else CHINESE) for run in RUNS.findall(text)]
    if is_right:
        x -= sum(pdfmetrics.stringWidth(run, font, size) for run, font in runs)
    drawn = canvas.beginText(x, y)
    for run, font in runs:
        drawn.setFont(font, size)
        drawn.textOut(run)
    canvas.drawText(drawn)
