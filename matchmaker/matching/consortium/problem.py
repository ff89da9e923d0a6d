"""What a consortium is asked for, who could be in it, and what is answered. Pure data.

Amounts are whole numbers of a stated step of the asked unit (`Ask.step`, e.g. 0.001 t), so that
sums are exact. Money is Decimal in one currency. A period is a month of a monthly order, or a
week of a single shipment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from matchmaker.matching.scoring.answers import Step
from matchmaker.matching.scoring.window import DAY

Proof = Literal["proved", "not proved"]


@dataclass(frozen=True)
class Ask:
    """How much is wanted, when. `unit`: UN/ECE Rec 20; an amount of 1 is one `step` of it.

    `fences`: the first day of each period, and the day after the last. Every month: `demand`
    names one amount for each asked period. Once: `demand` holds one amount, wanted by the end of
    period `due` (counted from 1). Periods after the last asked one are there to answer 'and
    later?'. `most_members`: more firms than this the buyer does not want; 0 for any number.
    """

    unit: str
    step: Decimal
    currency: str
    today: dt.date
    fences: tuple[dt.date, ...]
    demand: tuple[int, ...]
    is_once: bool = False
    due: int = 0
    most_members: int = 0

    @property
    def periods(self) -> int:
        """How many periods are known of, the later ones included."""
        return len(self.fences) - 1

    @property
    def asked(self) -> int:
        """How many periods lie before the deadline."""
        return self.due if self.is_once else len(self.demand)

    @property
    def deadline(self) -> dt.date:
        return self.fences[self.asked] - DAY


@dataclass(frozen=True)
class PriceFrom:
    """From `amount` on (in steps, of one period's shipment) one unit costs `price`."""

    amount: int
    price: Decimal


@dataclass(frozen=True)
class Missing:
    """A certificate that a candidate must still obtain, and how many days it takes.

    `through_group`: by joining a group certificate. Not `is_certain`: whether it is needed has
    to be checked; it is shown, and nobody waits for it.
    """

    code: str
    days: tuple[int, int]
    through_group: bool = False
    is_certain: bool = True


@dataclass(frozen=True)
class Candidate:
    """A product of a firm that could supply a part.

    `free`: what its `line` can make of it in each period, in steps; in one period a line makes
    one of its products for this order. `moq`: the least of one shipment. `tiers`: ascending; the
    first begins at or below `moq`. `misfit`: 100 less the points of product fit; each costs one
    per cent. `ready_on`: from this day it meets the musts, if everything takes its longest; None:
    never. `soonest_on`: the same if all goes well. `in_group`: covered by the cluster's group
    certificate once that is there. `lead_days`: from order to first shipment. `spec`: only
    products of one spec are taken together. `allocated`: what it was given in the last year, in
    any measure. `conversions`: how its figures came into the asked unit. `assumed`: what nobody
    said and was taken as harmless, to be asked before an order (moq, lead, an attribute).
    """

    firm: str
    offer: str
    line: str
    free: tuple[int, ...]
    moq: int
    tiers: tuple[PriceFrom, ...]
    misfit: Decimal = Decimal(0)
    ready_on: dt.date | None = dt.date.min
    soonest_on: dt.date | None = dt.date.min
    in_group: bool = False
    lead_days: int = 0
    spec: str = ""
    allocated: int = 0
    cluster: str = ""
    missing: tuple[Missing, ...] = ()
    conversions: tuple[Step, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """The question. `group_from`: the day from which the group certificate holds; None: never.

    `most_misfit`: who fits worse is left out, and named only where nothing else would do.
    """

    ask: Ask
    candidates: tuple[Candidate, ...]
    group_from: dt.date | None = None
    most_misfit: Decimal = Decimal(100)


@dataclass(frozen=True)
class Effort:
    """How long each search may look. `work`: figures looked at, the same on every machine.

    With a `clock` (seconds, rising) and `seconds`, it also ends when they are over; then two
    runs may differ. `workers`: of the proof of fewest members; more than one may differ too.
    """

    work: int = 200_000_000
    seconds: float = 0.0
    clock: Callable[[], float] | None = None
    workers: int = 1


@dataclass(frozen=True)
class Share:
    """What a member ships of one offer: `amounts` in steps, `prices` of one unit, by period."""

    candidate: Candidate
    amounts: tuple[int, ...]
    prices: tuple[Decimal, ...]


@dataclass(frozen=True)
class Member:
    """A firm of the plan. `price`: what it is paid in all; no other member is shown it."""

    firm: str
    shares: tuple[Share, ...]
    price: Decimal

    @property
    def amounts(self) -> tuple[int, ...]:
        """By period, over all its products, in steps."""
        return tuple(map(sum, zip(*(each.amounts for each in self.shares), strict=True)))


@dataclass(frozen=True)
class Plan:
    """Who ships how much when.

    `figure`: Σ price × (1 + misfit %), what is minimised; `price`: what the buyer pays. `bound`:
    no plan of so many members has a lower figure; `gap`: how far the figure may lie above the
    best one, as a share of the figure. `at_most`: the number of members that was allowed, 0 for
    any. `ready_on`: from this day every member can ship. `first_shipment`, `last_shipment`: the
    days by which they have left.
    """

    members: tuple[Member, ...]
    price: Decimal
    figure: Decimal
    bound: Decimal
    gap: float
    proof: Proof
    at_most: int
    ready_on: dt.date
    first_shipment: dt.date
    last_shipment: dt.date
    spec: str = ""

    @property
    def firms(self) -> tuple[str, ...]:
        return tuple(each.firm for each in self.members)

    @property
    def amounts(self) -> tuple[int, ...]:
        """Over all members, by period, in steps."""
        return tuple(map(sum, zip(*(each.amounts for each in self.members), strict=True)))

    @property
    def missing(self) -> tuple[tuple[str, Missing], ...]:
        """Every certificate that must still be obtained, and by which firm."""
        found = [(each.firm, gap) for each in self.candidates for gap in each.missing]
        return tuple(dict.fromkeys(found))

    @property
    def conversions(self) -> tuple[tuple[str, Step], ...]:
        """How each offer's figures came into the asked unit and currency: (offer, step)."""
        return tuple((each.offer, step) for each in self.candidates for step in each.conversions)

    @property
    def assumed(self) -> tuple[tuple[str, str], ...]:
        """What is to be asked of whom before the order: (firm, what)."""
        found = [(each.firm, what) for each in self.candidates for what in each.assumed]
        return tuple(dict.fromkeys(found))

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The offers that ship something."""
        return tuple(share.candidate for member in self.members for share in member.shares)


@dataclass(frozen=True)
class Consortia:
    """The answer where the order can be filled.

    `fewest`: k firms, and with fewer it cannot be done if `fewest_proof` says so (else no fewer
    than `fewest_bound`). `front`: the best found with at most k, k + 1 and k + 2 firms.
    `cheapest`: with any number, or with at most `Ask.most_members`. `fastest`: the whole is
    shipped earliest.
    """

    fewest: Plan
    cheapest: Plan
    fastest: Plan
    front: tuple[Plan, ...]
    fewest_proof: Proof
    fewest_bound: int

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Up to three that differ, in the order fewest, cheapest, fastest."""
        found: list[Plan] = []
        for plan in (self.fewest, self.cheapest, self.fastest):
            if all(plan.members != each.members for each in found):
                found.append(plan)
        return tuple(found)


@dataclass(frozen=True)
class Short:
    """In which period how much is lacking, in steps, if everybody gives all there is."""

    period: int
    amount: int


Kind = Literal[
    "later", "group certificate", "certificates", "misfit", "spec", "members", "quantity"
]


@dataclass(frozen=True)
class Relaxation:
    """The least change of one kind that makes it possible; `problem` is the question so changed.

    later: `amount` periods later. group certificate: it holds within `days`. certificates: the
    fewest `firms` that would have to obtain theirs in the shortest time; `days` until the last
    has. misfit: up to `amount` points below full fit. spec: `specs` taken together. members:
    `amount` firms allowed. quantity: `amount` steps less in all.
    """

    kind: Kind
    problem: Problem
    amount: Decimal = Decimal(0)
    firms: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()
    days: int = 0


@dataclass(frozen=True)
class Shortfall:
    """The answer where it cannot be filled: why, and what would do."""

    spec: str
    short: tuple[Short, ...]
    relaxations: tuple[Relaxation, ...] = field(default=())
