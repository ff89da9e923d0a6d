"""Values as versions keep them, and whether a cell says what the product says already. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def is_same(before: Any, after: Any) -> bool:
    """Whether a cell says what the product says already, in the way cells are read."""
    if isinstance(before, str) and isinstance(after, str):
        return before == after or before.split() == after.split()
    if isinstance(before, list) and isinstance(after, list):
        return [str(each).split() if isinstance(each, str) else each for each in before] == [
            str(each).split() if isinstance(each, str) else each for each in after
        ]
    return bool(before == after) or (before is not None and str(before) == str(after))


def as_said(value: Any) -> Any:
    """A number as the text that a version keeps; anything else as it is."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value
