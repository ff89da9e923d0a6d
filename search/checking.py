"""Refuse what no answer could be given to, in the same words on every engine. Pure.

Each refusal carries the code by which a Meilisearch server names the same mistake.
"""

from search.bounds import check_bounds
from search.contract import (
    And,
    AnyOf,
    Between,
    Equals,
    Exists,
    Field,
    Filter,
    IndexSettings,
    Not,
    Or,
    Query,
)
from search.errors import BadQuery
from search.values import as_keyword, as_number, checked_vector

_DEEPEST_FILTER = 100


def check_query(query: Query, settings: IndexSettings) -> None:
    """Raises BadQuery naming the part of the question that is wrong."""
    if not isinstance(query.text, str):
        raise BadQuery("text", query.text, "Give a text.", code="invalid_search_q")
    check_bounds(query)
    for name in query.facets:
        check_facet(name, settings)
    for name in query.stats:
        if _field(name, settings, "invalid_search_facets").kind != "number":
            raise BadQuery(
                "stats", name, "Only numbers have statistics.", code="invalid_search_facets"
            )
    for name, direction in query.sort:
        _check_sort(name, direction, settings)
    for each in (query.filter, *query.refinements.values()):
        if each is not None:
            check_filter(each, settings)
    if query.vector is not None:
        checked_vector(query.vector, settings.vector_dimensions)


def check_facet(name: str, settings: IndexSettings, code: str = "invalid_search_facets") -> None:
    """Raises BadQuery with this code for what is not counted."""
    if not _field(name, settings, code).facet:
        raise BadQuery("facet", name, "This field is not declared as a facet.", code=code)


def _check_sort(name: str, direction: str, settings: IndexSettings) -> None:
    spec = _field(name, settings, "invalid_search_sort")
    remedy = ""
    if not spec.sort:
        remedy = "This field is not declared as sortable."
    elif spec.many:
        remedy = "A field of several values has no order."
    if remedy:
        raise BadQuery("sort", name, remedy, code="invalid_search_sort")
    if direction not in ("asc", "desc"):
        raise BadQuery("sort", direction, "Use 'asc' or 'desc'.", code="invalid_search_sort")


def check_filter(asked: Filter, settings: IndexSettings, depth: int = 0) -> None:
    """Raises BadQuery for a field, a value or a depth that no filter may have."""
    code = "invalid_search_filter"
    if depth > _DEEPEST_FILTER:
        raise BadQuery("filter", "...", f"Nest at most {_DEEPEST_FILTER} levels deep.", code=code)
    match asked:
        case And(parts) | Or(parts):
            for part in parts:
                check_filter(part, settings, depth + 1)
        case Not(part):
            check_filter(part, settings, depth + 1)
        case Equals(name, value):
            _check_value(_field(name, settings, code), value)
        case AnyOf(name, values):
            spec = _field(name, settings, code)
            for value in values:
                _check_value(spec, value)
        case Between(name, low, high):
            spec = _field(name, settings, code)
            if spec.kind != "number":
                raise BadQuery("filter", name, "Only numbers have a range; use AnyOf.", code=code)
            for bound in (low, high):
                if bound is not None:
                    _check_value(spec, bound)
        case Exists(name):
            _field(name, settings, code)
        case _:
            raise BadQuery("filter", asked, "Use the filters of the contract.", code=code)


def _check_value(spec: Field, value: object) -> None:
    try:
        if spec.kind == "number":
            as_number(spec.name, value)
        else:
            as_keyword(spec, value)
    except BadQuery as no:
        code = "invalid_search_filter"
        raise BadQuery(no.field, no.value, no.remedy, code=code) from None


def _field(name: str, settings: IndexSettings, code: str) -> Field:
    found = settings.field(name)
    if found is None or found.kind == "text":
        known = ", ".join(f.name for f in settings.fields if f.kind != "text") or "none"
        raise BadQuery("field", name, f"Fields to filter, count or sort by: {known}.", code=code)
    return found
