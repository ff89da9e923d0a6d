"""Refuse what no answer could be given to, before asking the server. Pure."""

from search.contract import MAX_LIMIT, Field, IndexSettings, Query
from search.errors import BadQuery


def check_query(query: Query, settings: IndexSettings) -> None:
    """BadQuery naming the part that is wrong; filters are checked where they are written."""
    if not isinstance(query.text, str):
        raise BadQuery("text", query.text, "Give a text.")
    _check_bounds(query)
    for name in query.facets:
        if not _field(name, settings).facet:
            raise BadQuery("facet", name, "This field is not declared as a facet.")
    for name in query.stats:
        if _field(name, settings).kind != "number":
            raise BadQuery("stats", name, "Only numbers have statistics.")
    for name, direction in query.sort:
        if not _field(name, settings).sort:
            raise BadQuery("sort", name, "This field is not declared as sortable.")
        if direction not in ("asc", "desc"):
            raise BadQuery("sort", direction, "Use 'asc' or 'desc'.")


def _check_bounds(query: Query) -> None:
    for name, value, most in (
        ("offset", query.offset, None),
        ("limit", query.limit, MAX_LIMIT),
        ("facet_size", query.facet_size, 10_000),
    ):
        if not isinstance(value, int) or value < 0 or (most is not None and value > most):
            raise BadQuery(name, value, f"Give a whole number from 0 to {most or 'any'}.")
    if not 0 <= query.vector_weight <= 100:
        raise BadQuery("vector_weight", query.vector_weight, "Give a number from 0 to 100.")
    if not -1 <= query.least_similarity <= 1:
        raise BadQuery("least_similarity", query.least_similarity, "Give a number from -1 to 1.")


def _field(name: str, settings: IndexSettings) -> Field:
    found = settings.field(name)
    if found is None or found.kind == "text":
        known = ", ".join(f.name for f in settings.fields if f.kind != "text") or "none"
        raise BadQuery("field", name, f"Fields to filter, count or sort by: {known}.")
    return found
