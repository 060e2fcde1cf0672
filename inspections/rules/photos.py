"""Photos of stones that were looked at: what is taken, and what is taken out of them.

Nothing is decoded: the picture stays as it came, bit for bit, and only the parts around it are sorted. Sources: ITU-T
T.81 (JPEG), W3C PNG third edition, RFC 9649 (WebP), Exif 2.32 for the orientation.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bonded.rules.errors import InputInvalid, RuleViolation

MAX_BYTES = 10 * 1024 * 1024
MAX_PHOTOS = 12


class PhotoType(StrEnum):
    """Which pictures are taken; HEIC and SVG are not."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


SUFFIXES = {PhotoType.JPEG: "jpg", PhotoType.PNG: "png", PhotoType.WEBP: "webp"}


class PhotoUnreadable(InputInvalid):
    """The bytes are not a whole JPEG, PNG or WebP picture."""

    code = "photo_unreadable"


class TooManyPhotos(RuleViolation):
    """The finding has as many photos as it may have."""

    code = "too_many_photos"


_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# What a picture is drawn by, but for animations; times, texts and Exif are not among it.
_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"})
_WEBP_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})
_WEBP_PICTURES = frozenset({b"VP8 ", b"VP8L"})
# Of the flags of a WebP picture: it has an Exif, an XMP, an animation chunk.
_WEBP_FLAGS_OUT = 0x08 | 0x04 | 0x02
# In the pixels a marker is an FF that neither a 00 nor a restart follows.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_APP1, _SCAN, _END = 0xE1, 0xDA, 0xD9
_UPRIGHT = 1


def photo_without_metadata(content: bytes) -> tuple[PhotoType, bytes]:
    """Give a photo's type by its bytes, and the photo without place, time, device and texts.

    Colour profiles stay, and so does the way up that the camera was held. Raises PhotoUnreadable.
    """
    if content.startswith(_JPEG):
        return PhotoType.JPEG, _jpeg(content)
    if content.startswith(_PNG):
        return PhotoType.PNG, _png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PhotoType.WEBP, _webp(content)
    raise PhotoUnreadable("A photo is a JPEG, PNG or WebP picture.")


def require_room_for_photo(photos: int) -> int:
    """Give the number of a finding's next photo, counted from 1; raises TooManyPhotos."""
    if photos >= MAX_PHOTOS:
        raise TooManyPhotos(f"A finding has {MAX_PHOTOS} photos at most.", photos=photos)
    return photos + 1


def _part(content: bytes, begin: int, end: int) -> bytes:
    if not begin < end <= len(content):
        raise PhotoUnreadable("The picture is cut off or damaged.")
    return content[begin:end]


def _jpeg(content: bytes) -> bytes:
    kept, at, has_pixels = bytearray(_JPEG), 2, False
    while True:
        marker = _part(content, at, at + 2)
        if marker[0] != 0xFF:
            raise PhotoUnreadable("The picture is cut off or damaged.")
        if marker[1] == _END:
            if not has_pixels:
                raise PhotoUnreadable("The picture is empty.")
            # What follows the end are further pictures with metadata of their own.
            return bytes(kept + marker)
        end = at + 2 + int.from_bytes(_part(content, at + 2, at + 4), "big")
        segment = _part(content, at, end)
        if marker[1] == _SCAN:
            found = _NEXT_MARKER.search(content, end)
            end = found.start() if found else len(content)
            segment, has_pixels = _part(content, at, end), True
        kept += _jpeg_segment(marker[1], segment)
        at = end


def _jpeg_segment(code: int, segment: bytes) -> bytes:
    payload = segment[4:]
    if code == _APP1 and payload.startswith(b"Exif\0\0"):
        return _exif_with_orientation(_orientation(payload[6:]))
    is_for_colours = payload.startswith((b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"))
    is_metadata = 0xE0 <= code <= 0xEF or code == 0xFE
    return segment if is_for_colours or not is_metadata else b""


def _orientation(tiff: bytes) -> int:
    """Read tag 0x0112 of the first directory; what can't be read lies upright."""
    is_little = tiff[:2] == b"II"

    def number(at: int, length: int) -> int:
        return int.from_bytes(tiff[at : at + length], "little" if is_little else "big")

    directory = number(4, 4)
    for entry in range(directory + 2, directory + 2 + 12 * min(number(directory, 2), 200), 12):
        if number(entry, 2) == 0x0112 and 1 <= number(entry + 8, 2) <= 8:
            return number(entry + 8, 2)
    return _UPRIGHT


def _exif_with_orientation(orientation: int) -> bytes:
    if orientation == _UPRIGHT:
        return b""
    # One directory with one entry: tag 0x0112, a SHORT, once.
    payload = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)
    return b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload


def _png(content: bytes) -> bytes:
    kept, at, has_pixels = bytearray(_PNG), len(_PNG), False
    while True:
        end = at + 12 + int.from_bytes(_part(content, at, at + 4), "big")
        chunk = _part(content, at, end)
        name = chunk[4:8]
        has_pixels = has_pixels or name == b"IDAT"
        if name == b"IEND":
            if not has_pixels:
                raise PhotoUnreadable("The picture is empty.")
            return bytes(kept + chunk)
        if name in _PNG_CHUNKS:
            kept += chunk
        at = end


def _webp(content: bytes) -> bytes:
    kept, at, has_pixels = bytearray(), 12, False
    whole = 8 + int.from_bytes(content[4:8], "little")
    while at < whole:
        size = int.from_bytes(_part(content, at + 4, at + 8), "little")
        end = at + 8 + size + size % 2
        chunk = bytearray(_part(content, at, end))
        name = bytes(chunk[:4])
        if name == b"VP8X" and size:
            chunk[8] &= ~_WEBP_FLAGS_OUT & 0xFF
        has_pixels = has_pixels or name in _WEBP_PICTURES
        if name in _WEBP_CHUNKS:
            kept += chunk
        at = end
    if not has_pixels:
        raise PhotoUnreadable("The picture is empty, or moves.")
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + bytes(kept)
