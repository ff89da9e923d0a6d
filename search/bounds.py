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
            raise BadQuery(name, value, f"Give a whole number from 0 to {most or 'any'}.")
    if not 0 <= query.vector_weight <= 100:
        raise BadQuery("vector_weight", query.vector_weight, "Give a number from 0 to 100.")
    if not -1 <= query.least_similarity <= 1:
        raise BadQuery("least_similarity", query.least_similarity, "Give a number from -1 to 1.")
