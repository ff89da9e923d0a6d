"""A page as its reader has it: words, without tags."""

from __future__ import annotations

import re


def words_of(html: str) -> str:
    """The words of a page's main part, or of a piece of a page."""
    main = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))
