"""Refuse what no answer could be given to, before asking the server. Pure."""

from search.bounds import check_bounds
from search.contract import Field, IndexSettings, Query
from search.errors import BadQuery


def check_query(query: Query, settings: IndexSettings) -> None:
    """BadQuery naming the part that is wrong; filters are checked where they are written."""
    if not isinstance(query.text, str):
        raise BadQuery("text", query.text, "Give a text.")
    check_bounds(query)
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


def _field(name: str, settings: IndexSettings) -> Field:
    found = settings.field(name)
    if found is None or found.kind == "text":
        known = ", ".join(f.name for f in settings.fields if f.kind != "text") or "none"
        raise BadQuery("field", name, f"Fields to filter, count or sort by: {known}.")
    return found
