"""What matching answers, as plain data for JSON and for the terminal: every word written out. Pure.

Members of a plan are told without their prices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from matchmaker.matching.scoring.answers import Shown


@dataclass(frozen=True)
class GapTold:
    """What is missing, how to close it, in how many days (at best and at worst), and who helps."""

    code: str
    what: str
    remedy: str
    days: tuple[int, int] | None = None
    who: tuple[str, ...] = ()


@dataclass(frozen=True)
class CriterionTold:
    """One criterion: its value from 0 to 1 (null: not known, or not asked) and why."""

    criterion: str
    value: float | None
    knowledge: str
    sentence: str
    evidence: tuple[Shown, ...] = ()
    gaps: tuple[GapTold, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirmTold:
    """A firm with its best offer. `total`: 0 to 1; `confidence`: how much of it rests on facts."""

    rank: int
    firm: str
    name: str
    cluster: str
    offer: str
    title: str
    total: float
    confidence: float
    criteria: tuple[CriterionTold, ...]


@dataclass(frozen=True)
class ExcludedTold:
    """A fitting offer that is not ranked, and why."""

    firm: str
    name: str
    offer: str
    title: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class MemberTold:
    """A firm of a plan and what it ships in each period; its price is nobody else's business."""

    firm: str
    name: str
    offers: tuple[str, ...]
    amounts: tuple[Decimal, ...]


@dataclass(frozen=True)
class ConversionTold:
    """How the figures of an offer came into what was asked: 'unit', 'currency', or 'left out'."""

    offer: str
    kind: str
    step: str


@dataclass(frozen=True)
class PlanTold:
    """Firms that fill the order together, at one price to the buyer.

    `kinds`: fewest, cheapest, fastest, as many as it is. `money_proof`: whether it is proved that
    no choice of at most so many firms costs less, price weighed by fit. `gap`: how far it may
    lie above the best possible, as a share; 0 when that is 'proved'. `summary`: what it costs,
    how sure that is, when it leaves; `to_do`: what is to be obtained or agreed before ordering.
    """

    kinds: tuple[str, ...]
    members: tuple[MemberTold, ...]
    price: Decimal
    currency: str
    unit: str
    money_proof: str
    gap: float
    first_shipment: dt.date
    last_shipment: dt.date
    summary: tuple[str, ...]
    to_do: tuple[str, ...] = ()
    conversions: tuple[ConversionTold, ...] = ()


@dataclass(frozen=True)
class StepTold:
    """The best found with at most so many firms. `saves`: what that is less than with one firm
    fewer, price weighed by fit, as a share. `money_proof`, `gap`: as of a plan.
    """

    at_most: int
    firms: tuple[str, ...]
    price: Decimal
    saves: float
    money_proof: str
    gap: float


@dataclass(frozen=True)
class FrontTold:
    """What each further firm saves, from the fewest found on.

    `members_proof`: whether it is proved that fewer firms than in the first step cannot fill the
    order; if it is not, it is that fewer than `fewest_bound` cannot.
    """

    members_proof: str
    fewest_bound: int
    steps: tuple[StepTold, ...]


@dataclass(frozen=True)
class LeftOutTold:
    """So many offers of a cluster could not be counted, and why."""

    offers: int
    sentence: str


@dataclass(frozen=True)
class ClusterTold:
    """What a cluster can do: `firms` that make it, its plans, or why there is none and what would
    do (`sentences`). `left_out`: offers that could not be counted, of another product, or without
    price, capacity or factor; `left_out_because` says of which how many. `front`: null where
    there is no plan.
    """

    rank: int
    cluster: str
    total: float
    confidence: float
    criteria: tuple[CriterionTold, ...]
    firms: int
    left_out: int
    plans: tuple[PlanTold, ...]
    sentences: tuple[str, ...]
    front: FrontTold | None = None
    left_out_because: tuple[LeftOutTold, ...] = ()


@dataclass(frozen=True)
class SpokenTold:
    """What the words were taken for, as the buyer stated neither product family nor HS code.

    `family`: null when they speak of none clearly; `share`: how surely, 0 to 1.
    """

    family: str | None
    share: float | None
    sentence: str


@dataclass(frozen=True)
class RemarkTold:
    """A name in the file that nobody knows; the answer stands, as if it were meant so.

    `field`: where it first stands; `others`: in how many more places. `meant`: the known name
    that is nearest, or the few that hold its words; empty where none is near.
    """

    field: str
    value: str
    sentence: str
    meant: tuple[str, ...] = ()
    others: int = 0


@dataclass(frozen=True)
class Answer:
    """What matching answers. `weights`, `fit`: by which versions, so that it can be explained.

    `compared_by`: 'meaning and words', or 'words' where no model was at hand. `offers`: how many
    there are; `judged`: how many of them had to be judged in full for the list of firms.
    `judged_for_clusters`: how many for clusters and plans, null where nobody asked for these;
    `not_judged_for_clusters`: how many more may fit, for which there was no room: what is proved
    of a plan is proved without them.
    `left_out`: offers that changed since `as_of` and are not among them, as they are being read
    anew just now. `spoken`: null when the buyer stated what was meant. `remarks`: names in the
    file that nobody knows; it may be mistyped. `schemes`: what the codes of papers stand for
    that the buyer names or a firm lacks.
    """

    requirement: str
    today: dt.date
    weights: str
    fit: str
    compared_by: str
    offers: int
    judged: int
    firms: tuple[FirmTold, ...]
    excluded: tuple[ExcludedTold, ...] = ()
    clusters: tuple[ClusterTold, ...] = ()
    judged_for_clusters: int | None = None
    not_judged_for_clusters: int = 0
    left_out: int = 0
    as_of: dt.datetime | None = None
    spoken: SpokenTold | None = None
    remarks: tuple[RemarkTold, ...] = ()
    schemes: Mapping[str, str] = field(default_factory=dict)
