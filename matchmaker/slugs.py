"""Readable, stable names in addresses."""

from __future__ import annotations

import re
import unicodedata

# The vowel signs of Indian scripts belong to their words, though Python counts them among no
# letters; joiners only say how letters are drawn.
_NOT_WORDS = re.compile(r"[^\w\u0900-\u0963\u0970-\u0dff]+")
_JOINERS = re.compile("[\u200c\u200d]")


def slug_of(text: str, *, limit: int = 80) -> str:
    """Words joined by hyphens, accents taken off; scripts without Latin letters are kept.

    Never empty: a text without letters or digits gives 'x'.
    """
    folded = unicodedata.normalize("NFKD", _JOINERS.sub("", text))
    plain = "".join(c for c in folded if not (unicodedata.combining(c) and ord(c) < 0x0370))
    words = _NOT_WORDS.sub("-", unicodedata.normalize("NFC", plain).lower()).strip("-_")
    return words[:limit].rstrip("-") or "x"
