"""Place a given list of meetings with the fewest breaks, and prove that fewer cannot be. Pure.

    answer = place_given(problem, Budget(seconds=60), clock=time.monotonic)

Two searches work towards each other, round by round: annealing brings the breaks down, the proof
brings up the number below which no placing can be. Where they meet, the answer is proved. A list
that contradicts itself is recognised by counting, or refuted, and the answer says by what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from matchmaker.errors import BadInput
from matchmaker.meets.checking import check
from matchmaker.meets.choosing.gaps import count_idle
from matchmaker.meets.choosing.tables import assign_tables, count_moves
from matchmaker.meets.faults import breaks_of
from matchmaker.meets.placing.annealing import STEPS, Annealing
from matchmaker.meets.placing.contradictions import astray, counted_out
from matchmaker.meets.placing.encoding import encode
from matchmaker.meets.placing.given import Choice, Given, given_by
from matchmaker.meets.placing.proving import GLANCE, Proof
from matchmaker.meets.placing.refuting import contradiction_of
from matchmaker.meets.problem import (
    Answer,
    Budget,
    Contradiction,
    Meeting,
    Problem,
    Progress,
    Timetable,
)
from matchmaker.meets.watch import Watch

# Past so many places of meetings in slots the formula takes seconds and hundreds of megabytes to
# write, and proves little: then no proof is tried.
LARGEST = 40_000
ROUND = STEPS // 1000  # units of work in one round of the proof alone
PACE = 10  # rounds of annealing for a slice of the proof beside


def place_given(
    problem: Problem,
    budget: Budget,
    *,
    clock: Callable[[], float] | None = None,
    tell: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Answer:
    """All meetings of the list with the fewest breaks found, and how few there must be.

    Needs `problem.place_all`. The answer is proved when `breaks` equals `fewest`. If the list
    cannot be placed, `is_infeasible` says so and `contradiction` what stands against each other.
    `clock` tells seconds and is needed when the budget names any; `tell` hears after each round
    (how many meetings are placed, then breaks and how few there must be); `stop` is asked as
    often, and the best so far is the answer when it says yes. Raises BadInput where the problem
    cannot be meant.
    """
    if not problem.place_all:
        raise BadInput("$.place_all", False, "Only a given list is placed; set it to true.")
    watch = Watch(budget, clock, tell, stop)
    # Published lists with such pins are to be recognised, not to be corrected: before the check.
    contradiction = astray(problem)
    if not contradiction:
        check(problem)
        if not problem.wishes:
            return Answer(Timetable(), 0, 0.0, is_proved=True, breaks=0, fewest=0)
        given = given_by(problem)
        contradiction = counted_out(given)
    if contradiction:
        return _refused(problem, contradiction, watch)
    return _Placing(given, watch, budget.seed).answer()


@dataclass
class _Best:
    """The best placing so far: slot and people of each meeting."""

    breaks: int
    slots: list[int]
    choices: Sequence[Choice]


class _Placing:
    """The rounds, and what has come of them."""

    def __init__(self, given: Given, watch: Watch, seed: int) -> None:
        self.given, self.watch, self.seed = given, watch, seed
        self.best: _Best | None = None
        self.annealing: Annealing | None = None
        self.proof: Proof | None = None
        if given.is_plain:
            choices = [(each[0].first, each[0].second, -1) for each in given.options]
            self.annealing = Annealing(given, choices, seed)
            self.annealing.go_on(0)
        self._compare()
        if sum(map(len, given.windows)) <= LARGEST:
            self.proof = Proof(encode(given), needs_start=self.best is None)

    def answer(self) -> Answer:
        """Work until it is proved, or the budget is spent, or somebody says stop."""
        try:
            while not self._is_over():
                self._round()
        finally:
            if self.proof:
                self.proof.close()
        if self.proof and self.proof.is_infeasible:
            why = contradiction_of(self.given, self.watch)
            return _refused(self.given.problem, why, self.watch)
        return self._told()

    def _round(self) -> None:
        """Anneal a little, then learn what the proof has found meanwhile."""
        proof, watch = self.proof, self.watch
        # With work alone each step of the proof is waited for, so that all stays the same.
        waits = watch.seconds is None
        is_beside = proof is not None and proof.is_beside
        for _ in range(PACE if waits and is_beside else 1):
            if self.annealing and self._goes_on() and not watch.is_stopped():
                self.annealing.go_on(self.fewest)
            watch.done += self.annealing.steps // 1000 if self.annealing else ROUND
        if proof and not is_beside:
            proof.step_here()
        elif proof and waits:
            proof.wait(watch.is_stopped)
        elif proof:
            proof.poll(0.0 if self._goes_on() else GLANCE)
        self._compare()
        if self.best:
            watch.tell(self.best.breaks, self.fewest, "breaks")
            if proof and proof.is_beside and not self._goes_on() and not proof.is_descending:
                proof.descend(self.best.breaks, self.best.slots)
        elif self.annealing:
            whole = self.given.meetings
            watch.tell(whole - self.annealing.unplaced, whole, "placing")

    def _goes_on(self) -> bool:
        """Whether annealing may still find something, or nobody else would look for it."""
        is_alone = self.proof is None or self.proof.is_over
        return self.annealing is not None and (is_alone or not self.annealing.is_stale)

    @property
    def fewest(self) -> int:
        return self.proof.fewest if self.proof else 0

    def _compare(self) -> None:
        """Keep the better of what both have found, and let annealing start from the other's."""
        found = self.proof.best if self.proof else None
        if found and (self.best is None or found.breaks < self.best.breaks):
            self.best = _Best(found.breaks, found.slots, found.choices)
            if self.annealing is None or self.annealing.choices != tuple(found.choices):
                self.annealing = Annealing(self.given, found.choices, self.seed)
            if self.annealing.breaks is None or self.annealing.breaks > found.breaks:
                self.annealing.start_from(found.slots)
        mine = self.annealing
        fewest = mine.breaks if mine else None
        if mine and fewest is not None and (self.best is None or fewest < self.best.breaks):
            self.best = _Best(fewest, mine.placing(), mine.choices)

    def _is_over(self) -> bool:
        if self.proof and self.proof.is_infeasible:
            return True
        if self.best and self.best.breaks <= self.fewest:
            return True
        return self.watch.is_over()

    def _told(self) -> Answer:
        best, annealing = self.best, self.annealing
        if best:
            return _answer(self.given, best, self.fewest, self.watch)
        if annealing is None:
            return _answer(self.given, None, self.fewest, self.watch)
        partial = _Best(0, annealing.placing(), annealing.choices)
        return _answer(self.given, partial, self.fewest, self.watch)


