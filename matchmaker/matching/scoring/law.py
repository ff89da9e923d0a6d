"""What must be shown for goods in a market at the ship date, and what a gap in it is worth. Pure.

The rules are those of the day on which the goods arrive; papers count if they are valid when
the goods leave. What a buyer insists on is one more rule, so that stand-ins, order of steps and
group certificates bear on it alike. Answers depend on an offer only by its goods and by how it
stands on each scheme, so they are kept: thousands of offers of one kind share a few of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from matchmaker.certification.materials import Bearing, Made, bearing_of
from matchmaker.certification.readiness import (
    Answer,
    Asked,
    Book,
    Case,
    Piece,
    Scheme,
    asked_of,
    assess,
)
from matchmaker.certification.rules import ANY_HS, ORIGIN, Goods, goods_of
from matchmaker.certification.validity import is_valid
from matchmaker.errors import BadInput
from matchmaker.matching.problem import GRADES, Offer, Requirement
from matchmaker.matching.scoring.values import Closing, closing_value, soft_minimum
from matchmaker.matching.scoring.window import first_shipment, last_shipment

# How long goods are on their way, for want of a timetable of ships: rules of the day they
# arrive bind them. An estimate; sea freight from India takes two to six weeks.
TRANSIT = dt.timedelta(days=30)
# A desk looks at a document within these days (its own promise is a week).
LOOKED_AT = (2, 10)
THE_BUYER = "the buyer"

# How an offer stands on a scheme, from worst to best.
NONE, LAPSING, WEAK, HELD = 0, 1, 2, 3


@dataclass(frozen=True)
class BuyersRule:
    """What a buyer insists on, in the form of a market rule."""

    mandatory: tuple[str, ...]
    id: str = THE_BUYER
    family: str = THE_BUYER
    hs: tuple[str, ...] = (ANY_HS,)
    market: str = ORIGIN
    expected: tuple[str, ...] = ()
    effective_from: dt.date | None = None
    confidence: str = "high"
    note: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class JoinedScheme:
    """A scheme whose group certificate the firm can join: an audit of one more member.

    An estimate: from half of to the whole of the shortest time for a certificate of its own.
    """

    code: str
    lead_days_min: int
    lead_days_max: int
    is_held: bool = True


@dataclass(frozen=True)
class Point:
    """One scheme that must be shown. `state`: NONE to HELD; `shown_by`: the code that counts.

    `days`: to close it, at best and at worst, with what must come before; (0, 0) when held.
    """

    code: str
    state: int
    value: float
    days: tuple[int, int]
    is_certain: bool
    is_joined: bool
    shown_by: str


@dataclass(frozen=True)
class Papers:
    """All points, their soft minimum, and whether rules of the market itself are known."""

    points: tuple[Point, ...]
    value: float
    is_market_known: bool


@dataclass
class Law:
    """What must be shown for one requirement. Keeps its answers; holds no offer.

    Make it with `law_for`. `asked` tells the codes that matter for goods, `standing` how an
    offer stands on them, `papers` what that is worth.
    """

    requirement: Requirement
    today: dt.date
    book: Book
    closing: Closing
    hardness: float
    deadline: dt.date
    valid_until: dt.date
    _goods: dict[tuple[object, ...], Goods] = field(default_factory=dict)
    _asked: dict[Goods, tuple[str, ...]] = field(default_factory=dict)
    _papers: dict[tuple[object, ...], Papers] = field(default_factory=dict)
    _joined: dict[frozenset[str], Book] = field(default_factory=dict)
    _demands: dict[Goods, Asked] = field(default_factory=dict)

    @property
    def days_left(self) -> int:
        """Until the first goods must leave."""
        return (self.deadline - self.today).days

    def goods(self, offer: Offer) -> Goods:
        key = (offer.hs_code, offer.rule_families, offer.is_organic, offer.has_wood_packaging)
        found = self._goods.get(key)
        if found is None:
            told = goods_of(
                offer.hs_code,
                offer.rule_families,
                is_organic=offer.is_organic,
                has_wood_packaging=offer.has_wood_packaging,
            )
            found = Goods(told.hs_codes, told.families | {THE_BUYER})
            self._goods[key] = found
        return found

    def asked(self, goods: Goods) -> tuple[str, ...]:
        """Codes that bear on these goods: what is asked for, and what stands in for it."""
        found = self._asked.get(goods)
        if found is None:
            case = self._case(goods, (), Made())
            blank = assess(case, self.book, self._asked_of(case))
            codes = {each.code for each in blank.in_force if each.is_law}
            codes |= {each.by for each in self.book.stand_ins if each.code in codes}
            found = tuple(sorted(codes))
            self._asked[goods] = found
        return found

    def standing(self, pieces: Iterable[Piece], codes: Iterable[str]) -> dict[str, int]:
        """How pieces of evidence stand on the codes; codes without any are left out."""
        wanted = frozenset(codes)
        found: dict[str, int] = {}
        for piece in pieces:
            if piece.code in wanted:
                state = self.state_of(piece)
                if state > found.get(piece.code, NONE):
                    found[piece.code] = state
        return found

    def state_of(self, piece: Piece) -> int:
        """Held until the last shipment, with a grade too weak, lapsing before it, or nothing."""
        if is_valid(piece, self.valid_until):
            weakest = GRADES.index(self.requirement.least_grade)
            return HELD if GRADES.index(piece.grade) >= weakest else WEAK
        return LAPSING if is_valid(piece, self.today) else NONE

    def papers(
        self,
        goods: Goods,
        states: Mapping[str, int],
        made: Made = Made(),  # noqa: B008  (frozen)
        groups: frozenset[str] = frozenset(),
    ) -> Papers:
        """What the standing is worth. `groups`: schemes whose group certificate can be joined."""
        codes = self.asked(goods)
        joined = groups & {*codes} if groups else groups
        bearings = self._bearings(goods, made, codes)
        key = (goods, tuple(sorted(states.items())), bearings, joined)
        found = self._papers.get(key)
        if found is None:
            found = self._answered(goods, states, made, joined)
            self._papers[key] = found
        return found

    def closing_days(self, days: tuple[int, int]) -> float:
        """What something is worth that takes so many days and may not be there yet."""
        return closing_value(days[0], days[1], self.days_left, self.closing)

    def _bearings(self, goods: Goods, made: Made, codes: tuple[str, ...]) -> tuple[Bearing, ...]:
        return tuple(
            bearing_of(each, goods, made)
            for each in self.book.conditions
            if each.code in codes and each.families & goods.families
        )

    def _answered(
        self, goods: Goods, states: Mapping[str, int], made: Made, joined: frozenset[str]
    ) -> Papers:
        pieces = tuple(self._stood_for(code, state) for code, state in sorted(states.items()))
        case = self._case(goods, tuple(each for each in pieces if each), made)
        told = assess(case, self._book_with(joined), self._asked_of(case))
        days = {row.code: (row.end_min, row.end_max) for row in told.plan.law}
        points = tuple(
            self._point(each, states, days.get(each.code), joined)
            for each in told.in_force
            if each.is_law and each.standing != "per shipment"
        )
        value = float(soft_minimum([each.value for each in points], self.hardness))
        known = any(not each.is_origin_side for each in told.applying)
        return Papers(points, value, known or not self.requirement.market)

    def _point(
        self,
        answer: Answer,
        states: Mapping[str, int],
        days: tuple[int, int] | None,
        joined: frozenset[str],
    ) -> Point:
        """`days` is None for what is held, or comes with another scheme that is obtained."""
        code = answer.code
        certain = answer.demand.is_certain
        if not answer.is_gap or days is None:
            held_by = answer.piece.code if answer.piece and not answer.is_gap else ""
            return Point(code, HELD, 1.0, (0, 0), certain, False, held_by)
        state = states.get(code, NONE)
        value = self.closing_days(days)
        if state == WEAK:
            looked_at = self.closing_days(LOOKED_AT)
            value = max(_half_way(value, days, self.days_left), looked_at)
            days = min(days, LOOKED_AT, key=lambda each: each[1])
        elif state == LAPSING:
            value = _half_way(value, days, self.days_left)
        if not certain:
            value = (1.0 + value) / 2.0
        return Point(code, state, value, days, certain, code in joined, code if state else "")

    def _stood_for(self, code: str, state: int) -> Piece | None:
        """A piece that stands as the offer's own does; of a grade too weak: none."""
        if state == HELD:
            return Piece(code, self.today, None)
        if state == LAPSING:
            return Piece(code, self.today, self.today)
        return None

    def _case(self, goods: Goods, pieces: tuple[Piece, ...], made: Made) -> Case:
        entry = self.deadline + (TRANSIT if self.requirement.market else dt.timedelta())
        return Case(goods, self.requirement.market, self.today, entry, pieces, made)

    def _asked_of(self, case: Case) -> Asked:
        """Market and day are those of the requirement: only goods differ between offers."""
        found = self._demands.get(case.goods)
        if found is None:
            found = asked_of(case.goods, case.country, case.entry, self.book.rules)
            self._demands[case.goods] = found
        return found

    def _book_with(self, joined: frozenset[str]) -> Book:
        found = self._joined.get(joined)
        if found is None:
            schemes = {**self.book.schemes, **{c: _joined(self.book.schemes[c]) for c in joined}}
            found = replace(self.book, schemes=schemes) if joined else self.book
            self._joined[joined] = found
        return found


def law_for(
    requirement: Requirement, *, today: dt.date, book: Book, closing: Closing, hardness: float
) -> Law:
    """What the law and the buyer insist on. Raises BadInput for a scheme that nobody knows."""
    for code in requirement.musts:
        if code not in book.schemes:
            raise BadInput("musts", code, "Name schemes by their codes, such as ISO22000.")
    rules = (*book.rules, BuyersRule(requirement.musts)) if requirement.musts else book.rules
    return Law(
        requirement=requirement,
        today=today,
        book=replace(book, rules=rules),
        closing=closing,
        hardness=hardness,
        deadline=first_shipment(requirement),
        valid_until=last_shipment(requirement),
    )


def _joined(scheme: Scheme) -> JoinedScheme:
    low = scheme.lead_days_min
    return JoinedScheme(scheme.code, (low + 1) // 2, low, scheme.is_held)


def _half_way(value: float, days: tuple[int, int], days_left: int) -> float:
    """Something that is there but must be renewed: half way to held if that is done in time."""
    return (1.0 + value) / 2.0 if days[1] <= days_left else value
