"""Export readiness: what is demanded of goods in a market on a day, held, missing, how long. Pure.

    readiness = assess(case, book)

A case is a product, a market, the day on which it shall enter and what its maker can show; a
book is what is known of rules, schemes and the order of steps. No clock: days are given. What
is made for each shipment is a duty of it, never a gap. What is not known for certain is 'to be
checked': it is planned for as if it were needed, and never called missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

from matchmaker.certification.materials import Condition, Made, bearing_of
from matchmaker.certification.rules import (
    Applying,
    Demand,
    Goods,
    Rule,
    Standing,
    demands_of,
    rules_for,
    standing_of,
)
from matchmaker.certification.steps import Placed, Step, critical_path, done_after, place
from matchmaker.certification.validity import expires_soon, is_valid

# Held today, but no longer on the day of entry: it must be renewed before.
LAPSES: Literal["lapses"] = "lapses"
Light = Literal["ready", "to check", "in time", "too late", "unknown"]


class Scheme(Protocol):
    """What of a scheme decides; rows of `scheme` have it. Days are calendar days to obtain it."""

    @property
    def code(self) -> str: ...
    @property
    def lead_days_min(self) -> int: ...
    @property
    def lead_days_max(self) -> int: ...
    @property
    def is_held(self) -> bool: ...


@dataclass(frozen=True)
class Piece:
    """A piece of evidence that covers the goods: of which scheme, from when, until when."""

    code: str
    issued_on: dt.date
    expires_on: dt.date | None
    grade: str = "self-declared"


@dataclass(frozen=True)
class Prerequisite:
    """That `code` cannot be finished before `needs`; `is_certain` when the source is good."""

    code: str
    needs: str
    why: str = ""
    sources: tuple[str, ...] = ()
    is_certain: bool = True


@dataclass(frozen=True)
class StandIn:
    """That whoever holds `by` is not asked for `code` as well."""

    code: str
    by: str
    why: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """What is known, whoever asks: rules, schemes by code, and how steps depend on each other."""

    rules: Sequence[Rule]
    schemes: Mapping[str, Scheme]
    prerequisites: tuple[Prerequisite, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Case:
    """A question. `country`: ISO code or bloc; empty asks for the Indian side alone."""

    goods: Goods
    country: str
    today: dt.date
    entry: dt.date
    pieces: tuple[Piece, ...] = ()
    made: Made = field(default_factory=Made)


@dataclass(frozen=True)
class Answer:
    """One demand and how the maker stands on the day of entry.

    `piece`: what is shown for it. `through`: the scheme that stands in for it, held or to be
    obtained with it. `open_material`: it binds only if the goods hold what this condition names.
    """

    demand: Demand
    scheme: Scheme
    standing: Standing | Literal["lapses"]
    piece: Piece | None = None
    through: str = ""
    open_material: Condition | None = None

    @property
    def code(self) -> str:
        return self.demand.code

    @property
    def is_in_force(self) -> bool:
        return self.demand.comes_on is None

    @property
    def is_law(self) -> bool:
        return self.demand.strength == "mandatory"

    @property
    def is_gap(self) -> bool:
        """Something that must be obtained, or renewed, or looked into."""
        return self.is_in_force and self.standing in ("missing", "to be checked", LAPSES)


@dataclass(frozen=True)
class Plan:
    """What to obtain and how long it takes, from today.

    `law`: what decides whether the goods may enter; `buyers`: what buyers usually ask besides;
    `duties`: papers of the first shipment. `chain`: the steps of the law that decide the end.
    `steps`: everything to be done; `papers`: codes of those done for each shipment.
    """

    law: tuple[Placed, ...]
    steps: tuple[Step, ...]
    papers: frozenset[str]

    @property
    def buyers(self) -> tuple[Placed, ...]:
        law = {row.code for row in self.law}
        return tuple(row for row in self._rows if row.code not in law | self.papers)

    @property
    def duties(self) -> tuple[Placed, ...]:
        law = {row.code for row in self.law}
        return tuple(row for row in self._rows if row.code in self.papers - law)

    @cached_property
    def _rows(self) -> tuple[Placed, ...]:
        """All steps with their days; worked out when asked for, as many ask for the law alone."""
        return place(self.steps)

    @property
    def days(self) -> tuple[int, int]:
        """Until the law is met, at best and at worst."""
        return done_after(self.law)

    @property
    def days_with_buyers(self) -> tuple[int, int]:
        return done_after((*self.law, *self.buyers))

    @property
    def days_with_duties(self) -> tuple[int, int]:
        """Until the papers of a first shipment can be there as well."""
        return done_after((*self.law, *self.duties))

    @property
    def chain(self) -> tuple[str, ...]:
        return critical_path(self.law)


@dataclass(frozen=True)
class Readiness:
    """The answer. `answers` hold what comes later too; `freed`: what the material frees from."""

    case: Case
    answers: tuple[Answer, ...]
    freed: tuple[Condition, ...]
    applying: tuple[Applying, ...]
    plan: Plan

    @property
    def in_force(self) -> tuple[Answer, ...]:
        return tuple(each for each in self.answers if each.is_in_force)

    @property
    def coming(self) -> tuple[Answer, ...]:
        """What will be asked for after the day of entry; no gap on that day."""
        return tuple(each for each in self.answers if not each.is_in_force)

    @property
    def gaps(self) -> tuple[Answer, ...]:
        """What the law asks for on the day of entry and the maker cannot show for certain."""
        return tuple(each for each in self.answers if each.is_law and each.is_gap)

    @property
    def duties(self) -> tuple[Answer, ...]:
        return tuple(each for each in self.in_force if each.standing == "per shipment")

    @property
    def days_left(self) -> int:
        return (self.case.entry - self.case.today).days

    @property
    def begin_by(self) -> dt.date:
        """The last day on which to begin, if everything takes its longest."""
        return self.case.entry - dt.timedelta(days=self.plan.days[1])

    @property
    def light(self) -> Light:
        """In one word. 'unknown': no rule of the market itself is known for these goods.

        India's own papers may be missing then too; that they are all would be a promise. 'to
        check': nothing is missing, but a rule of the market is not certain.
        """
        abroad = [each for each in self.applying if not each.is_origin_side]
        if not abroad:
            return "unknown"
        if self.gaps:
            return "in time" if self.plan.days[1] <= self.days_left else "too late"
        is_certain = all(each.is_certain for each in abroad if each.comes_on is None)
        return "ready" if is_certain else "to check"


@dataclass(frozen=True)
class Asked:
    """What is asked of goods in a market on a day, whoever makes them."""

    applying: tuple[Applying, ...]
    demands: tuple[Demand, ...]


def asked_of(goods: Goods, country: str, entry: dt.date, rules: Sequence[Rule]) -> Asked:
    """The rules that apply and what they demand; the same for every maker of such goods."""
    applying = tuple(rules_for(goods, country, rules, entry))
    return Asked(applying, tuple(demands_of(applying)))


def assess(case: Case, book: Book, asked: Asked | None = None) -> Readiness:
    """How the goods stand in the market on the day of entry, and what to do until then.

    `asked`: what is asked of these goods there and then, where it is known already.
    """
    asked = asked or asked_of(case.goods, case.country, case.entry, book.rules)
    applying = asked.applying
    demands, freed, undecided = _weighed(asked.demands, case, book.conditions)
    answers = tuple(
        _answer(each, book.schemes[each.code], case, book, undecided.get(each.code))
        for each in demands
        if each.code in book.schemes
    )
    answers = _taken_together(answers, book.stand_ins)
    return Readiness(case, answers, freed, applying, _plan(answers, book.prerequisites))


def _weighed(
    demands: Iterable[Demand], case: Case, conditions: Iterable[Condition]
) -> tuple[list[Demand], tuple[Condition, ...], dict[str, Condition]]:
    """What binds these goods, what their material frees them from, and what it leaves open."""
    by_code = {each.code: each for each in conditions}
    kept, freed, undecided = [], [], {}
    for demand in demands:
        condition = by_code.get(demand.code)
        bearing = bearing_of(condition, case.goods, case.made) if condition else "binds"
        if condition and bearing == "free":
            freed.append(condition)
            continue
        if condition and bearing == "unknown":
            undecided[demand.code] = condition
            demand = replace(demand, is_certain=False)
        kept.append(demand)
    return kept, tuple(freed), undecided


def _answer(
    demand: Demand, scheme: Scheme, case: Case, book: Book, undecided: Condition | None
) -> Answer:
    """How the maker stands against one demand, by what it holds of it or of a stand-in."""
    codes = (demand.code, *(each.by for each in book.stand_ins if each.code == demand.code))
    piece = _best(case.pieces, codes, case.entry)
    on_entry = {demand.code} if piece and is_valid(piece, case.entry) else set()
    soon = on_entry if piece and expires_soon(piece, case.entry) else set()
    standing: Standing | Literal["lapses"] = standing_of(
        demand,
        valid=on_entry,
        expiring=soon,
        per_shipment=() if scheme.is_held else {demand.code},
    )
    if standing in ("missing", "to be checked") and piece and is_valid(piece, case.today):
        standing = LAPSES
    through = piece.code if piece and piece.code != demand.code and on_entry else ""
    return Answer(demand, scheme, standing, piece, through, undecided)


def _best(pieces: Iterable[Piece], codes: Sequence[str], on: dt.date) -> Piece | None:
    """Of several pieces the one that counts on the day and lasts longest; its own before others."""
    fitting = [each for each in pieces if each.code in codes]
    return max(
        fitting,
        key=lambda each: (
            is_valid(each, on),
            each.code == codes[0],
            each.expires_on or dt.date.max,
            each.issued_on,
        ),
        default=None,
    )


def _taken_together(
    answers: tuple[Answer, ...], stand_ins: Iterable[StandIn]
) -> tuple[Answer, ...]:
    """Mark gaps that close by themselves when another gap of the law is closed."""
    gaps = {each.code for each in answers if each.is_gap and each.is_law}
    closed_by = {each.code: each.by for each in stand_ins if each.by in gaps}
    return tuple(
        replace(each, through=closed_by[each.code]) if each.is_gap and each.code in closed_by
        else each
        for each in answers
    )  # fmt: skip


def _plan(answers: Iterable[Answer], prerequisites: Iterable[Prerequisite]) -> Plan:
    known = list(prerequisites)
    gaps = [each for each in answers if each.is_gap and not each.through]
    duties = [each for each in answers if each.is_in_force and each.standing == "per shipment"]
    gives = {each.code: each.through for each in answers if each.is_gap and each.through}
    steps = {each.code: _step(each, known, gives) for each in (*gaps, *duties)}
    law = _with_needs({each.code for each in gaps if each.is_law}, steps)
    return Plan(
        law=place(steps[code] for code in law),
        steps=tuple(steps.values()),
        papers=frozenset(each.code for each in duties),
    )


def _step(answer: Answer, known: Iterable[Prerequisite], gives: Mapping[str, str]) -> Step:
    """The step that closes the gap; what comes with another step is waited for there."""
    needs = {each.needs for each in known if each.code == answer.code}
    return Step(
        answer.code,
        answer.scheme.lead_days_min,
        answer.scheme.lead_days_max,
        frozenset(gives.get(code, code) for code in needs) - {answer.code},
    )


def _with_needs(codes: set[str], steps: Mapping[str, Step]) -> set[str]:
    """These steps and all that they wait for, so that nothing they need is left out."""
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        if code in steps and code not in found:
            found.add(code)
            waiting += steps[code].needs
    return found
