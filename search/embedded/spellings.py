"""Filters find a value however it is written: KERALA and ' kerala ' mean Kerala.

A Meilisearch server compares like that. Here a filter is rewritten, before it is used, to
the spellings that the index really holds.
"""

from collections.abc import Sequence
from dataclasses import replace

from search.contract import And, AnyOf, Equals, Filter, Not, Or, Query, Scalar
from search.embedded.columns import Columns
from search.values import as_keyword


def respelt_query(query: Query, columns: Columns) -> Query:
    """The same question in the spellings of this index."""
    if query.filter is None and not query.refinements:
        return query
    chosen = {name: respelt(each, columns) for name, each in query.refinements.items()}
    bound = None if query.filter is None else respelt(query.filter, columns)
    return replace(query, filter=bound, refinements=chosen)


def respelt(asked: Filter, columns: Columns) -> Filter:
    """The same filter in the spellings of this index; what nobody wrote stays as it is."""
    match asked:
        case And(parts):
            return And(tuple(respelt(each, columns) for each in parts))
        case Or(parts):
            return Or(tuple(respelt(each, columns) for each in parts))
        case Not(part):
            return Not(respelt(part, columns))
        case Equals(name, value):
            return _among(asked, name, (value,), columns)
        case AnyOf(name, values):
            return _among(asked, name, values, columns)
    return asked


def _among(asked: Filter, name: str, values: Sequence[Scalar], columns: Columns) -> Filter:
    spec = columns.settings.field(name)
    if spec is None or spec.kind != "keyword":
        return asked
    held: list[Scalar] = []
    for value in values:
        held += columns.spellings(name, as_keyword(spec, value)) or [value]
    return Equals(name, held[0]) if len(held) == 1 else AnyOf(name, tuple(dict.fromkeys(held)))
