"""Turns what a reader asked into what the search engine is asked. Pure.

Prices of things sold by the piece and by the kilogram do not compare. So a price range or an
order by price binds the search to one dimension: the chosen one, or the most frequent.
"""

from __future__ import annotations

from matchmaker.storefront.measured import is_measure, measure_filter
from matchmaker.storefront.refinements import FACETS, FLAGS, RANGES, Asked
from search.contract import And, AnyOf, Between, Direction, Equals, Filter, Query, Vector
from search.indexes import DIMENSIONS

PAGE_SIZE = 20
OPTIONS_SHOWN = 8
OPTIONS_COUNTED = 40
OPTIONS_ALL = 300
# Without words there is no fit: what was confirmed last, or is largest, comes first.
BROWSED_BY = {"products": "confirmed_on", "firms": "product_count", "clusters": "firm_count"}
# Nearer in meaning than this is worth a look without any shared word; below, it is chance.
WORTH_SHOWING = 0.35
FARTHEST = 1_000_000  # pages beyond are empty anyway


def chosen_dimension(asked: Asked) -> str | None:
    """The one dimension the reader chose, if it is one."""
    units = asked.chosen.get("unit", ())
    return units[0] if len(units) == 1 and units[0] in DIMENSIONS else None


def needs_dimension(asked: Asked) -> bool:
    """Whether the answer depends on which dimension is meant."""
    by_quantity = asked.sort in ("price", "moq", "capacity") or "price" in asked.ranges
    return asked.tab == "products" and by_quantity and chosen_dimension(asked) is None


def binds_dimension(asked: Asked) -> bool:
    return asked.sort == "price" or "price" in asked.ranges


def dimension_query(asked: Asked) -> Query:
    """Asks only by what the matches are sold."""
    refinements = refinements_of(asked, None, 1.0)
    refinements.pop("price_usd_public", None)
    return Query(asked.text, refinements=refinements, facets=("unit_dimension",), limit=0)


def query_of(
    asked: Asked,
    vector: Vector | None,
    dimension: str | None,
    usd_per_unit: float,
    measures: tuple[str, ...] = (),
) -> Query:
    """The question for the engine. `usd_per_unit`: dollars for one of the reader's currency.

    `measures` are those to be counted beside the filters that products always have.
    """
    facets = (*FACETS[asked.tab].values(), *FLAGS[asked.tab].values())
    return Query(
        text=asked.text,
        vector=vector,
        refinements=refinements_of(asked, dimension, usd_per_unit),
        facets=facets,
        stats=_stats(asked, dimension, measures),
        sort=_sort(asked, dimension),
        offset=offset_of(asked),
        limit=PAGE_SIZE,
        highlight=True,
        least_similarity=WORTH_SHOWING,
        facet_size=OPTIONS_ALL if asked.more else OPTIONS_COUNTED,
    )


def offset_of(asked: Asked) -> int:
    return min((asked.page - 1) * PAGE_SIZE, FARTHEST)


def counting_query(asked: Asked) -> Query:
    """How many there are, nothing else."""
    return Query(asked.text, refinements=refinements_of(asked, None, 1.0), limit=0)


def refinements_of(asked: Asked, dimension: str | None, usd_per_unit: float) -> dict[str, Filter]:
    """One filter a facet, keyed by the field, so that its own counts can leave it out."""
    found: dict[str, Filter] = {}
    for name, values in asked.chosen.items():
        found[FACETS[asked.tab][name]] = AnyOf(FACETS[asked.tab][name], values)
    for name in asked.flags:
        found[FLAGS[asked.tab][name]] = Equals(FLAGS[asked.tab][name], True)
    for name, limits in asked.ranges.items():
        field = RANGES[asked.tab][name]
        if is_measure(name):
            held = measure_filter(name, limits)
            found[field] = And((found[field], held)) if field in found else held
            continue
        factor = usd_per_unit if name == "price" else 1.0
        low = None if limits.low is None else limits.low * factor
        high = None if limits.high is None else limits.high * factor
        found[field] = Between(field, low, high)
    if dimension and binds_dimension(asked) and "unit_dimension" not in found:
        found["unit_dimension"] = AnyOf("unit_dimension", (dimension,))
    return found


def _stats(asked: Asked, dimension: str | None, measures: tuple[str, ...]) -> tuple[str, ...]:
    if asked.tab != "products":
        return tuple(RANGES[asked.tab].values())
    dimensions = (dimension,) if dimension else DIMENSIONS
    asked_for = [RANGES["products"][name] for name in (*asked.ranges, *measures)]
    moq = [f"moq_{each}" for each in dimensions]
    capacity = [f"capacity_month_{each}" for each in dimensions]
    return tuple(dict.fromkeys(["price_usd_public", "lead_days", *moq, *capacity, *asked_for]))


def _sort(asked: Asked, dimension: str | None) -> tuple[tuple[str, Direction], ...]:
    if asked.sort == "fit":
        return () if asked.text else ((BROWSED_BY[asked.tab], "desc"),)
    if asked.sort == "price":
        return (("price_usd_public", "asc"),)
    if asked.sort == "lead":
        return (("lead_days", "asc"),)
    if asked.sort == "moq":
        return ((f"moq_{dimension or 'piece'}", "asc"),)
    if asked.sort == "capacity":
        return ((f"capacity_month_{dimension or 'piece'}", "desc"),)
    field = {"workers": "workers", "products": "product_count", "firms": "firm_count"}[asked.sort]
    return ((field, "desc"),)
