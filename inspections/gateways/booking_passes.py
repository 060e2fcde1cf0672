"""The pass of a booking as a document: one page, with a code that the keeper's scanner reads."""

from __future__ import annotations

import re
from io import BytesIO

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from inspections.rules.booking_passes import VisitPass, visiting_time

# Both are the reader's own: no font file. The Chinese one is for whatever is not ASCII.
LATIN, CHINESE = "Helvetica", "STSong-Light"
RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
WIDTH, HEIGHT = A5
MARGIN, LINE, CODE = 15 * mm, 6 * mm, 60 * mm


def pass_pdf(visit: VisitPass) -> bytes:
    """Draw a pass on A5, in English and Chinese."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A5, invariant=1)
    canvas.setTitle("Visit pass")
    canvas.setAuthor("Bonded Trade Platform")
    y = HEIGHT - MARGIN - LINE
    _text(canvas, y, "Visit pass 看货凭证", size=16)
    code = QrCodeWidget(visit.token, barWidth=CODE, barHeight=CODE, barLevel="M")
    renderPDF.draw(Drawing(CODE, CODE, code), canvas, (WIDTH - CODE) / 2, y - CODE - LINE)
    y -= CODE + 2 * LINE
    lines = [
        f"Time 时间: {visiting_time(visit.starts_at, visit.ends_at)}",
        f"Place 地点: {visit.place}",
        f"Tray places in the order of viewing 按看货顺序的盘位: {', '.join(map(str, visit.trays))}",
        "Visitors 来访人:",
        *(f"   {name}" for name in visit.visitors),
        "Good once, for this visit only. 仅限本次看货使用一次。",
    ]
    # Twenty visitors stand closer together than two.
    step = min(LINE, (y - MARGIN) / len(lines))
    for number, line in enumerate(lines, start=1):
        _text(canvas, y - number * step, line)
    canvas.save()
    return buffer.getvalue()


def _text(canvas: Canvas, y: float, text: str, *, size: int = 9) -> None:
    runs = [(run, LATIN if run.isascii() else CHINESE) for run in RUNS.findall(text)]
    width = sum(pdfmetrics.stringWidth(run, font, size) for run, font in runs)
    # What is too long for a line is set smaller, not cut: it is a name that somebody compares with a passport.
    size_that_fits = size * min(1.0, (WIDTH - 2 * MARGIN) / max(width, 1.0))
    drawn = canvas.beginText(MARGIN, y)
    for run, font in runs:
        drawn.setFont(font, size_that_fits)
        drawn.textOut(run)
    canvas.drawText(drawn)
