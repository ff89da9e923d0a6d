"""Pages by cursor: stable while rows come and go, and as fast on the last page as on the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Row = TypeVar("Row")


def page_of(
    rows: Sequence[Row],
    limit: int,
    cursor: Callable[[Row], str],
    shown: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """`rows`: one more than `limit` where there are more. The cursor names the last row given."""
    items = rows[:limit]
    more = len(rows) > limit
    return {"items": [shown(each) for each in items], "next": cursor(items[-1]) if more else None}
