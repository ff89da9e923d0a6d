"""Choose the meetings of a meet and place them, with a bound on what is possible. Pure.

    answer = build_timetable(problem, Budget(seconds=5), clock=time.monotonic)

A flow says what no timetable can exceed and which meetings to try first. They are inserted
dearest first, chains of other meetings turning aside for them. Then meetings are forced in and
what they displace is settled elsewhere, as long as that gains. At last idle gaps are closed at
the same value, and tables are given out. Order of goods: must-meets, fairness floors, value,
gaps, moves. See README.md beside this file.
"""

from __future__ import annotations

from collections.abc import Callable

from matchmaker.meets.checking import check
from matchmaker.meets.choosing import Choosing
from matchmaker.meets.compiled import compile_problem
from matchmaker.meets.problem import Answer, Budget, Problem, Progress
from matchmaker.meets.watch import Watch


def build_timetable(
    problem: Problem,
    budget: Budget,
    *,
    clock: Callable[[], float] | None = None,
    tell: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Answer:
    """The best timetable found within the budget, what it is worth, and what none can exceed.

    `clock` tells seconds and is needed when the budget names any; `tell` hears of each step
    forward; `stop` is asked many times a second, and the best so far is the answer when it says
    yes. Raises BadInput where the problem cannot be meant.
    """
    check(problem)
    watch = Watch(budget, clock, tell, stop)
    choosing = Choosing(compile_problem(problem), watch, budget.seed)
    choosing.pin()
    choosing.bound()
    choosing.insert()
    choosing.lift_floors()
    choosing.find_prices()
    choosing.improve()
    choosing.close_gaps()
    choosing.prove(budget.proving)
    return choosing.answer()
