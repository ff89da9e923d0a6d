"""Must-meets, pins and given lists that cannot all come true, told before anything is solved.

    check_pins(problem)      # every solver does, for what is pinned
    check_promises(problem)  # at the door: for must-meets and a given list as well

What is found here is certain and cheap: a meeting that could never take place, a person with
more promised meetings than slots for them, pins that clash. A contradiction that only shows when
everything is placed is found by the solver. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from graphlib import TopologicalSorter
from itertools import product

from matchmaker.errors import BadInput
from matchmaker.meets.explaining.never import slots_together, why_never
from matchmaker.meets.problem import Person, Problem, Wish
from matchmaker.meets.sentences import counted, reason_sentence

Promise = tuple[str, Wish]


def check_promises(problem: Problem) -> None:
    """Raise BadInput where promised meetings cannot all take place, for certain.

    The problem has passed `check`.
    """
    _check(problem, lambda wish: wish.is_must or wish.pinned is not None or problem.place_all)


def check_pins(problem: Problem) -> None:
    """As `check_promises`, for pinned meetings alone: there is no timetable without them."""
    _check(problem, lambda wish: wish.pinned is not None)


def _check(problem: Problem, is_promised: Callable[[Wish], bool]) -> None:
    promised = [
        (f"$.wishes[{number}]", wish)
        for number, wish in enumerate(problem.wishes)
        if is_promised(wish)
    ]
    people = {each.id: each for each in problem.people}
    for promise in promised:
        _check_possible(problem, promise, people)
    _check_room(problem, promised, people)
    _check_each_person(problem, promised, people)
    _check_pinned_order(problem)
    _check_order(problem, [wish for _, wish in promised], people)


def _check_possible(problem: Problem, promise: Promise, people: dict[str, Person]) -> None:
    path, wish = promise
    pairs = [(people[one], people[other]) for one, other in product(wish.first, wish.second)]
    reasons = [why_never(problem, wish, one, other) for one, other in pairs]
    if all(reasons):
        _check_pin_in_presence(path, wish, pairs)
        reason = next(filter(None, reasons))
        why = reason_sentence(reason.reason, reason.facts)
        remedy = f"It must take place, but {why} {_LOOSEN}"
        raise BadInput(path, wish.id, remedy)
    slots = set().union(*(slots_together(problem, wish, one, other) for one, other in pairs))
    if not any(problem.tables[slot] for slot in slots):
        remedy = f"It must take place, but there is no table in the slots it may have. {_LOOSEN}"
        raise BadInput(path, wish.id, remedy)


def _check_pin_in_presence(path: str, wish: Wish, pairs: Iterable[tuple[Person, Person]]) -> None:
    """A pin in whose slot somebody is absent who cannot be replaced is told by itself."""
    slot = wish.pinned
    if slot is None:
        return
    missing = [[each.id for each in pair if slot in each.absent] for pair in pairs]
    if all(missing):
        names = " and ".join(sorted({who for pair in missing for who in pair}))
        remedy = f"{wish.id} is pinned to this slot, in which {names} cannot come: pin it to "
        remedy += "another, or take the absence off."
        raise BadInput(f"{path}.pinned", slot, remedy)


_LOOSEN = "Change that, or let the meeting go."


def _check_room(problem: Problem, promised: Sequence[Promise], people: dict[str, Person]) -> None:
    """Tables for all of them, and for those of a slot or two in these slots."""
    if len(promised) > sum(problem.tables):
        room = counted(sum(problem.tables), "table")
        remedy = f"They must take place, but all slots together have {room}."
        raise BadInput("$.wishes", counted(len(promised), "meeting"), remedy)
    pins = Counter(wish.pinned for _, wish in promised if wish.pinned is not None)
    for slot, count in sorted(pins.items()):
        if count > problem.tables[slot]:
            remedy = f"{count} meetings are pinned to this slot: give it as many tables."
            raise BadInput(f"$.tables[{slot}]", problem.tables[slot], remedy)
    crowded = _without_slot(problem, promised, people, problem.tables)
    if crowded:
        path, wish = crowded
        remedy = "It must take place, but other meetings that must as well need all the tables in "
        remedy += f"the slots it may have. {_LOOSEN}"
        raise BadInput(path, wish.id, remedy)


def _check_each_person(
    problem: Problem, promised: Iterable[Promise], people: dict[str, Person]
) -> None:
    """Nobody has more promised meetings than wanted, or than fit into slots of their own."""
    of_person: dict[str, list[Promise]] = defaultdict(list)
    for path, wish in promised:
        for side in (wish.first, wish.second):
            if len(side) == 1:
                of_person[side[0]].append((path, wish))
    number = {each.id: place for place, each in enumerate(problem.people)}
    for who, theirs in of_person.items():
        most = people[who].most
        if most is not None and len(theirs) > most:
            musts = counted(len(theirs), "meeting")
            remedy = f"{who} has {musts} that must take place: raise this, or let some of them go."
            raise BadInput(f"$.people[{number[who]}].most", most, remedy)
        _check_pins_apart(who, theirs)
        clash = _without_slot(problem, theirs, people, [1] * len(problem.slots))
        if clash:
            path, wish = clash
            others = counted(len(theirs) - 1, "other meeting")
            remedy = f"It must take place, but has no slot beside {others} of {who} that must as "
            remedy += f"well. {_LOOSEN}"
            raise BadInput(path, wish.id, remedy)


def _check_pins_apart(who: str, theirs: Iterable[Promise]) -> None:
    """No two meetings of one person are pinned to one slot."""
    holder: dict[int, str] = {}
    for path, wish in theirs:
        if wish.pinned is None:
            continue
        other = holder.setdefault(wish.pinned, wish.id)
        if other != wish.id:
            remedy = f"{other} and {wish.id} are both pinned to slot {wish.pinned}, and {who} "
            remedy += "attends both: pin one of them to another slot."
            raise BadInput(f"{path}.pinned", wish.pinned, remedy)


def _without_slot(
    problem: Problem,
    promises: Sequence[Promise],
    people: dict[str, Person],
    room: Sequence[int],
) -> Promise | None:
    """The first of these meetings that has no place beside those before it.

    `room`: how many of them each slot takes. Each is given a slot; where its slots are full,
    others move on (augmenting paths).
    """
    slots = {wish.id: _slots_of(problem, wish, people) for _, wish in promises}
    holders: dict[int, list[str]] = defaultdict(list)
    return next((each for each in promises if not _placed(each[1].id, slots, holders, room)), None)


def _placed(
    wish: str, slots: dict[str, list[int]], holders: dict[int, list[str]], room: Sequence[int]
) -> bool:
    """Give the wish a slot, others moving on where that makes room (a shortest augmenting path)."""
    came: dict[int, tuple[str, int | None]] = {}  # who comes to a slot, and from which
    waiting: deque[tuple[str, int | None]] = deque([(wish, None)])
    while waiting:
        who, now = waiting.popleft()
        for slot in slots[who]:
            if slot in came:
                continue
            came[slot] = who, now
            if len(holders[slot]) < room[slot]:
                _shift(slot, came, holders)
                return True
            waiting.extend((holder, slot) for holder in holders[slot])
    return False


def _shift(
    last: int, came: dict[int, tuple[str, int | None]], holders: dict[int, list[str]]
) -> None:
    """Everybody on the path to the last slot moves on by one."""
    slot: int | None = last
    while slot is not None:
        who, before = came[slot]
        holders[slot].append(who)
        if before is not None:
            holders[before].remove(who)
        slot = before


def _check_pinned_order(problem: Problem) -> None:
    """No two pins lie against the order of their meetings."""
    pinned = {each.id: each.pinned for each in problem.wishes if each.pinned is not None}
    for number, (before, after) in enumerate(problem.precedences):
        if before in pinned and after in pinned and pinned[before] >= pinned[after]:
            remedy = f"{before} must come first, but is pinned to slot {pinned[before]} and "
            remedy += f"{after} to slot {pinned[after]}: move a pin, or take this off."
            raise BadInput(f"$.precedences[{number}]", f"{before}, {after}", remedy)


def _check_order(problem: Problem, wishes: Iterable[Wish], people: dict[str, Person]) -> None:
    """Each promised meeting has a slot after the earliest of those that must come before it."""
    promised = {wish.id: wish for wish in wishes} if problem.precedences else {}
    before: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, (first, second) in enumerate(problem.precedences):
        if first in promised and second in promised:
            before[second].append((number, first))
    graph = {wish: [first for _, first in firsts] for wish, firsts in before.items()}
    earliest: dict[str, int] = {}
    for wish in TopologicalSorter(graph).static_order():
        open_ = [
            slot for slot in _slots_of(problem, promised[wish], people) if problem.tables[slot]
        ]
        number, first = max(before[wish], key=lambda each: earliest[each[1]], default=(-1, ""))
        start = earliest[first] + 1 if first else 0
        later = [slot for slot in open_ if slot >= start]
        if not later:
            remedy = f"{first} must come first, and slot {start - 1} is the earliest it can have; "
            remedy += (
                f"{wish} must take place as well, but slot {open_[-1]} is its latest. {_LOOSEN}"
            )
            raise BadInput(f"$.precedences[{number}]", f"{first}, {wish}", remedy)
        earliest[wish] = later[0]


def _slots_of(problem: Problem, wish: Wish, people: dict[str, Person]) -> list[int]:
    """Where the wish could take place, whoever of its sides attends it; in their order."""
    pairs = product(wish.first, wish.second)
    return sorted(
        set().union(
            *(slots_together(problem, wish, people[one], people[other]) for one, other in pairs)
        )
    )
