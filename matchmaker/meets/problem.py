"""What a meet asks for and what a timetable answers, as plain data. Pure.

    problem = Problem(slots=day_of(20), tables=(12,) * 20, people=..., wishes=...)
    answer = build_timetable(problem, Budget(seconds=5), clock=clock)

People take part; a wish is a meeting that may take place: one person of each of its two sides
attends it. Usually a side has one person; with several (`any of the team`) whoever is free goes.
The graph need not be bipartite: sellers may meet sellers. Slots are numbered from 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Slot:
    """When meetings of one round take place; instants with a time zone.

    `day`: idle time is counted within a day; the night between two days is not idle.
    """

    start: dt.datetime
    end: dt.datetime
    day: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A delegate. `company`: people of one company never meet each other.

    `absent`: slots in which the person cannot meet anybody. `least`, `most`: how many meetings
    the person shall have; `least` is a floor that is kept where it is possible at all.
    `table`: the number of a home table, from 0. `languages`: ISO 639-1 codes; empty: any.
    """

    id: str
    company: str = ""
    side: Literal["buyer", "seller", ""] = ""
    absent: frozenset[int] = frozenset()
    least: int = 0
    most: int | None = None
    table: int | None = None
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """A meeting that may take place, and how much it is worth: a weight of at least 0.

    `first`, `second`: ids of the people of each side, one of whom attends. `is_must`: both
    sides insist; such meetings come before everything else. `slots`: where it may be placed;
    None: anywhere. `pinned`: the one slot in which it must take place.
    """

    id: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    weight: int = 1
    is_must: bool = False
    slots: frozenset[int] | None = None
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Somebody who makes two people without a common language understand each other.

    One meeting a slot; translates between any two of `languages`.
    """

    id: str
    languages: frozenset[str]
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Problem:
    """A meet to be timetabled. `tables`: how many meetings fit into each slot.

    `apart`: pairs of person ids or of companies that must not meet (met before, rivals).
    `precedences`: (a, b): wish a takes place in an earlier slot than wish b.
    `place_all`: the list of meetings is given; all must be placed, and the fewest breaks win.
    `most_apart`: with `place_all`, the largest difference of breaks between two people.
    `floor`: so many meetings everybody shall have who has that many wishes, where it is possible;
    it comes before value. 0: only what people's own `least` says.
    """

    slots: tuple[Slot, ...]
    tables: tuple[int, ...]
    people: tuple[Person, ...]
    wishes: tuple[Wish, ...]
    interpreters: tuple[Interpreter, ...] = ()
    apart: frozenset[tuple[str, str]] = frozenset()
    precedences: tuple[tuple[str, str], ...] = ()
    place_all: bool = False
    most_apart: int | None = None
    floor: int = 1


@dataclass(frozen=True, slots=True)
class Meeting:
    """A wish that takes place: who attends, in which slot, at which table (from 0)."""

    wish: str
    first: str
    second: str
    slot: int
    table: int
    interpreter: str | None = None


@dataclass(frozen=True)
class Timetable:
    """The meetings, by slot and table."""

    meetings: tuple[Meeting, ...] = ()


@dataclass(frozen=True)
class Budget:
    """How long to go on: `seconds` by the clock passed in, or `work` in units of 1,000 steps.

    With `work` alone the same problem, seed and work give the same timetable on any machine.
    `proving`: so many seconds more for the bound alone; the timetable is not touched in them.
    """

    seconds: float | None = None
    work: int | None = None
    proving: float = 0.0
    seed: int = 1


@dataclass(frozen=True)
class Progress:
    """What is known so far, told while the solver runs. `seconds` since its start.

    `value` and `bound` by stage: of a given list `placing` tells how many meetings are placed of
    how many, and `breaks` the breaks and how few there must be; all other stages what the
    timetable is worth and what none can exceed.
    """

    value: int
    bound: float
    seconds: float
    stage: str

    @property
    def gap(self) -> float:
        """How far the value may be from the best possible, as a share of the greater of both."""
        return _gap(self.value, self.bound)


def _gap(one: float, other: float) -> float:
    low, high = sorted((one, other))
    return 1 - low / high if high > 0 else 0.0


@dataclass(frozen=True)
class Unmet:
    """A wish that does not take place, and what binds it.

    `reason`: a key of `sentences.REASONS`; `facts`: the numbers and names of its sentence.
    """

    wish: str
    reason: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Contradiction:
    """Meetings that cannot all be placed, and what stands against it.

    `kind`: a key of `placing.sentences.CONTRADICTIONS`, which make the words. `people` and
    `slots`: those of the argument; `allowed`: how many meetings they take at most. `with_order`:
    the argument also uses what must come before what. `reason`: of a meeting that can never be.
    """

    kind: str
    wishes: tuple[str, ...]
    people: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    allowed: int | None = None
    with_order: bool = False
    reason: Unmet | None = None


@dataclass(frozen=True)
class Answer:
    """A timetable with what it is worth and how good it is known to be.

    `value`: sum of the weights that take place. `bound`: no timetable is worth more that keeps
    as many must-meets and floors as this one. `is_proved`: the best possible, for certain.
    `breaks`: with `place_all`, what was made least, and `fewest`: no placement has fewer.
    `is_infeasible`: with `place_all` or must-meets, it is certain that they cannot all be placed.
    `fairness_price`: how much of the value floors and must-meets cost, as a share.
    `unmet`: the wishes that do not take place, each with what binds it.
    `contradiction`: with `place_all`, which of them stand against each other, where it is known.
    """

    timetable: Timetable
    value: int
    bound: float
    is_proved: bool = False
    is_infeasible: bool = False
    breaks: int | None = None
    fewest: int | None = None
    idle_gaps: int = 0
    table_moves: int = 0
    below_floor: tuple[str, ...] = ()
    fairness_price: float = 0.0
    unmet: Sequence[Unmet] = ()
    contradiction: Contradiction | None = None
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """How far it may be from the best possible, as a share: the value below the bound.

        Of a given list that is placed: the share of its breaks that there need not be.
        """
        if self.breaks is not None and self.fewest is not None:
            return _gap(self.breaks, self.fewest)
        return max(0.0, 1 - self.value / self.bound) if self.bound > 0 else 0.0
