"""Documents as their readers see them: the words of a PDF, and what a scanner reads from its page."""

from __future__ import annotations

import pypdfium2
import zxingcpp


def text_of(pdf: bytes) -> str:
    """Give the words of a PDF's pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def scanned(pdf: bytes) -> list[str]:
    """Give what the codes on the first page say, as a scanner reads them from paper printed at 150 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[0].render(scale=150 / 72).to_pil()
        return [code.text for code in zxingcpp.read_barcodes(image)]
    finally:
        document.close()
