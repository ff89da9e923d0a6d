"""Why an order cannot be filled, and the least change of each kind that fills it. Pure."""

from __future__ import annotations

from matchmaker.matching.consortium.problem import Problem, Shortfall


def shortfall_of(problem: Problem) -> Shortfall:
    return Shortfall("", ())
