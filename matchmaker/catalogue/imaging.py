"""What was sent as a picture, made anew in the sizes pages need. Pure: bytes in, bytes out.

Nothing of the file itself is passed on: no metadata (a phone writes where it was), no colour
profile, nothing that hides behind the picture. What is not plainly a photo is refused with the
reason.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

LARGEST_FILE = 12 * 1024 * 1024  # bytes
# What a decoder may be asked to unfold. JPEG can be opened smaller than it is; the others cannot.
MOST_PIXELS = {"JPEG": 120_000_000}
MOST_PIXELS_OTHERWISE = 30_000_000
LONGEST_SIDE, SHORTEST_SIDE = 20_000, 100  # pixels
WIDTHS = (160, 480, 960, 1600)
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
_OPENED = ("JPEG", "PNG", "WEBP", "AVIF")
_ENCODERS = {
    "avif": ("AVIF", {"quality": 58, "speed": 9}),
    "webp": ("WEBP", {"quality": 78, "method": 3}),
    "jpg": ("JPEG", {"quality": 80, "optimize": True, "progressive": True}),
}
# Words that a browser could take for a page, were the file ever served as it came.
_MARKUP = (b"<script", b"<html", b"<svg", b"<!doctype", b"<?php", b"<iframe", b"javascript:")
_PAGES = (b"<?xml", b"<", b"\xef\xbb\xbf<")


class NotAPicture(Exception):
    """The file cannot be used. `reason` is a key of `pictures.REASONS`, which has the words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class MadeAnew:
    """A picture in several sizes. `width` and `height` are those of the largest.

    `files`: (width, 'avif' | 'webp' | 'jpg') → bytes.
    """

    width: int
    height: int
    sizes: tuple[int, ...]
    files: dict[tuple[int, str], bytes]


def begins_like_a_photo(start: bytes) -> bool:
    """Whether these first bytes of a file may be a photo: says early what is none for sure."""
    is_avif = start[4:8] == b"ftyp"
    return is_avif or start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"))


def make_anew(content: bytes) -> MadeAnew:
    """Decode a photo, turn it upright, and encode it in every size and format. About 0.5 s.

    Raises NotAPicture.
    """
    _look(content)
    with _decoding():
        picture = _upright(_opened(content))
    largest = min(picture.width, max(WIDTHS))
    sizes = (*(width for width in WIDTHS if width < largest), largest)
    files: dict[tuple[int, str], bytes] = {}
    for width in reversed(sizes):  # each smaller one from the one before: quicker, as sharp
        height = max(1, round(picture.height * width / picture.width))
        if width != picture.width:
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        for kind in _ENCODERS:
            files[width, kind] = _encoded(picture, kind)
    return MadeAnew(largest, _height(files[largest, "jpg"]), sizes, files)


def _look(content: bytes) -> None:
    """Refuse by the bytes alone what is no photo, before any decoder sees it."""
    if not content:
        raise NotAPicture("empty")
    if len(content) > LARGEST_FILE:
        raise NotAPicture("too large")
    if content.lstrip()[:5].startswith(_PAGES):
        raise NotAPicture("page")
    lowered = content.lower()
    if any(words in lowered for words in _MARKUP) or b"%pdf-" in lowered[:1024]:
        raise NotAPicture("two in one")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise NotAPicture("two in one")


@contextmanager
def _decoding() -> Iterator[None]:
    """Whatever a decoder says of a broken file, in our words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except NotAPicture:
        raise
    except UnidentifiedImageError as unknown:
        raise NotAPicture("unknown") from unknown
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as bomb:
        raise NotAPicture("too many pixels") from bomb
    except (OSError, ValueError, SyntaxError, ArithmeticError, EOFError, IndexError) as broken:
        raise NotAPicture("broken") from broken


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Our own limits follow; the library's warning is about larger pictures than ours.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(content), formats=_OPENED)
    width, height = picture.size
    if max(width, height) > LONGEST_SIDE:
        raise NotAPicture("too many pixels")
    if width * height > MOST_PIXELS.get(picture.format or "", MOST_PIXELS_OTHERWISE):
        raise NotAPicture("too many pixels")
    if min(width, height) < SHORTEST_SIDE:
        raise NotAPicture("too small")
    if picture.format == "JPEG":
        picture.draft("RGB", (max(WIDTHS), max(WIDTHS)))
    picture.load()
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held, in the colours of screens, on white, without metadata."""
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("P", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture = _in_srgb(picture, profile)
    if picture.width > max(WIDTHS):
        size = (max(WIDTHS), max(1, round(picture.height * max(WIDTHS) / picture.width)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    return plain


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None  # a profile that lies is passed over
        if turned is not None:
            return turned
    return picture.convert("RGB")


def _encoded(picture: Image.Image, kind: str) -> bytes:
    name, options = _ENCODERS[kind]
    out = io.BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()


def _height(jpeg: bytes) -> int:
    with Image.open(io.BytesIO(jpeg)) as made:
        return made.height
