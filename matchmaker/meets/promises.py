"""Must-meets, pins and given lists that cannot all come true, told before anything is solved.

    check_promises(problem)

What is found here is certain and cheap: a meeting that could never take place, a person with
more promised meetings than slots for them, pins that clash. A contradiction that only shows when
everything is placed is found by the solver. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

from matchmaker.errors import BadInput
from matchmaker.meets.never import slots_together, why_never
from matchmaker.meets.problem import Person, Problem, Wish
from matchmaker.meets.sentences import reason_sentence

Promise = tuple[str, Wish]


def check_promises(problem: Problem) -> None:
    """Raise BadInput where promised meetings cannot all take place, for certain.

    The problem has passed `check`.
    """
    promised = [
        (f"$.wishes[{number}]", wish)
        for number, wish in enumerate(problem.wishes)
        if wish.is_must or wish.pinned is not None or problem.place_all
    ]
    people = {each.id: each for each in problem.people}
    for promise in promised:
        _check_possible(problem, promise, people)
    _check_room(problem, [wish for _, wish in promised])
    _check_each_person(problem, promised, people)
    _check_order(problem)


def _check_possible(problem: Problem, promise: Promise, people: dict[str, Person]) -> None:
    path, wish = promise
    pairs = [(people[one], people[other]) for one, other in product(wish.first, wish.second)]
    reasons = [why_never(problem, wish, one, other) for one, other in pairs]
    if all(reasons):
        reason = next(filter(None, reasons))
        why = reason_sentence(reason.reason, reason.facts)
        remedy = f"It must take place, but {why} {_LOOSEN}"
        raise BadInput(path, wish.id, remedy)
    slots = set().union(*(slots_together(problem, wish, one, other) for one, other in pairs))
    if not any(problem.tables[slot] for slot in slots):
        remedy = f"It must take place, but there is no table in the slots it may have. {_LOOSEN}"
        raise BadInput(path, wish.id, remedy)


_LOOSEN = "Change that, or let the meeting go."


def _check_room(problem: Problem, promised: Sequence[Wish]) -> None:
    """Tables for all of them, and for those pinned to one slot in that slot."""
    if len(promised) > sum(problem.tables):
        remedy = f"They must take place, but all slots together have {sum(problem.tables)} tables."
        raise BadInput("$.wishes", f"{len(promised)} meetings", remedy)
    pins = Counter(wish.pinned for wish in promised if wish.pinned is not None)
    for slot, count in sorted(pins.items()):
        if count > problem.tables[slot]:
            remedy = f"{count} meetings are pinned to this slot: give it as many tables."
            raise BadInput(f"$.tables[{slot}]", problem.tables[slot], remedy)


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
            remedy = f"{who} has {len(theirs)} meetings that must take place: raise this, or let "
            remedy += "some of them go."
            raise BadInput(f"$.people[{number[who]}].most", most, remedy)
        clash = _without_slot(problem, theirs, people)
        if clash:
            path, wish = clash
            remedy = f"It must take place, but the other {len(theirs) - 1} meetings of {who} that "
            remedy += f"must as well leave no slot for it. {_LOOSEN}"
            raise BadInput(path, wish.id, remedy)


def _without_slot(
    problem: Problem, promises: Sequence[Promise], people: dict[str, Person]
) -> Promise | None:
    """The first of one person's meetings that has no slot of its own beside those before it.

    Each is given a slot; where its slots are taken, others move on (augmenting paths).
    """
    slots = {
        wish.id: sorted(
            set().union(
                *(
                    slots_together(problem, wish, people[one], people[other])
                    for one, other in product(wish.first, wish.second)
                )
            )
        )
        for _, wish in promises
    }
    holder: dict[int, str] = {}

    def find(wish: str, tried: set[int]) -> bool:
        for slot in slots[wish]:
            if slot not in tried:
                tried.add(slot)
                if slot not in holder or find(holder[slot], tried):
                    holder[slot] = wish
                    return True
        return False

    return next((promise for promise in promises if not find(promise[1].id, set())), None)


def _check_order(problem: Problem) -> None:
    """No two pins lie against the order of their meetings."""
    pinned = {each.id: each.pinned for each in problem.wishes if each.pinned is not None}
    for number, (before, after) in enumerate(problem.precedences):
        if before in pinned and after in pinned and pinned[before] >= pinned[after]:
            remedy = f"{before} must come first, but is pinned to slot {pinned[before]} and "
            remedy += f"{after} to slot {pinned[after]}: move a pin, or take this off."
            raise BadInput(f"$.precedences[{number}]", f"{before}, {after}", remedy)
