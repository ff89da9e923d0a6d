"""The stages in which a timetable is made, one after the other. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matchmaker.errors import BadInput
from matchmaker.meets.bounds_flow import bound_by_flow
from matchmaker.meets.compiled import Compiled, Ints
from matchmaker.meets.ejecting import anneal, force_all
from matchmaker.meets.gaps import count_idle
from matchmaker.meets.insertion import insert_all
from matchmaker.meets.problem import Answer, Meeting
from matchmaker.meets.state import FREE, UNPLACED, empty_state, place
from matchmaker.meets.tables import assign_tables, count_moves
from matchmaker.meets.watch import Watch

AT_ONCE = 20_000  # options inserted, or steps taken, between two looks at the clock
# Shares of the budget by whose end a stage stops; what it leaves is the next one's.
IMPROVED, CLOSED = 0.8, 1.0


class Choosing:
    """A timetable in the making. Call the stages in their order; any of them may be left out."""

    def __init__(self, problem: Compiled, watch: Watch, seed: int) -> None:
        self.problem, self.facts, self.watch = problem, problem.facts, watch
        self.state = empty_state(problem, seed)
        self.most_total = np.iinfo(np.int64).max  # no timetable is worth more, floors included
        self.most_value = float("inf")  # no timetable has more value, floors or not
        self.chosen = np.zeros(problem.options, bool)
        self.fairness_price = 0.0

    # -- what is known -----------------------------------------------------------------------

    @property
    def value(self) -> int:
        """The weights of all that is placed."""
        placed = self.state.option[self.state.slot != UNPLACED]
        return int(self.problem.weight[placed].sum())

    @property
    def upper(self) -> float:
        """No timetable that keeps as many must-meets and floors has more value than this."""
        value = self.value
        left = float(self.most_total - int(self.state.total[0]))
        return max(float(value), min(self.most_value, value + left))

    def _say(self, stage: str) -> None:
        self.watch.tell(self.value, self.upper, stage)

    # -- stages ------------------------------------------------------------------------------

    def pin(self) -> None:
        """Place what is pinned, for good; BadInput where two pins are in each other's way."""
        for wish in np.flatnonzero(self.problem.pinned >= 0):
            slot = int(self.problem.pinned[wish])
            options = range(self.facts.options[wish], self.facts.options[wish + 1])
            if not any(place(self.facts, self.state, option, slot) for option in options):
                raise BadInput("pinned", self.problem.problem.wishes[wish].id, self._why(int(wish)))
            self.state.locked[wish] = True
            self.state.mark[0] = 0

    def _why(self, wish: int) -> str:
        """Why a pinned wish has no place, as a remedy."""
        slot = int(self.problem.pinned[wish])
        asked = self.problem.problem.wishes[wish]
        row = {each.id: number for number, each in enumerate(self.problem.problem.people)}
        for who in (*asked.first, *asked.second):
            there = int(self.state.at[row[who], slot])
            if there >= 0:
                other = self.problem.problem.wishes[int(self.facts.wish[there])].id
                return f"“{who}” is pinned to “{other}” in that slot; take out one of the two."
            if there != FREE:
                return f"“{who}” is absent in that slot; pin it elsewhere or not at all."
        return "In that slot no table, quota or interpreter is left for it; pin it elsewhere."

    def bound(self) -> None:
        """What no timetable can exceed, at once: one flow with the floors, one without."""
        flow = bound_by_flow(self.problem)
        self.most_total, self.chosen = flow.total, flow.chosen
        plain = bound_by_flow(self.problem, is_plain=True)
        self.most_value = float(plain.total)
        fair = int(self.problem.weight[flow.chosen].sum())
        if self.problem.colour is not None and plain.total:
            self.fairness_price = max(0.0, 1 - fair / plain.total)
        self._say("bound")

    def insert(self) -> None:
        """Insert the meetings of the flow, then all others, the dearest first."""
        order = np.lexsort((-self.facts.worth, ~self.chosen)).astype(np.int64)
        for start in range(0, len(order), AT_ONCE):
            insert_all(self.facts, self.state, order, start, min(len(order), start + AT_ONCE))
            self._say("inserted")
            if start and self.watch.is_over():
                break

    def improve(self) -> None:
        """Lift whoever is below the floor, then trade meetings for dearer ones."""
        force_all(self.facts, self.state, self._urgent())
        self._say("floors")
        weights = self.problem.weight
        hot = 0.02 * float(weights.mean()) if len(weights) else 0.0
        while len(weights) and int(self.state.total[0]) < self.most_total:
            if self.watch.is_over(IMPROVED):
                break
            heat = hot * (1 - self.watch.share(IMPROVED)) + 1e-6
            anneal(self.facts, self.state, AT_ONCE, heat, heat)
            self.watch.done += AT_ONCE // 1000
            self._say("improved")

    def _urgent(self) -> Ints:
        """Options of must-meets that have no place, and of people below their floor."""
        facts, state = self.facts, self.state
        below = state.met < facts.least
        is_open = state.slot[facts.wish] == UNPLACED
        musts = self.problem.is_must[facts.wish]
        found = np.flatnonzero(is_open & (musts | below[facts.first] | below[facts.second]))
        return found[np.argsort(-facts.worth[found], kind="stable")].astype(np.int64)

    def close_gaps(self) -> None:
        """Turn chains so that people wait less, at the same value."""

    # -- the answer --------------------------------------------------------------------------

    def answer(self) -> Answer:
        problem = self.problem.problem
        timetable = assign_tables(problem, self._meetings())
        musts_open = self.problem.is_must & (self.state.slot == UNPLACED)
        value, upper = self.value, self.upper
        answer = Answer(
            timetable=timetable,
            value=value,
            bound=upper,
            is_proved=int(self.state.total[0]) >= self.most_total,
            is_infeasible=bool(musts_open.any()) and self._musts_cannot(),
            idle_gaps=count_idle(problem, timetable),
            table_moves=count_moves(problem, timetable),
            below_floor=self._below_floor(),
            fairness_price=self.fairness_price,
        )
        self.watch.tell(value, upper, "done")
        return replace(answer, seconds=self.watch.passed)

    def _meetings(self) -> list[Meeting]:
        problem, facts, state = self.problem.problem, self.facts, self.state
        found = []
        for wish in np.flatnonzero(state.slot != UNPLACED):
            option, via = int(state.option[wish]), int(state.via[wish])
            found.append(
                Meeting(
                    wish=problem.wishes[wish].id,
                    first=problem.people[facts.first[option]].id,
                    second=problem.people[facts.second[option]].id,
                    slot=int(state.slot[wish]),
                    table=0,
                    interpreter=problem.interpreters[via].id if via >= 0 else None,
                )
            )
        return found

    def _below_floor(self) -> tuple[str, ...]:
        """People with fewer meetings than they should have, as they are listed."""
        people = self.problem.problem.people
        return tuple(people[row].id for row in np.flatnonzero(self.state.met < self.facts.least))

    def _musts_cannot(self) -> bool:
        """Whether it is certain that no timetable keeps all must-meets."""
        facts = self.facts
        if (np.diff(facts.options)[self.problem.is_must] == 0).any():
            return True
        must_worth = int((facts.worth - self.problem.weight).max(initial=0))
        return self.most_total < must_worth * int(self.problem.is_must.sum())
