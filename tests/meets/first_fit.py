"""What commercial tools do, and what the solver is compared with: dear ones first, first fit.

    timetable = first_fit(problem)

It knows nothing of the solver. It keeps every rule, but promises neither must-meets nor pins
nor a whole given list: what does not fit is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from matchmaker.meets.problem import Interpreter, Meeting, Person, Problem, Timetable, Wish


def first_fit(problem: Problem) -> Timetable:
    """Take the wishes by weight, pins and musts first, and place each in the first free slot."""
    hall = _Hall(problem)
    ordered = sorted(
        problem.wishes, key=lambda each: (each.pinned is None, not each.is_must, -each.weight)
    )
    for wish in ordered:
        hall.place(wish)
    return Timetable(tuple(sorted(hall.meetings, key=lambda each: (each.slot, each.table))))


class _Hall:
    """What is still free while meetings are placed; sets of slots are bits of a number."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.meetings: list[Meeting] = []
        self.everywhere = (1 << len(problem.slots)) - 1
        self.people = {each.id: each for each in problem.people}
        self.free = {each.id: self.everywhere & ~_bits(each.absent) for each in problem.people}
        self.left = {
            each.id: len(problem.slots) if each.most is None else each.most
            for each in problem.people
        }
        self.tables = [0] * len(problem.slots)
        self.open = sum(1 << slot for slot, tables in enumerate(problem.tables) if tables)
        self.helpers = {
            each.id: self.everywhere & ~_bits(each.absent) for each in problem.interpreters
        }
        self.apart = problem.apart | {(b, a) for a, b in problem.apart}
        self.placed: dict[str, int] = {}
        self.rules = defaultdict(list)
        for before, after in problem.precedences:
            self.rules[before].append((after, True))
            self.rules[after].append((before, False))

    def place(self, wish: Wish) -> None:
        allowed = self._allowed(wish)
        for first in wish.first:
            for second in wish.second:
                common = self.free[first] & self.free[second] & allowed
                if not common or not self._may_meet(self.people[first], self.people[second]):
                    continue
                for slot in _slots(common):
                    helper = self._helper(self.people[first], self.people[second], slot)
                    if helper is not False:
                        self._book(wish, first, second, slot, helper)
                        return

    def _allowed(self, wish: Wish) -> int:
        allowed = self.open
        if wish.slots is not None:
            allowed &= _bits(wish.slots)
        if wish.pinned is not None:
            allowed &= 1 << wish.pinned
        for other, is_later in self.rules.get(wish.id, ()):
            if other in self.placed:
                earlier = (1 << self.placed[other]) - 1
                allowed &= earlier if is_later else self.everywhere & ~(earlier << 1 | 1)
        return allowed

    def _may_meet(self, one: Person, other: Person) -> bool:
        if not self.left[one.id] or not self.left[other.id] or one.id == other.id:
            return False
        if one.company and one.company == other.company:
            return False
        return not any(
            (mine, theirs) in self.apart
            for mine in (one.id, one.company)
            for theirs in (other.id, other.company)
        )

    def _helper(self, one: Person, other: Person, slot: int) -> Interpreter | bool | None:
        """None where nobody is needed, False where somebody is needed and nobody is free."""
        if not one.languages or not other.languages or one.languages & other.languages:
            return None
        for each in self.problem.interpreters:
            is_able = each.languages & one.languages and each.languages & other.languages
            if is_able and self.helpers[each.id] >> slot & 1:
                return each
        return False

    def _book(
        self, wish: Wish, first: str, second: str, slot: int, helper: Interpreter | bool | None
    ) -> None:
        for who in (first, second):
            self.free[who] &= ~(1 << slot)
            self.left[who] -= 1
        name = None
        if isinstance(helper, Interpreter):
            name = helper.id
            self.helpers[name] &= ~(1 << slot)
        self.meetings.append(Meeting(wish.id, first, second, slot, self.tables[slot], name))
        self.placed[wish.id] = slot
        self.tables[slot] += 1
        if self.tables[slot] == self.problem.tables[slot]:
            self.open &= ~(1 << slot)


def _bits(slots: frozenset[int]) -> int:
    return sum(1 << slot for slot in slots)


def _slots(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
