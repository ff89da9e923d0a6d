"""The first bound: no timetable is worth more than a cheapest flow. Pure.

    source → slots → first sides (quota) → second sides (quota) → slots → sink

Each meeting is one unit of flow. It leaves a slot in which its first person is there and enters
one in which its second is there; that both must be the same is what is given up, so a flow may
be worth more than any timetable, never less. Where people do not fall into two sides each
stands on both and the flow is halved. The flow itself is whole, so that it also says which
meetings are worth trying. 0.05 s at 300 × 600 people, 1.3 s at 2,000 × 4,000.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from matchmaker.meets.arrays import Compiled, Ints

SOURCE, SINK = 0, 1


@dataclass(frozen=True)
class FlowBound:
    """`total`: no timetable is worth more. `chosen`: the options of the flow, as a mask."""

    total: int
    chosen: NDArray[np.bool_]


def bound_by_flow(problem: Compiled, is_plain: bool = False) -> FlowBound:
    """Bound the worth of all timetables with must-meets and floors, or `is_plain` the weights."""
    if not problem.options or not problem.slots:
        return FlowBound(0, np.zeros(problem.options, bool))
    net = _Network(problem, is_plain)
    worth, flows = net.solve()
    if problem.colour is None:
        return FlowBound(worth // 2, flows)
    return FlowBound(worth, flows)


class _Network:
    """Nodes: source, sink, slots before, slots after, people (in and out, on each side)."""

    def __init__(self, problem: Compiled, is_plain: bool) -> None:
        self.problem, self.facts, self.is_plain = problem, problem.facts, is_plain
        self.people, self.slots = problem.people, problem.slots
        self.base = 2 + 2 * self.slots
        self.nodes = self.base + 4 * self.people
        self.arcs: list[tuple[Ints, Ints, Ints, Ints]] = []
        self.tail_of_options: list[tuple[int, Ints]] = []
        self.supply = 0

    def solve(self) -> tuple[int, NDArray[np.bool_]]:
        """What the best flow is worth, and which options it uses."""
        for side in (0, 1):
            self._add_slots(side)
            self._add_quotas(side)
        self._add_wishes()
        flow = min_cost_flow.SimpleMinCostFlow()
        tails, heads, caps, costs = (np.concatenate(each) for each in zip(*self.arcs, strict=True))
        flow.add_arcs_with_capacity_and_unit_cost(tails, heads, caps, costs)
        flow.add_arc_with_capacity_and_unit_cost(SOURCE, SINK, self.supply, 0)
        flow.set_node_supply(SOURCE, self.supply)
        flow.set_node_supply(SINK, -self.supply)
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise RuntimeError(f"no flow found: {status}")  # there is always the empty one
        used = np.zeros(self.problem.options, bool)
        for start, options in self.tail_of_options:
            used[options] |= flow.flows(np.arange(start, start + len(options))) > 0
        return -int(flow.optimal_cost()), used

    def _add(self, tails: Ints, heads: Ints, caps: Ints | int, costs: Ints | int) -> int:
        """Add arcs; returns the number of the first."""
        start = sum(len(each[0]) for each in self.arcs)
        shape = np.zeros(len(tails), np.int64)
        self.arcs.append((tails, heads, shape + caps, shape + costs))
        return start

    def _node(self, side: int, is_out: int) -> Ints:
        """The nodes of all people on a side: before or after their quota."""
        start = self.base + (2 * side + is_out) * self.people
        return np.arange(start, start + self.people)

    def _on(self, side: int) -> NDArray[np.bool_]:
        """Who may stand on a side; everybody on both where there are no two sides."""
        colour = self.problem.colour
        return np.ones(self.people, bool) if colour is None else colour == side

    def _add_slots(self, side: int) -> None:
        """Meetings leave slots where the first person is there, enter where the second is."""
        there = self.facts.present.astype(bool) & self._on(side)[:, None]
        person, slot = np.nonzero(there)
        fold = 2 if self.problem.colour is None else 1
        room = np.minimum(fold * self.facts.tables, there.sum(axis=0))
        slots = 2 + side * self.slots + np.arange(self.slots)
        if side == 0:
            self._add(np.full(self.slots, SOURCE), slots, room, 0)
            self._add(slots[slot], self._node(0, 0)[person], 1, 0)
            self.supply = int(room.sum())
        else:
            self._add(self._node(1, 1)[person], slots[slot], 1, 0)
            self._add(slots, np.full(self.slots, SINK), room, 0)

    def _add_quotas(self, side: int) -> None:
        """A person's first meetings count for the floor, as many as the floor asks for."""
        on = self._on(side)
        into, out = self._node(side, 0)[on], self._node(side, 1)[on]
        most, least = self.facts.most[on], self.facts.least[on]
        floor = 0 if self.is_plain else self.facts.floor_worth
        if not floor:
            least = np.zeros_like(least)
        self._add(into, out, np.minimum(least, 1), -2 * floor)
        self._add(into, out, np.maximum(least - 1, 0), -floor)
        self._add(into, out, most - least, 0)

    def _add_wishes(self) -> None:
        facts = self.facts
        value = self.problem.weight if self.is_plain else facts.worth
        colour = self.problem.colour
        turned = np.zeros(len(facts.first), bool) if colour is None else colour[facts.first] == 1
        first = np.where(turned, facts.second, facts.first)
        second = np.where(turned, facts.first, facts.second)
        self._add_pairs(first, second, value)
        if colour is None:
            self._add_pairs(second, first, value)

    def _add_pairs(self, first: Ints, second: Ints, value: Ints) -> None:
        """An arc for each wish of two people; two nodes more for one with several options."""
        facts = self.facts
        sizes = np.diff(facts.options)
        one = np.flatnonzero(sizes[facts.wish] == 1)
        many = np.flatnonzero(sizes[facts.wish] > 1)
        out, into = self._node(0, 1), self._node(1, 0)
        start = self._add(out[first[one]], into[second[one]], 1, -value[one])
        self.tail_of_options.append((start, one))
        if not len(many):
            return
        wish, place = np.unique(facts.wish[many], return_inverse=True)
        entry = self.nodes + 2 * np.arange(len(wish))
        self.nodes += 2 * len(wish)
        self._add(entry, entry + 1, 1, -value[facts.options[wish]])
        # Somebody who stands in several options of a wish needs one arc only, but two do no harm.
        start = self._add(out[first[many]], entry[place], 1, 0)
        self.tail_of_options.append((start, many))
        self._add(entry[place] + 1, into[second[many]], 1, 0)
