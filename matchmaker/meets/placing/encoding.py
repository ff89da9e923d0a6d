"""The given list as a formula whose models are the placings, after JAIR 74 (2022). Pure.

A variable says 'meeting m is in slot t'. From these follow 'person p is busy in t' and, along
each day, 'p was busy before'; a break ends where somebody is busy now, was not the slot before,
but was earlier that day. What is implied (how many slots each person is busy, how many people
can be busy at once) is written too: the proofs become shorter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set
from dataclasses import dataclass, field

from matchmaker.meets.placing.formula import Formula
from matchmaker.meets.placing.given import Choice, Given, Option


@dataclass
class Encoding:
    """The formula and what its variables mean.

    `place[m][t]`: meeting m is in slot t. `choice[m]`: which option; `helper[m]`: which
    interpreter. `busy[p][t]`: a person's meetings in a slot. `breaks[p]`: for each number from 1
    on a literal that says whether the person has so many breaks; there are no more literals than
    breaks there can be. `must[m]`: with selectors, meeting m is to be placed.
    """

    formula: Formula
    place: list[dict[int, int]]
    choice: list[dict[Option, int]]
    helper: list[dict[int, int]]
    busy: list[dict[int, int]] = field(default_factory=list)
    breaks: list[list[int]] = field(default_factory=list)
    must: list[int] = field(default_factory=list)

    def read(self, model: Set[int]) -> tuple[list[int], list[Choice]]:
        """The slot of each meeting in a model, and its people and interpreter."""
        slots, choices = [], []
        for place, choice, helper in zip(self.place, self.choice, self.helper, strict=True):
            slots.append(next(slot for slot, literal in place.items() if literal in model))
            option = next(
                each for each, literal in choice.items() if not literal or literal in model
            )
            who = next((each for each, literal in helper.items() if literal in model), -1)
            choices.append((option.first, option.second, who if option.helpers else -1))
        return slots, choices


def encode(given: Given, *, with_selectors: bool = False) -> Encoding:
    """All placings of the list; with selectors also of parts of it, to find what contradicts."""
    formula = Formula()
    place = [{slot: formula.new() for slot in sorted(window)} for window in given.windows]
    encoding = Encoding(formula, place, [], [])
    _each_once(encoding, with_selectors)
    attended, helped = _attendance(given, encoding)
    _nobody_twice(encoding, attended, given)
    for literals in helped.values():
        formula.at_most_one(literals)
    _tables(given, encoding, is_whole=not with_selectors)
    if not with_selectors:
        _as_often_as_listed(given, encoding)
        _first_half(given, encoding)
    _order(given, encoding)
    if not with_selectors:
        _breaks(given, encoding)
    return encoding


def _each_once(encoding: Encoding, with_selectors: bool) -> None:
    formula = encoding.formula
    for place in encoding.place:
        literals = list(place.values())
        formula.at_most_one(literals)
        if with_selectors:
            encoding.must.append(formula.new())
            formula.add(-encoding.must[-1], *literals)
        else:
            formula.add(*literals)


Attended = dict[tuple[int, int], list[int]]


def _attendance(given: Given, encoding: Encoding) -> tuple[Attended, Attended]:
    """What each person, and each interpreter, could attend in each slot; settles who does."""
    attended: Attended = defaultdict(list)
    helped: Attended = defaultdict(list)
    for meeting, options in enumerate(given.options):
        encoding.choice.append(_choice(encoding, meeting, options))
        encoding.helper.append(_helper(given, encoding, meeting))
        _attend(encoding, meeting, options, attended)
        for helper, chosen in encoding.helper[-1].items():
            for slot, placed in encoding.place[meeting].items():
                if slot in given.helper_slots[helper]:
                    helped[helper, slot].append(encoding.formula.both(placed, chosen))
                else:
                    encoding.formula.add(-placed, -chosen)
    return attended, helped


def _choice(encoding: Encoding, meeting: int, options: tuple[Option, ...]) -> dict[Option, int]:
    """One option is taken, in a slot it has; 0 stands for the only one there is."""
    if len(options) == 1:
        return {options[0]: 0}
    formula = encoding.formula
    choice = {option: formula.new() for option in options}
    formula.exactly_one(list(choice.values()))
    for option, chosen in choice.items():
        for slot, placed in encoding.place[meeting].items():
            if slot not in option.slots:
                formula.add(-chosen, -placed)
    return choice


def _helper(given: Given, encoding: Encoding, meeting: int) -> dict[int, int]:
    """At most one interpreter; one who is able where the people need one."""
    formula = encoding.formula
    able = sorted({helper for option in given.options[meeting] for helper in option.helpers})
    helper = {each: formula.new() for each in able}
    formula.at_most_one(list(helper.values()))
    for option, chosen in encoding.choice[meeting].items():
        if option.helpers:
            needed = [helper[each] for each in option.helpers]
            formula.add(*([-chosen] if chosen else []), *needed)
            for each in set(able) - set(option.helpers):
                formula.add(*([-chosen] if chosen else []), -helper[each])
    return helper


def _attend(
    encoding: Encoding, meeting: int, options: tuple[Option, ...], attended: Attended
) -> None:
    formula = encoding.formula
    people = sorted({person for each in options for person in (each.first, each.second)})
    for person in people:
        theirs = [chosen for option, chosen in encoding.choice[meeting].items()
                  if person in (option.first, option.second)]  # fmt: skip
        always = len(theirs) == len(options)
        takes = 0 if always else formula.either(theirs)
        for slot, placed in encoding.place[meeting].items():
            attended[person, slot].append(placed if always else formula.both(placed, takes))


def _nobody_twice(encoding: Encoding, attended: Attended, given: Given) -> None:
    formula = encoding.formula
    encoding.busy = [{} for _ in range(given.people)]
    for (person, slot), literals in sorted(attended.items()):
        formula.at_most_one(literals)
        encoding.busy[person][slot] = formula.either(literals)
    for person, who in enumerate(given.problem.people):
        if who.most is not None and who.most < len(encoding.busy[person]):
            formula.at_most(list(encoding.busy[person].values()), who.most)


def _as_often_as_listed(given: Given, encoding: Encoding) -> None:
    """Implied: whoever attends a known number of meetings is busy in so many slots."""
    known = {person for options in given.options if len(options) > 1
             for each in options for person in (each.first, each.second)}  # fmt: skip
    for person, meetings in enumerate(given.attending):
        busy = list(encoding.busy[person].values())
        if meetings and person not in known and len(meetings) <= len(busy):
            encoding.formula.exactly(busy, len(meetings))


def _tables(given: Given, encoding: Encoding, *, is_whole: bool) -> None:
    formula = encoding.formula
    for slot, tables in enumerate(given.tables):
        here = [place[slot] for place in encoding.place if slot in place]
        formula.at_most(here, tables)
        busy = [theirs[slot] for theirs in encoding.busy if slot in theirs]
        if is_whole and len(here) > tables:
            formula.at_most(busy, 2 * tables)


def _order(given: Given, encoding: Encoding) -> None:
    """Of two meetings the first is placed before the second."""
    reached: dict[tuple[int, int], int] = {}
    formula = encoding.formula

    def placed_by(meeting: int, slot: int) -> int:
        """Implies that the meeting is in this slot or an earlier one; 0: it cannot be."""
        here = encoding.place[meeting].get(slot, 0)
        if (meeting, slot) in reached:
            return reached[meeting, slot]
        earlier = placed_by(meeting, slot - 1) if slot > 0 else 0
        literals = [each for each in (here, earlier) if each]
        reached[meeting, slot] = formula.either(literals) if literals else 0
        return reached[meeting, slot]

    for first, second in given.before:
        for slot, placed in encoding.place[second].items():
            earlier = placed_by(first, slot - 1) if slot else 0
            # Without selectors the first is placed somewhere; with them it may be left out.
            absent = [-encoding.must[first]] if encoding.must else []
            formula.add(-placed, *([earlier] if earlier else []), *absent)


def _waits(given: Given, encoding: Encoding, person: int) -> list[int]:
    """For each slot that may end a break of this person a literal that says whether it does."""
    formula, busy = encoding.formula, encoding.busy[person]
    waits = []
    for day in given.days:
        was_busy = 0
        for slot in day:
            now, just = busy.get(slot, 0), busy.get(slot - 1, 0) if slot > day[0] else 0
            if now and was_busy:
                idle = formula.both(was_busy, -just) if just else was_busy
                if was_busy != just:
                    waits.append(formula.both(now, idle))
            if now:
                was_busy = formula.either((was_busy, now)) if was_busy else now
    return waits


def _breaks(given: Given, encoding: Encoding) -> None:
    """How many breaks each person has, by number: the proof then argues about people, not slots.

    It names the people of whom one must wait, where it would else name each of their slots: on
    published lists the refutations are a tenth as long.
    """
    waits = [_waits(given, encoding, person) for person in range(given.people)]
    possible = [min(pair) for pair in zip(map(len, waits), _most_breaks(given), strict=True)]
    most = given.problem.most_apart
    if most is not None and 0 in possible:  # somebody never waits, so that is the least
        for person, theirs in enumerate(waits):
            counted = encoding.formula.counted(theirs, min(most + 1, possible[person]))
            for more in counted[most:]:
                encoding.formula.add(-more)
            encoding.breaks.append(counted[:most])
        return
    rows = zip(waits, possible, strict=True)
    encoding.breaks = [encoding.formula.counted(theirs, count) for theirs, count in rows]
    if most is not None:
        _evenness(encoding, most)


def _most_breaks(given: Given) -> list[int]:
    """Each break of a person needs an idle slot, and a meeting after it."""
    listed = Counter(
        person
        for options in given.options
        for person in {who for each in options for who in (each.first, each.second)}
    )
    return [
        max(0, min(listed[person] - 1, given.slots - len(certain)))
        for person, certain in enumerate(given.attending)
    ]


def _evenness(encoding: Encoding, most: int) -> None:
    """Nobody has more breaks than somebody else by more than may be."""
    formula, counts = encoding.formula, encoding.breaks
    for level in range(max(map(len, counts), default=0) - most):
        everybody = formula.new()
        for count in counts:
            formula.add(-everybody, *count[level : level + 1])
            if level + most < len(count):
                formula.add(-count[level + most], everybody)


def _first_half(given: Given, encoding: Encoding) -> None:
    """Where the meet can be run backwards, keep one meeting in the first half: half the search."""
    last = given.slots - 1

    def mirrored(slots: frozenset[int]) -> frozenset[int]:
        return frozenset(last - slot for slot in slots)

    is_symmetric = (
        not given.before
        and given.tables == given.tables[::-1]
        and [*map(len, given.days)] == [*map(len, given.days)][::-1]
        and all(slots == mirrored(slots) for slots in given.helper_slots)
        and all(each.slots == mirrored(each.slots) for options in given.options for each in options)
    )
    if is_symmetric and encoding.place:
        busiest = max(given.attending, key=len, default=())
        place = encoding.place[busiest[0] if busiest else 0]
        encoding.formula.add(*(literal for slot, literal in place.items() if slot <= last / 2))
