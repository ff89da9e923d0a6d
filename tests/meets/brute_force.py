"""The best timetable of a very small meet, by trying everything. Knows nothing of the solver."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import product

from matchmaker.meets.problem import Interpreter, Person, Problem, Timetable, Wish

Worth = tuple[int, int, int]
IMPOSSIBLE: Worth = (-1, -1, -1)


def best_worth(problem: Problem) -> Worth:
    """What the best timetable has: must-meets, floors (a first meeting counts twice), value.

    IMPOSSIBLE where the pins cannot all be kept.
    """
    return _Trial(problem).best(0)


def worth_of(problem: Problem, timetable: Timetable) -> Worth:
    """The same of a timetable at hand."""
    trial = _Trial(problem)
    wishes = {each.id: each for each in problem.wishes}
    for meeting in timetable.meetings:
        trial.slot_of[meeting.wish] = meeting.slot
        trial.met.update((meeting.first, meeting.second))
        trial.value += wishes[meeting.wish].weight
        trial.musts += wishes[meeting.wish].is_must
    return trial.worth()


@dataclass
class _Trial:
    problem: Problem
    slot_of: dict[str, int] = field(default_factory=dict)
    busy: set[tuple[str, int]] = field(default_factory=set)
    used: Counter[int] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    value: int = 0
    musts: int = 0

    def __post_init__(self) -> None:
        self.people = {each.id: each for each in self.problem.people}
        self.asked = Counter(
            person
            for wish in self.problem.wishes
            for one, other in product(wish.first, wish.second)
            if self._may_meet(one, other) and self._could(wish, one, other)
            for person in (one, other)
        )

    def best(self, number: int) -> Worth:
        """Over all ways to go on from this wish."""
        if number == len(self.problem.wishes):
            return self.worth()
        wish = self.problem.wishes[number]
        found = IMPOSSIBLE if wish.pinned is not None else self.best(number + 1)
        for one, other, slot in product(wish.first, wish.second, self._slots(wish)):
            for helper in self._helpers(one, other):
                if self._can(one, other, slot, helper):
                    found = max(found, self._with(number, one, other, slot, helper))
        return found

    def _with(self, number: int, one: str, other: str, slot: int, helper: str | None) -> Worth:
        """The best with this meeting, which is taken back afterwards."""
        wish = self.problem.wishes[number]
        places = {(one, slot), (other, slot)} | ({(helper, slot)} if helper else set())
        self.slot_of[wish.id] = slot
        self.busy |= places
        self.used[slot] += 1
        self.met.update((one, other))
        self.value += wish.weight
        self.musts += wish.is_must
        found = self.best(number + 1)
        del self.slot_of[wish.id]
        self.busy -= places
        self.used[slot] -= 1
        self.met.subtract((one, other))
        self.value -= wish.weight
        self.musts -= wish.is_must
        return found

    def _slots(self, wish: Wish) -> tuple[int, ...]:
        if wish.pinned is not None:
            return (wish.pinned,)
        everywhere = range(len(self.problem.slots))
        return tuple(everywhere if wish.slots is None else sorted(wish.slots))

    def _helpers(self, one: str, other: str) -> list[str | None]:
        """Nobody where none is needed, else each who is able, marked so that names never clash."""
        mine, theirs = self.people[one].languages, self.people[other].languages
        if not mine or not theirs or mine & theirs:
            return [None]
        able = [e for e in self.problem.interpreters if e.languages & mine and e.languages & theirs]
        return [f"interpreter {each.id}" for each in able]

    def _can(self, one: str, other: str, slot: int, helper: str | None) -> bool:
        people = (self.people[one], self.people[other])
        return (
            self._may_meet(one, other)
            and self.used[slot] < self.problem.tables[slot]
            and all(slot not in each.absent and (each.id, slot) not in self.busy for each in people)
            and all(each.most is None or self.met[each.id] < each.most for each in people)
            and (helper is None or self._is_free(helper, slot))
        )

    def _is_free(self, helper: str, slot: int) -> bool:
        who: Interpreter = next(
            e for e in self.problem.interpreters if f"interpreter {e.id}" == helper
        )
        return slot not in who.absent and (helper, slot) not in self.busy

    def _may_meet(self, one: str, other: str) -> bool:
        mine, theirs = self.people[one], self.people[other]
        names = {(a, b) for a in (mine.id, mine.company) for b in (theirs.id, theirs.company)}
        is_apart = any((a, b) in names or (b, a) in names for a, b in self.problem.apart)
        is_one_company = bool(mine.company) and mine.company == theirs.company
        return one != other and not is_apart and not is_one_company

    def _could(self, wish: Wish, one: str, other: str) -> bool:
        absent = self.people[one].absent | self.people[other].absent
        return bool(set(self._slots(wish)) - absent) and bool(self._helpers(one, other))

    def worth(self) -> Worth:
        for before, after in self.problem.precedences:
            one, other = self.slot_of.get(before), self.slot_of.get(after)
            if one is not None and other is not None and one >= other:
                return IMPOSSIBLE
        floors = 0
        for person in self.problem.people:
            least = min(self._floor(person), self.asked[person.id])
            floors += min(self.met[person.id], least) + (least > 0 and self.met[person.id] > 0)
        return self.musts, floors, self.value

    def _floor(self, person: Person) -> int:
        slots = len(self.problem.slots) - len(person.absent)
        most = slots if person.most is None else min(slots, person.most)
        return min(most, max(person.least, self.problem.floor))
