"""How far the numbers of a query may go, for every engine alike. Pure."""

from search.contract import MAX_LIMIT, Query
from search.errors import BadQuery


def check_bounds(query: Query) -> None:
    """Raises BadQuery naming the number that is out of bounds."""
    for name, value, most in (
        ("offset", query.offset, None),
        ("limit", query.limit, MAX_LIMIT),
        ("facet_size", query.facet_size, 10_000),
    ):
        if not isinstance(value, int) or value < 0 or (most is not None and value > most):
            remedy = f"Give a whole number from 0 {'on' if most is None else f'to {most}'}."
            raise BadQuery(name, value, remedy, code=f"invalid_search_{name}")
    for name, number, least, most in (
        ("vector_weight", query.vector_weight, 0, 100),
        ("least_similarity", query.least_similarity, -1, 1),
    ):
        if not least <= number <= most:
            remedy = f"Give a number from {least} to {most}."
            raise BadQuery(name, number, remedy, code=f"invalid_search_{name}")
