"""Documents for tests: a PDF, pictures, and what only pretends to be one."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def pdf(body: bytes = b"") -> bytes:
    """The least that readers take for a PDF."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj\n"
        + body
        + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **saved: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (180, 90, 60)).save(made, kind, **saved)
    return made.getvalue()


def png_bomb(side: int) -> bytes:
    """A small file that claims to be a picture of side × side pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    line = b"\0" * (side // 8 + 2)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(line) for _ in range(min(side, 2000))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
