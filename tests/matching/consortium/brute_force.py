"""The answer by trying everything, written apart from the solver and without its ideas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from matchmaker.matching.consortium.problem import Candidate, Problem

Money = Fraction
Way = tuple[frozenset[str], Money]


def best_by_size(problem: Problem, due: int | None = None) -> dict[int, Money]:
    """For every number of members that can do it, the least money of at most so many."""
    best: dict[int, Money] = {}
    for spec in {each.spec for each in problem.candidates}:
        for size, money in _best_of_spec(problem, spec, due).items():
            best[size] = min(money, best.get(size, money))
    cheapest = None
    for size in sorted(best):
        cheapest = best[size] if cheapest is None else min(cheapest, best[size])
        best[size] = cheapest
    return best


def earliest_due(problem: Problem) -> int | None:
    """Of a single shipment: the first period by whose end it can be shipped."""
    return next((due for due in range(1, problem.ask.due + 1) if best_by_size(problem, due)), None)


def _best_of_spec(problem: Problem, spec: str, due: int | None) -> dict[int, Money]:
    ask = problem.ask
    candidates = [
        each for each in problem.candidates
        if each.spec == spec and each.misfit <= problem.most_misfit
    ]  # fmt: skip
    periods = [_ways(problem, candidates, t, due) for t in range(len(ask.demand))]
    found: dict[int, Money] = {}
    firms = sorted({each.firm for each in candidates})
    for picks in product((False, True), repeat=len(firms)):
        members = {firm for firm, is_in in zip(firms, picks, strict=True) if is_in}
        costs = [
            min((money for used, money in ways if used <= members), default=None)
            for ways in periods
        ]
        if None not in costs:
            total = sum(costs, Fraction(0))  # type: ignore[arg-type]
            found[len(members)] = min(total, found.get(len(members), total))
    return found


def _ways(problem: Problem, candidates: list[Candidate], t: int, due: int | None) -> list[Way]:
    """Every way to ship period `t`: each line ships nothing, or one product at one of its tiers."""
    lines: dict[str, list[tuple[str, int, int, Fraction]]] = {}
    for each in candidates:
        lines.setdefault(each.line, [])
        most = most_of(problem, each, t, due)
        for number, tier in enumerate(each.tiers):
            low = max(each.moq, tier.amount, 1)
            high = most
            if number + 1 < len(each.tiers):
                high = min(most, each.tiers[number + 1].amount - 1)
            if low <= high:
                price = Fraction(tier.price) * (1 + Fraction(each.misfit) / 100)
                lines[each.line].append((each.firm, low, high, price))
    found = []
    for picks in product(*([None, *options] for options in lines.values())):
        used = [each for each in picks if each is not None]
        money = _filled(used, problem.ask.demand[t])
        if money is not None:
            found.append((frozenset(each[0] for each in used), money))
    return found


def _filled(used: list[tuple[str, int, int, Fraction]], need: int) -> Money | None:
    """All ship their least; what is still lacking comes from the cheapest that have room."""
    money = sum((low * price for _, low, _, price in used), Fraction(0))
    need -= sum(low for _, low, _, _ in used)
    for _, low, high, price in sorted(used, key=lambda each: each[3]):
        more = min(max(need, 0), high - low)
        money += more * price
        need -= more
    return money if need <= 0 else None


def most_of(problem: Problem, each: Candidate, t: int, due: int | None = None) -> int:
    """The most it can ship for the demanded amount `t`."""
    ask = problem.ask
    days = [each.ready_on] + ([problem.group_from] if each.in_group else [])
    begins = min((max(day, ask.today) for day in days if day is not None), default=None)
    if begins is None:
        return 0
    until = (due or ask.due) if ask.is_once else t + 1
    if begins + dt.timedelta(days=each.lead_days) > ask.fences[until] - dt.timedelta(days=1):
        return 0
    spans = range(until) if ask.is_once else range(t, t + 1)
    return sum(_made(each.free[s], ask.fences[s], ask.fences[s + 1], begins) for s in spans)


def _made(free: int, start: dt.date, end: dt.date, begins: dt.date) -> int:
    days = sum(1 for _ in _days(max(start, begins), end))
    return free * days // (end - start).days


def _days(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    while start < end:
        yield start
        start += dt.timedelta(days=1)
