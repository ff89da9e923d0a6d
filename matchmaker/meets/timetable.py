"""Choose the meetings of a meet and place them, with a bound on what is possible. Pure.

    answer = build_timetable(problem, Budget(seconds=5), clock=time.monotonic)

A flow says what no timetable can exceed and which meetings to try first. Those that fairness
floors need are inserted, then the others, the dearest first; chains of other meetings turn aside
for them. Then meetings are forced in and
what they displace is settled elsewhere, as long as that gains; prices of people's time say which
are worth trying, and what else no timetable can exceed. At last idle gaps are closed at
the same value, and tables are given out. Order of goods: must-meets, fairness floors, value,
gaps, moves. See README.md beside this file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from matchmaker.meets.arrays import compile_problem
from matchmaker.meets.checking import check
from matchmaker.meets.choosing.stages import Choosing
from matchmaker.meets.placing.place import place_given
from matchmaker.meets.problem import Answer, Budget, Person, Problem, Progress, Slot, Wish
from matchmaker.meets.promises import check_pins
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
    yes. With `place_all` the list is given, and `placing` does the work. Raises BadInput where
    the problem cannot be meant, or pins are in each other's way. Must-meets that cannot all take
    place are told by the answer; `promises.check_promises` tells many of them beforehand.
    """
    if problem.place_all:
        return place_given(problem, budget, clock=clock, tell=tell, stop=stop)
    check(problem)
    check_pins(problem)
    warm_up()
    watch = Watch(budget, clock, tell, stop)
    choosing = Choosing(compile_problem(problem), watch, budget.seed)
    choosing.pin()
    choosing.bound()
    choosing.insert()
    choosing.meet_floors()
    choosing.find_prices()
    choosing.improve()
    choosing.close_gaps()
    choosing.prove(budget.proving)
    return choosing.answer()


@cache
def warm_up() -> None:
    """Load the compiled loops, or compile them, so that no budget is spent on that.

    Takes tenths of a second where they lie in the cache, else about 15 seconds, once for each
    version of the code. `build_timetable` does it by itself; a server may do it as it starts.
    """
    start = datetime(2027, 1, 1, tzinfo=UTC)
    hours = (start + timedelta(hours=number) for number in range(2))
    tiny = Problem(
        slots=tuple(Slot(each, each + timedelta(minutes=30)) for each in hours),
        tables=(1, 1),
        people=(Person("a"), Person("b"), Person("c")),
        wishes=(Wish("ab", ("a",), ("b",)), Wish("bc", ("b",), ("c",))),
    )
    choosing = Choosing(compile_problem(tiny), Watch(Budget(work=3), None, None, None), seed=1)
    choosing.rehearse()
