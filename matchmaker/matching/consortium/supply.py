"""From a problem to the arrays that are searched: who can ship what in which period. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from matchmaker.matching.consortium.arrays import Cells, Real, Whole
from matchmaker.matching.consortium.problem import Candidate, Problem

# A price has at most so many steps; finer ones are rounded down, which keeps bounds safe.
FINEST_WEIGHT = 1_000_000
# Ties are broken by the rank of what firms were given, in so many classes.
TIE_CLASSES = 4
LARGEST_SUM = 4 * 10**18


@dataclass(frozen=True)
class Mode:
    """One way in which a line can ship in a period: `low` to `high` steps at `price` a unit."""

    candidate: Candidate
    low: int
    high: int
    price: Fraction
    tier: int


# By firm and line, the modes of each period.
Lines = dict[tuple[str, str], list[list[Mode]]]


@dataclass(frozen=True)
class Supply:
    """`cells` as arrays for the search; `firms`, `modes` say what their numbers stand for.

    One unit of money per unit of goods and per cent is a weight of `scale`.
    """

    firms: tuple[str, ...]
    modes: tuple[Mode, ...]
    scale: Fraction
    cells: Cells

    @property
    def ceiling(self) -> float:
        """Multipliers stay below this, so that no sum leaves 64 bits."""
        heaviest = int(self.cells.weight.max(initial=1)) * self.cells.unit
        everything = int(self.cells.high.sum()) + int(self.cells.demand.sum()) + 1
        return float(min(64 * heaviest, LARGEST_SUM // everything))


def by_spec(problem: Problem) -> tuple[tuple[Candidate, ...], ...]:
    """The admitted candidates, apart by spec, in the order of the specs' names."""
    found: dict[str, list[Candidate]] = {}
    for each in problem.candidates:
        if each.misfit <= problem.most_misfit:
            found.setdefault(each.spec, []).append(each)
    return tuple(tuple(found[spec]) for spec in sorted(found))


def starts_on(candidate: Candidate, problem: Problem) -> dt.date | None:
    """The day from which it meets the musts, by its own papers or the group's; None: never."""
    days = [candidate.ready_on]
    if candidate.in_group:
        days.append(problem.group_from)
    known = [each for each in days if each is not None]
    return max(min(known), problem.ask.today) if known else None


def free_by_period(candidate: Candidate, problem: Problem) -> tuple[int, ...]:
    """What it can make in each period once it meets the musts; days count evenly.

    What would be made before the papers are there does not count.
    """
    begins = starts_on(candidate, problem)
    if begins is None:
        return (0,) * problem.ask.periods
    fences = problem.ask.fences
    spans = zip(candidate.free, fences, fences[1:], strict=False)
    return tuple(_part(free, start, end, begins) for free, start, end in spans)


def _part(free: int, start: dt.date, end: dt.date, begins: dt.date) -> int:
    if begins <= start:
        return free
    return free * max(0, (end - begins).days) // (end - start).days


def available(candidate: Candidate, problem: Problem) -> tuple[int, ...]:
    """The most it can ship for each demanded amount.

    It ships no earlier than `lead_days` after it could begin. Of a single shipment all counts
    that it can make until it is due.
    """
    ask = problem.ask
    begins = starts_on(candidate, problem)
    if begins is None:
        return (0,) * len(ask.demand)
    first = begins + dt.timedelta(days=candidate.lead_days)
    free = free_by_period(candidate, problem)
    if ask.is_once:
        return (sum(free[: ask.due]) if first < ask.fences[ask.due] else 0,)
    spans = zip(free, ask.fences[1:], ask.demand, strict=False)
    return tuple(amount if first < end else 0 for amount, end, _ in spans)


def modes_of(candidate: Candidate, most: int, wanted: int) -> list[Mode]:
    """Its tiers as far as it can ship them; more than is wanted only where the MOQ is more."""
    found = []
    bounds = [each.amount for each in candidate.tiers[1:]]
    for number, tier in enumerate(candidate.tiers):
        low = max(candidate.moq, tier.amount, 1)
        high = min(most, bounds[number] - 1) if number < len(bounds) else most
        high = min(high, max(low, wanted))
        if low <= high:
            price = Fraction(tier.price) * (100 + Fraction(candidate.misfit))
            found.append(Mode(candidate, low, high, price, number))
    return found


def supply_of(problem: Problem, candidates: Sequence[Candidate]) -> Supply:
    """The arrays for these candidates."""
    demand = problem.ask.demand
    lines: Lines = {}
    for each in candidates:
        most = available(each, problem)
        for t, wanted in enumerate(demand):
            if wanted:
                add_modes(lines, each, t, len(demand), modes_of(each, most[t], wanted))
    return arrays_of(lines, demand, candidates)


