"""The pass for the vault's door as a picture that a scanner reads."""

from __future__ import annotations

from urllib.parse import quote

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.renderSVG import drawToString
from reportlab.graphics.shapes import Drawing

SIDE_POINTS = 200


def pass_picture(token: str) -> str:
    """Draw a release token as a QR code (ISO/IEC 18004), as the address of an SVG picture."""
    drawing = Drawing(SIDE_POINTS, SIDE_POINTS)
    drawing.add(QrCodeWidget(token, barWidth=SIDE_POINTS, barHeight=SIDE_POINTS, barLevel="M"))
    return f"data:image/svg+xml;utf8,{quote(drawToString(drawing))}"
