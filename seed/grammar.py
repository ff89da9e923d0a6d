"""Texts out of patterns: `{attribute}` puts a value in, `[a|b|c]` picks one; picks may nest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

_INNERMOST = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"\{([a-z0-9_]+)\}")


class BadPattern(Exception):
    """A pattern that names an unknown attribute or has an unclosed bracket."""


def expand(pattern: str, values: Mapping[str, object], random: Random) -> str:
    """One text of a pattern. Raises BadPattern."""
    text = pattern
    while True:
        text, picked = _INNERMOST.subn(lambda m: random.choice(m[1].split("|")), text)
        if not picked:
            break
    if "[" in text or "]" in text:
        raise BadPattern(f"a bracket is not closed in {pattern!r}")
    text = _PLACE.sub(lambda m: _value(m[1], values, pattern), text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" ([,.;:!?])", r"\1", text)
    return text[:1].upper() + text[1:]


def _value(name: str, values: Mapping[str, object], pattern: str) -> str:
    if name not in values:
        raise BadPattern(f"{{{name}}} is no attribute of this family, in {pattern!r}")
    value = values[name]
    return f"{value:g}" if isinstance(value, float) else str(value)