def _answer(given: Given, best: _Best | None, fewest: int, watch: Watch) -> Answer:
    """The placing as a timetable; of one that is not whole, what has no place and why."""
    problem = given.problem
    timetable = assign_tables(problem, list(_meetings(given, best))) if best else Timetable()
    is_whole = len(timetable.meetings) == given.meetings
    breaks = sum(breaks_of(problem, timetable.meetings).values()) if is_whole else None
    is_proved = breaks is not None and breaks <= fewest
    weight = {each.id: each.weight for each in problem.wishes}
    return Answer(
        timetable,
        value=sum(weight[each.wish] for each in timetable.meetings),
        bound=float(sum(weight.values())),
        is_proved=is_proved,
        breaks=breaks,
        fewest=fewest,
        idle_gaps=count_idle(problem, timetable),
        table_moves=count_moves(problem, timetable),
        seconds=watch.passed,
    )


def _meetings(given: Given, best: _Best) -> Iterator[Meeting]:
    people, interpreters = given.problem.people, given.problem.interpreters
    rows = zip(given.problem.wishes, best.slots, best.choices, strict=True)
    for wish, slot, (first, second, helper) in rows:
        if slot >= 0:
            name = interpreters[helper].id if helper >= 0 else None
            yield Meeting(wish.id, people[first].id, people[second].id, slot, 0, name)


def _refused(problem: Problem, contradiction: Contradiction | None, watch: Watch) -> Answer:
    """It is certain that the list cannot be placed."""
    return Answer(
        Timetable(),
        value=0,
        bound=float(sum(each.weight for each in problem.wishes)),
        is_infeasible=True,
        contradiction=contradiction,
        seconds=watch.passed,
    )
