"""What is taken as a document: PDF, JPEG or PNG, told by its content, and nothing else in it.

Pictures are drawn anew, so that neither metadata nor a second file hidden in them survives.
A PDF is kept as it is, for its signature; one that can run something or carries other files is
refused. Needs no database and no application.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image, ImageOps, UnidentifiedImageError

from matchmaker.errors import BadInput
from matchmaker.wording import gettext as _

LARGEST = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 3000  # pixels: an A4 page at 250 dpi stays readable to its small print
MOST_UNPACKED = 20 * 1024 * 1024  # bytes looked at inside a PDF
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
# Compared after the # codes of names were read: /J#53 is /JS.
ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|body|!doctype\s+html)", re.IGNORECASE)
PACKED = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)


@dataclass(frozen=True)
class Accepted:
    """A document as it is to be kept: its bytes, what they are, the name to offer it under."""

    content: bytes
    media_type: str
    file_name: str


def accept(content: bytes, file_name: str) -> Accepted:
    """The document made harmless. Raises BadInput saying what to send instead."""
    name = _plain_name(file_name)
    if not content:
        raise BadInput(_("Document"), name, _("The file is empty. Choose another one."))
    if len(content) > LARGEST:
        raise BadInput(
            _("Document"), name, _("It is larger than 10 MB. Scan it in a lower resolution.")
        )
    media_type = _kind_of(content, name)
    if PurePath(name).suffix.lower() not in ENDINGS[media_type]:
        raise BadInput(
            _("Document"),
            name,
            _("The name does not say what the file is: it should end in %(ending)s.",
              ending=ENDINGS[media_type][0]),
        )  # fmt: skip
    if media_type == "application/pdf":
        _check_pdf(content, name)
    else:
        content = _drawn_anew(content, media_type, name)
    return Accepted(content, media_type, name)


def _plain_name(file_name: str) -> str:
    """The last part of the name, without what could confuse a file system or a header."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(each for each in last if each.isprintable() and each not in '<>:"|?*')
    stem, dot, ending = kept.strip().rpartition(".")
    return f"{stem[:100]}{dot}{ending[:20]}" if kept.strip(". ") else _("document")


def _kind_of(content: bytes, name: str) -> str:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    raise BadInput(
        _("Document"), name, _("Send a PDF, or a photo or scan as JPEG or PNG; nothing else.")
    )


def _check_pdf(content: bytes, name: str) -> None:
    if not content.rstrip(b"\0\r\n\t ").endswith(b"%%EOF"):
        raise BadInput(
            _("Document"), name, _("The PDF is damaged or has something behind its end.")
        )
    if b"/Encrypt" in content:
        raise BadInput(
            _("Document"), name, _("The PDF is locked. Print it to a new PDF, or send a photo.")
        )
    if zipfile.is_zipfile(io.BytesIO(content)) or MARKUP.search(content):
        raise BadInput(_("Document"), name, _("It is two kinds of file in one. Scan it anew."))
    if any(_acts(part) for part in (content, *_unpacked(content, name))):
        raise BadInput(
            _("Document"),
            name,
            _("The PDF holds a program, a form or other files. Print it to a new PDF."),
        )


def _acts(part: bytes) -> bool:
    named = CODED.sub(lambda code: bytes([int(code[1], 16)]), part) if b"#" in part else part
    return ACTIVE.search(named) is not None


def _unpacked(content: bytes, name: str) -> Iterator[bytes]:
    """What stands in packed object streams, where names can hide; little of it at most."""
    left = MOST_UNPACKED
    for found in PACKED.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            part = unpacking.decompress(content[found.end() :], left)
        except zlib.error:
            continue  # not packed this way: read as it stands, above
        left -= len(part)
        if left <= 0:
            raise BadInput(_("Document"), name, _("The PDF is too large once unpacked."))
        yield part


def _drawn_anew(content: bytes, media_type: str, name: str) -> bytes:
    """The picture alone, upright, at most 3000 pixels long."""
    kind = "JPEG" if media_type == "image/jpeg" else "PNG"
    try:
        with warnings.catch_warnings():
            # Too many pixels are refused below, in words.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[kind])
        if picture.width * picture.height > MOST_PIXELS:
            raise BadInput(
                _("Document"),
                name,
                _("The picture has more than 50 million pixels. Make it smaller."),
            )
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        kept = io.BytesIO()
        mode = "L" if upright.mode in ("1", "L") else "RGB"
        upright.convert(mode).save(kept, kind, quality=88, optimize=kind == "PNG")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError,
            ValueError, zlib.error) as broken:  # fmt: skip
        raise BadInput(
            _("Document"), name, _("The picture cannot be read. Photograph or scan it again.")
        ) from broken
    return kept.getvalue()
