"""Where an odd number of people leaves somebody without a partner in every slot. Pure.

Of five people no more than two pairs can meet at once, so ten meetings among them need five slots,
though each of the five needs only four. Refutations do not count in pairs: among nine people they
take long, among eleven for ever. Which sets of people to count is found by cuts (Padberg and Rao
1982): a set is too dense where few meetings leave it and its people have few slots to spare.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import rustworkx
from numpy.typing import NDArray
from ortools.graph.python import max_flow

from matchmaker.meets.placing.given import Given
from matchmaker.meets.problem import Contradiction

LARGEST = 200_000  # people × meetings: a second or so

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class _List(NamedTuple):
    """Meetings of two people that are known: `who[m]` their rows, `allowed[m, t]`."""

    meetings: Ints
    who: Ints
    allowed: Flags


def odd_crowd(given: Given, windows: tuple[frozenset[int], ...]) -> Contradiction | None:
    """People with more meetings among them than pairs they can form; None where none is seen.

    Looks at all slots, and at those of each session on their own.
    """
    if given.people * given.meetings > LARGEST:
        return None
    listed = _listed(given, windows)
    everywhere = np.ones(given.slots, np.bool_)
    sessions = {wish.slots for wish in given.problem.wishes if wish.slots is not None}
    parts = [_in_slots(given, session) for session in sorted(sessions, key=sorted)]
    for slots in [everywhere, *parts]:
        inside = ~listed.allowed[:, ~slots].any(axis=1)
        part = _List(listed.meetings[inside], listed.who[inside], listed.allowed[inside])
        found = _too_dense(given, part)
        if found:
            return found
    return None


def at_once(given: Given, windows: tuple[frozenset[int], ...]) -> list[int]:
    """How many meetings each slot can hold: a maximum matching of those who may meet then."""
    if given.people * given.meetings > LARGEST:
        return list(given.tables)
    held = []
    for slot, tables in enumerate(given.tables):
        graph = rustworkx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(given.people))
        graph.add_edges_from_no_data([
            (option.first, option.second)
            for options, window in zip(given.options, windows, strict=True) if slot in window
            for option in options if slot in option.slots
        ])  # fmt: skip
        held.append(min(tables, len(rustworkx.max_weight_matching(graph, max_cardinality=True))))
    return held


def _listed(given: Given, windows: tuple[frozenset[int], ...]) -> _List:
    """The meetings of which it is known who attends them."""
    known = [number for number, options in enumerate(given.options) if len(options) == 1]
    who = [(given.options[each][0].first, given.options[each][0].second) for each in known]
    allowed = [_in_slots(given, windows[each]) for each in known]
    return _List(
        np.array(known, np.int64),
        np.array(who, np.int64).reshape(-1, 2),
        np.array(allowed, np.bool_).reshape(-1, given.slots),
    )


def _in_slots(given: Given, slots: frozenset[int]) -> Flags:
    flags = np.zeros(given.slots, np.bool_)
    flags[sorted(slots)] = True
    return flags


def _too_dense(given: Given, listed: _List) -> Contradiction | None:
    tables = np.array(given.tables)
    for crowd in _crowds(given.people, listed):
        among = crowd[listed.who].all(axis=1)
        present = _present(given.people, listed.who[among], listed.allowed[among])
        pairs = int(np.minimum(present.sum(axis=0) // 2, tables).sum())
        if among.sum() > pairs:
            problem = given.problem
            wishes = tuple(problem.wishes[each].id for each in listed.meetings[among])
            people = tuple(problem.people[each].id for each in np.flatnonzero(present.any(axis=1)))
            slots = tuple(map(int, np.flatnonzero(present.any(axis=0))))
            return Contradiction("odd", wishes, people, slots, allowed=pairs)
    return None


def _present(people: int, who: Ints, allowed: Flags) -> Flags:
    """In which slots each person may have one of these meetings."""
    present = np.zeros((people, allowed.shape[1]), np.bool_)
    for seat in range(2):
        np.logical_or.at(present, who[:, seat], allowed)
    return present


def _crowds(people: int, listed: _List) -> Iterator[Flags]:
    """The sets of people on one side of a smallest cut between two of them (Gusfield 1990).

    What a cut weighs: meetings that leave the set, and slots its people have to spare.
    """
    degree = np.bincount(listed.who.ravel(), minlength=people)
    spare = _present(people, listed.who, listed.allowed).sum(axis=1) - degree
    busy = np.flatnonzero(degree)
    row = np.full(people, -1)
    row[busy] = np.arange(len(busy)) + 1  # row 0: outside
    who = row[listed.who]
    outside = np.zeros(len(busy), np.int64)
    ends = np.concatenate([who, np.column_stack([outside, row[busy]])])
    weights = np.concatenate([np.ones(len(who), np.int64), np.maximum(0, spare[busy])])
    starts, goals = np.concatenate([ends, ends[:, ::-1]]).T
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(starts, goals, np.tile(weights, 2))
    parent = np.zeros(len(busy) + 1, np.int64)
    for node in range(1, len(parent)):
        flow.solve(node, int(parent[node]))
        side = np.zeros(len(parent), np.bool_)
        side[flow.get_source_side_min_cut()] = True
        moved = side & (parent == parent[node])
        moved[: node + 1] = False
        parent[moved] = node
        crowd = np.zeros(people, np.bool_)
        crowd[busy] = ~side[1:] if side[0] else side[1:]
        yield crowd
