"""What a command is given to read: a file, or - for what is piped in, up to a limit.

content = content_of(name, most=150_000_000, field="FILE")
"""

from __future__ import annotations

import sys
from pathlib import Path

from matchmaker.errors import BadInput

PIPED = "-"
LONGEST_SHOWN = 60  # letters of a path, its end: folders are all alike
# Files whose name may well end in .json, and what to do about them.
PACKED = {
    b"\x1f\x8b": "It is compressed by gzip: unpack it, as in gunzip -c FILE | … -",
    b"PK\x03\x04": "It is a ZIP archive or a spreadsheet: give the file that is in it as text.",
    b"BZh": "It is compressed by bzip2: unpack it, as in bunzip2 -c FILE | … -",
    b"\xfd7zXZ": "It is compressed by xz: unpack it, as in unxz -c FILE | … -",
    b"%PDF": "It is a PDF: give the text file it was made from.",
}


def content_of(name: str, *, most: int, field: str) -> bytes:
    """All bytes of the file, or of standard input for “-”; never more than `most` are held.

    `field`: what names it on the command line. Raises BadInput for what is no file, cannot be
    read, is empty, too large, or packed.
    """
    shown = name if len(name) <= LONGEST_SHOWN else f"…{name[1 - LONGEST_SHOWN :]}"
    try:
        content = _first(name, most + 1)
    except OSError as wrong:
        remedy = f"It cannot be read: {wrong.strerror or wrong}. Name a file, or - for a pipe."
        raise BadInput(field, shown, remedy) from wrong
    except ValueError as wrong:  # a name with a null in it
        raise BadInput(field, shown, "It is no name of a file.") from wrong
    if len(content) > most:
        remedy = f"It can have at most {most // 10**6} million bytes: split it."
        raise BadInput(field, shown, remedy)
    if not content.strip():
        raise BadInput(field, shown, "It is empty.")
    for mark, remedy in PACKED.items():
        if content.startswith(mark):
            raise BadInput(field, shown, remedy)
    return content


def _first(name: str, count: int) -> bytes:
    if name == PIPED:
        if sys.stdin is None:  # closed by the shell
            raise OSError("nothing is piped in")
        return sys.stdin.buffer.read(count)
    with Path(name).open("rb") as file:
        return file.read(count)
