"""Value, bound, gaps, fairness and repair of timetables, beside greedy in the same run.

    python -m tests.benchmarks.timetable [--quick] [--b2bsop DIR] [--json]

Meets of 60 × 120 to 2,000 × 4,000 people, loose and tight tables, 60–90 % and 30–50 %
availability. Each answer is checked by `find_faults`. `--quick`: up to 300 × 600 people, 1 and
5 seconds. `--b2bsop DIR` also places the published lists in that folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matchmaker.meets.choosing.gaps import count_idle
from matchmaker.meets.faults import find_faults
from matchmaker.meets.problem import Answer, Budget, Problem, Timetable
from matchmaker.meets.repairing.repair import repair
from matchmaker.meets.repairing.surviving import Lost, without
from matchmaker.meets.timetable import build_timetable
from seed.meets import AMPLE, SCARCE, Shape, draw_meet, lifelike
from tests.benchmarks.harness import Figures
from tests.benchmarks.timetable_given import b2bsop
from tests.meets.first_fit import first_fit

SIZES = ((60, 120), (150, 300), (300, 600))
LARGEST = (2000, 4000)
TABLES: tuple[Literal["loose", "tight"], ...] = ("loose", "tight")
KINDS = tuple((there, tables) for there in (AMPLE, SCARCE) for tables in TABLES)
HOPED_MEGABYTES = 1000


@dataclass(frozen=True)
class Case:
    """One meet, and how long the solver goes on for it."""

    shape: Shape
    seconds: tuple[float, ...]
    proving: float
    is_lifelike: bool = False

    @property
    def name(self) -> str:
        low, high = self.shape.availability
        kind = "lifelike " if self.is_lifelike else ""
        size = f"{self.shape.buyers}×{self.shape.sellers}"
        return f"{size} {kind}{self.shape.tables} {low:.0%}–{high:.0%}"

    def share_hoped(self, seconds: float) -> float | None:
        """The goal of meets.md for the share of the bound after so many seconds."""
        if (self.shape.buyers, self.shape.sellers) == LARGEST:
            return 0.995 if seconds == 15 else None
        if self.shape.buyers < 300 or seconds < 5 or self.is_lifelike:
            return None
        if self.shape.availability == SCARCE:
            return 0.993 if seconds == 5 else 0.995
        return 0.999 if self.shape.tables == "loose" else 0.995


def cases(*, is_quick: bool) -> Iterator[Case]:
    seconds, proving = ((1.0, 5.0), 20.0) if is_quick else ((1.0, 5.0, 60.0), 30.0)
    for buyers, sellers in SIZES:
        for there, tables in KINDS:
            yield Case(Shape(buyers, sellers, availability=there, tables=tables), seconds, proving)
    shape = lifelike(300, 600, tables="tight")
    yield Case(shape, seconds, proving, is_lifelike=True)
    if not is_quick:
        for there, tables in KINDS:
            shape = Shape(*LARGEST, availability=there, tables=tables)
            yield Case(shape, (5.0, 15.0, 60.0), 40.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="Part of the name of the cases to run.")
    parser.add_argument("--b2bsop", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = Figures("Timetable")
    _warm_up()
    for case in cases(is_quick=asked.quick):
        if asked.only in case.name:
            _measure(figures, case)
    if not asked.quick and not asked.only:
        figures.at_most("peak memory at 2000×4000", _peak_megabytes(), "MB", goal=HOPED_MEGABYTES)
    if asked.b2bsop:
        b2bsop(figures, asked.b2bsop)
    figures.finish()


def _warm_up() -> None:
    """Compile the loops, or read them from the cache; a meet in the hall waits for neither."""
    problem = draw_meet(lifelike(20, 40, tables="tight"))
    announced = _solved(problem, 1.0).timetable
    repair(problem, announced, lost=Lost(slots=frozenset({0})))


def _solved(problem: Problem, seconds: float, proving: float = 0.0) -> Answer:
    budget = Budget(seconds=seconds, proving=proving)
    answer = build_timetable(problem, budget, clock=time.monotonic)
    kinds = {fault.kind for fault in find_faults(problem, answer.timetable)}
    assert kinds <= {"must missing"}, kinds
    return answer


def _measure(figures: Figures, case: Case) -> None:
    """All figures of one meet; the best bound of all its runs is the one that counts."""
    problem = draw_meet(case.shape)
    answers = _answers(case, problem)
    bound = min(answer.bound for answer in answers.values())
    figures.told(f"{case.name}: wishes", len(problem.wishes), "")
    at_once = answers[case.seconds[0]].bound
    figures.told(
        f"{case.name}: bound after {case.seconds[0]:g} s, above the best",
        100 * (at_once / bound - 1),
        "%",
    )
    for seconds, answer in answers.items():
        _tell_value(figures, case, seconds, answer, bound)
    _tell_greedy(figures, case, problem, bound)
    if case.shape.buyers == 300:
        _measure_repair(figures, case, problem, answers[5.0].timetable)


def _answers(case: Case, problem: Problem) -> dict[float, Answer]:
    """The answer after each time; where one is proved and nobody waits, it is that of all later."""
    answers: dict[float, Answer] = {}
    for seconds in case.seconds:
        before = next(reversed(answers.values()), None)
        if before and before.is_proved and not before.idle_gaps:
            answers[seconds] = before
            continue
        proving = case.proving if seconds == case.seconds[-1] else 0.0
        answers[seconds] = _solved(problem, seconds, proving)
    return answers


def _tell_value(figures: Figures, case: Case, seconds: float, answer: Answer, bound: float) -> None:
    name = f"{case.name}: after {seconds:g} s"
    share, hoped = 100 * answer.value / bound, case.share_hoped(seconds)
    if hoped is None:
        figures.told(f"{name}, of the best bound", share, "%")
    else:
        figures.at_least(f"{name}, of the best bound", share, "%", goal=100 * hoped)
    gaps, people = f"{name}, idle gaps", case.shape.buyers + case.shape.sellers
    if seconds >= 5 and case.shape.buyers <= 300 and case.shape.tables == "loose":
        figures.at_most(gaps, answer.idle_gaps / people, "a person", goal=0.1)
    else:
        figures.told(gaps, answer.idle_gaps / people, "a person")
    if seconds != case.seconds[-1]:
        return
    figures.told(f"{name}, table moves", answer.table_moves / people, "a person")
    figures.told(f"{name}, below the floor", len(answer.below_floor), "people")
    figures.told(f"{name}, price of fairness", 100 * answer.fairness_price, "%")


def _tell_greedy(figures: Figures, case: Case, problem: Problem, bound: float) -> None:
    timetable = first_fit(problem)
    weight = {wish.id: wish.weight for wish in problem.wishes}
    value = sum(weight[each.wish] for each in timetable.meetings)
    people = case.shape.buyers + case.shape.sellers
    met = {who for each in timetable.meetings for who in (each.first, each.second)}
    figures.told(f"{case.name}: greedy, of the best bound", 100 * value / bound, "%")
    gaps = count_idle(problem, timetable)
    figures.told(f"{case.name}: greedy, idle gaps", gaps / people, "a person")
    figures.told(f"{case.name}: greedy, without a meeting", people - len(met), "people")


def _measure_repair(figures: Figures, case: Case, problem: Problem, announced: Timetable) -> None:
    """One person in twenty does not come."""
    dice = random.Random(1)
    lost = Lost(frozenset(each.id for each in problem.people if dice.random() < 0.05))
    began, used = time.monotonic(), time.process_time()
    options = repair(problem, announced, lost=lost)
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    now = without(problem, lost)
    for option in options:
        assert {fault.kind for fault in find_faults(now, option.timetable)} <= {"must missing"}
        name = f"{case.name}: repair, {option.allowed} may move"
        figures.told(f"{name}, of its bound", 100 * (1 - option.gap), "%")
        figures.told(f"{name}, moved", len(option.moved), "meetings")
    first = f"{case.name}: repair"
    figures.at_least(f"{first}, of the residual bound", 100 * (1 - options[0].gap), "%", goal=99)
    figures.at_most(f"{first} without moves, moved", len(options[0].moved), "meetings", goal=0)
    figures.at_most(f"{first}, all three options", seconds, "s", goal=1)
    figures.told(f"{first}, all three options", cpu, "s CPU")
    fresh = _solved(now, 5.0)
    same = {(each.wish, each.slot) for each in announced.meetings}
    kept = sum((each.wish, each.slot) in same for each in fresh.timetable.meetings)
    name = f"{case.name}: from scratch instead"
    figures.told(f"{name}, of its value", 100 * options[0].value / max(1, fresh.value), "%")
    figures.told(f"{name}, meetings changed", len(announced.meetings) - kept, "")


def _peak_megabytes() -> float:
    """The most memory a process ever held that draws the largest meet, solves and explains it."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_memory_of_the_largest)


def _memory_of_the_largest() -> float:
    problem = draw_meet(lifelike(*LARGEST, tables="tight"))
    answer = _solved(problem, 15.0, proving=30.0)
    assert all(each.reason for each in answer.unmet)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
