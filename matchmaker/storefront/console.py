"""A search as a person at a terminal asks it and reads why each hit is there. Pure."""

from __future__ import annotations

from collections.abc import Callable

from matchmaker.measures import UNITS
from matchmaker.money import exchange_rates
from matchmaker.storefront.asking import refinements_of
from matchmaker.storefront.measured import MEASURE_UNITS, meant_by
from matchmaker.storefront.refinements import Asked, plain
from search.contract import Query, Vector
from search.explaining import Explanation

INDENT = " " * 29


def asked_as_typed(
    text: str, index: str, limit: int, by: str, encode: Callable[[str], Vector | None]
) -> tuple[Asked, Query]:
    """What these words mean on the site, and the question for the engine.

    `by`: 'words', 'meaning' or 'both'.
    """
    asked = meant_by(Asked(text, tab=index)).asked
    rate = exchange_rates().rate(asked.currency or "USD", "USD").value
    query = Query(
        text="" if by == "meaning" else asked.text,
        vector=encode(asked.text) if by != "words" and asked.text else None,
        refinements=refinements_of(asked, None, float(rate)),
        limit=limit,
    )
    return asked, query


def understood(asked: Asked) -> str:
    """'words “mat”, size 18 to 18 mm'."""
    parts = [f"words “{asked.text}”"]
    for name, limits in asked.ranges.items():
        low = "…" if limits.low is None else plain(limits.low)
        high = "…" if limits.high is None else plain(limits.high)
        unit = UNITS.get(MEASURE_UNITS.get(name.partition("_")[0], ""))
        parts.append(f"{name} {low} to {high} {unit.symbol if unit else ''}".rstrip())
    return ", ".join(parts)


def told(why: Explanation) -> str:
    """One indented line a reason."""
    lines = [
        f"“{each.asked}” {each.how} “{each.word}” in {', '.join(each.fields)}" for each in why.found
    ]
    lines += [f"lacks “{word}”" for word in why.lacking]
    if why.similarity is not None:
        lines.append(f"similarity {why.similarity:.3f}")
    lines += [f"passes {each.field}: {', '.join(map(str, each.values))}" for each in why.passed]
    return "\n".join(f"{INDENT}{each}" for each in lines)