def add_modes(
    lines: Lines, candidate: Candidate, t: int, periods: int, modes: Sequence[Mode]
) -> None:
    """Say in which modes the candidate's line can ship in period `t`."""
    if modes:
        cells = lines.setdefault((candidate.firm, candidate.line), [[] for _ in range(periods)])
        cells[t] += modes


def _ties(candidates: Sequence[Candidate]) -> dict[str, int]:
    """A class for each firm: 0 for those that were given least in the last year."""
    given: dict[str, int] = {}
    for each in candidates:
        given[each.firm] = max(given.get(each.firm, 0), each.allocated)
    steps = sorted(set(given.values()))
    last = max(len(steps) - 1, 1)
    rank = {value: at if last < TIE_CLASSES else at * (TIE_CLASSES - 1) // last
            for at, value in enumerate(steps)}  # fmt: skip
    return {firm: rank[value] for firm, value in given.items()}


def arrays_of(lines: Lines, demand: Sequence[int], candidates: Sequence[Candidate]) -> Supply:
    """The arrays for these lines; ties between firms are broken by what they were given."""
    ties = _ties(candidates)
    lines = {key: [sorted(cell, key=_rank) for cell in lines[key]] for key in sorted(lines)}
    firms = tuple(sorted({firm for firm, _ in lines}))
    of_line = [firm for firm, _ in lines]
    cells = [cell for line in lines.values() for cell in line]
    modes = tuple(mode for cell in cells for mode in cell)
    tie = np.array([ties[each] for each in firms], np.int64)
    unit = int(tie.sum()) + 1
    scale = _scale(modes, unit, sum(each.high for each in modes) + sum(demand))
    most = [max((mode.high for mode in cell), default=0) for cell in cells]
    by_line = np.array(most, np.int64).reshape(-1, len(demand))
    first_line = _starts([of_line.count(each) for each in firms])
    mode_ptr = _starts([len(cell) for cell in cells])
    low = np.array([each.low for each in modes], np.int64)
    high = np.array([each.high for each in modes], np.int64)
    weight = np.array([int(each.price * scale) for each in modes], np.int64)
    found = Cells(
        np.array(demand, np.int64), first_line, mode_ptr, low, high, weight, tie, unit,
        np.add.reduceat(by_line, first_line[:-1]) if firms else by_line,
        *_pieces(mode_ptr, low, high, weight, len(demand)),
    )  # fmt: skip
    return Supply(firms, modes, scale, found)


def _rank(mode: Mode) -> tuple[str, int]:
    return mode.candidate.offer, mode.tier


def _starts(counts: Sequence[int]) -> Whole:
    """Where each of several stretches of such lengths begins, and the end."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _scale(modes: Sequence[Mode], unit: int, everything: int) -> Fraction:
    """So many weight steps for one unit of money and per cent: exact where six digits do."""
    dearest = max((each.price for each in modes), default=Fraction(0)) or Fraction(1)
    finest = max(1, min(FINEST_WEIGHT, LARGEST_SUM // (8 * unit * (everything + 1))))
    for digits in range(-12, 13)[::-1]:
        scale = Fraction(10) ** digits
        if dearest * scale <= finest:
            whole = Fraction(finest) / dearest
            exact = all((each.price * scale).denominator == 1 for each in modes)
            return scale if exact else whole
    return Fraction(finest) / dearest


def _pieces(
    mode_ptr: Whole, low: Whole, high: Whole, weight: Whole, periods: int
) -> tuple[Whole, Whole, Whole, Real]:
    """The lower hull of nought and the modes of each cell: the pieces by period and slope."""
    found: list[list[tuple[float, int, int, int]]] = [[] for _ in range(periods)]
    for cell, (begin, end) in enumerate(pairwise(mode_ptr.tolist())):
        line, period = divmod(cell, periods)
        amounts = np.concatenate([low[begin:end], high[begin:end]])
        costs = amounts * np.tile(weight[begin:end], 2)
        points = list(zip(amounts.tolist(), costs.tolist(), strict=True))
        for number, (slope, length) in enumerate(hull_pieces(points)):
            found[period].append((slope, line, number, length))
    flat = [each for period in found for each in sorted(period)]
    return (
        _starts([len(each) for each in found]),
        np.array([line for _, line, _, _ in flat], np.int64),
        np.array([length for _, _, _, length in flat], np.int64),
        np.array([slope for slope, _, _, _ in flat], np.float64),
    )


def hull_pieces(points: Sequence[tuple[int, int]]) -> list[tuple[float, int]]:
    """(slope, length) of the lower convex hull from nought to the largest amount, ascending."""
    hull = [(0, 0)]
    for point in sorted(points):
        while len(hull) > 1 and _is_above(hull[-2], hull[-1], point):
            hull.pop()
        if point[0] > hull[-1][0]:
            hull.append(point)
    return [((b[1] - a[1]) / (b[0] - a[0]), b[0] - a[0]) for a, b in pairwise(hull)]


def _is_above(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether b lies on or above the line from a to c, so that the hull goes without it."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])
