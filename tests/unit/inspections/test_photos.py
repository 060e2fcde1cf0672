"""Photos: what is taken, and what is left of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from inspections.rules.photos import (
    MAX_PHOTOS,
    PhotoType,
    PhotoUnreadable,
    TooManyPhotos,
    photo_without_metadata,
    require_room_for_photo,
)

SECRET = b"Luohu 22.54N"


def a_photo(form: str, *, orientation: int = 1) -> bytes:
    """A picture of 3 × 2 whose metadata, of each kind that the form knows, name a place."""
    image = Image.new("RGB", (3, 2), (200, 10, 30))
    exif, texts, out = Image.Exif(), PngImagePlugin.PngInfo(), io.BytesIO()
    exif[0x0112], exif[0x010F] = orientation, SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    texts.add_text("Comment", SECRET.decode())
    more: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": SECRET, "progressive": True},
        "PNG": {"pnginfo": texts},
        "WEBP": {"xmp": SECRET},
    }
    image.save(out, form, exif=exif, **more[form])
    return out.getvalue()


def pixels(content: bytes) -> bytes:
    return Image.open(io.BytesIO(content)).convert("RGB").tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_without_metadata__keeps_every_pixel_and_no_word(form: str) -> None:
    came = a_photo(form)
    media_type, kept = photo_without_metadata(came)
    assert media_type == PhotoType(f"image/{form.lower()}")
    assert SECRET in came
    assert SECRET not in kept
    assert pixels(kept) == pixels(came)
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}
    assert photo_without_metadata(kept) == (media_type, kept)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_without_metadata__keeps_the_way_up(orientation: int) -> None:
    _, kept = photo_without_metadata(a_photo("JPEG", orientation=orientation))
    exif = Image.open(io.BytesIO(kept)).getexif()
    assert dict(exif) == ({} if orientation == 1 else {0x0112: orientation})


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_without_metadata__leaves_out_what_follows_the_picture(form: str) -> None:
    came = a_photo(form)
    assert photo_without_metadata(came + SECRET) == photo_without_metadata(came)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_without_metadata__refuses_what_is_cut_off_anywhere(form: str) -> None:
    came = a_photo(form)
    for length in range(len(came)):
        with pytest.raises(PhotoUnreadable):
            photo_without_metadata(came[:length])


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", b"\xff\xd8\xff\xd9", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IEND\xaeB`\x82"],
)
def test_photo_without_metadata__refuses_what_is_no_picture(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        photo_without_metadata(content)


@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_photo_without_metadata__refuses_or_takes_whatever_is_damaged(form: str, data: st.DataObject) -> None:
    came = bytearray(a_photo(form))
    at = data.draw(st.integers(0, len(came) - 1))
    came[at] = data.draw(st.integers(0, 255))
    try:
        _, kept = photo_without_metadata(bytes(came))
    except PhotoUnreadable:
        return

    assert len(kept) <= len(came)


def test_require_room_for_photo__counts_from_one_to_the_last() -> None:
    assert [require_room_for_photo(before) for before in range(MAX_PHOTOS)] == list(range(1, 13))
    with pytest.raises(TooManyPhotos):
        require_room_for_photo(MAX_PHOTOS)
