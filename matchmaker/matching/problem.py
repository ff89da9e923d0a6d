"""What a buyer asks for and what firms offer, as plain data. Pure.

Quantities are Decimal with a UN/ECE Rec 20 code, money Decimal with ISO 4217, days are dates.
What nobody said is None or empty: unknown, never nought. 'Today' is an argument of whoever
judges, never read from a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from matchmaker.certification.materials import Made
from matchmaker.certification.readiness import Piece
from matchmaker.measures import PieceFacts, Quantity
from matchmaker.money import Money

# Of evidence, from weakest to strongest; the words of `certification`.
GRADES = ("self-declared", "seen", "confirmed", "witnessed")


@dataclass(frozen=True)
class Preferences:
    """What a buyer would rather have, other things equal. Empty: no preference."""

    gi: bool = False
    women_led: bool = False
    micro: bool = False
    languages: frozenset[str] = frozenset()
    payment_terms: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Requirement:
    """What a buyer wants. `text` never holds a firm's name.

    `months`: 0 for one shipment of `quantity` until `ship_by`; else `quantity` every month for
    so many months from `ship_from`. `musts`, `nice`: scheme codes that the buyer insists on, or
    would like. `target`: price of one `quantity.unit` under `incoterm` at `place`.
    `attributes`: sizes and grades that must agree, by the family's keys. `least_grade`: the
    weakest grade of evidence that the buyer accepts. `needs_verified`: only verified firms.
    `sample_by`: when samples are to be there; told to firms, but not scored, for no offer says
    how long a sample takes.
    `buyer`: whom makers may have blocked; `blocked`: makers that the buyer has.
    """

    id: str
    text: str
    quantity: Quantity
    ship_from: dt.date
    ship_by: dt.date
    months: int = 0
    hs_code: str = ""
    family: str = ""
    market: str = ""
    target: Money | None = None
    incoterm: str = ""
    place: str = ""
    musts: tuple[str, ...] = ()
    nice: tuple[str, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    least_grade: str = "self-declared"
    needs_verified: bool = False
    sample_by: dt.date | None = None
    prefers: Preferences = field(default_factory=Preferences)
    buyer: str = ""
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tier:
    """The price of one trading unit from a quantity (in trading units) on."""

    from_quantity: Decimal
    price: Decimal


@dataclass(frozen=True)
class FreeMonth:
    """What a line can still make in the month that begins on `month`, in trading units."""

    month: dt.date
    free: Decimal


@dataclass(frozen=True)
class Reliability:
    """What is known of how a firm behaves: counts, to be shrunk where they are small."""

    enquiries: int = 0
    answered: int = 0
    median_reply_hours: float | None = None
    meetings: int = 0
    meetings_kept: int = 0
    disputes: int = 0


@dataclass(frozen=True)
class Maker:
    """The firm behind an offer, as far as it may count. Its name never does."""

    id: str
    cluster: str
    state: str = ""
    size: str = ""
    women_led: bool = False
    is_verified: bool = False
    languages: frozenset[str] = frozenset()
    payment_terms: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    reliability: Reliability = field(default_factory=Reliability)


@dataclass(frozen=True)
class Offer:
    """A product of a firm. `unit` is its trading unit; `facts` are of one such unit.

    `price_audience`: 'public', or 'verified' when only buyers whom a desk verified may see tiers.
    `line`: the production line it draws on, so that two products of one press are not counted
    twice; `free`: by month, () when nobody said. `tiers`: empty for 'price on request'.
    `pieces`: evidence that covers this product, a group certificate of the cluster's body among
    them. `rule_families`, `is_organic`, `has_wood_packaging`: what market rules ask of goods.
    `*_confirmed_on`: the day the firm last stood by that fact. `barred`: ISO codes of countries
    to which a rule forbids to export these goods.
    """

    id: str
    maker: Maker
    title: str
    text: str
    unit: str
    family: str = ""
    hs_code: str = ""
    facts: PieceFacts = field(default_factory=PieceFacts)
    moq: Decimal | None = None
    line: str = ""
    free: tuple[FreeMonth, ...] = ()
    capacity_confirmed_on: dt.date | None = None
    tiers: tuple[Tier, ...] = ()
    currency: str = "INR"
    incoterm: str = "EXW"
    place: str = ""
    price_confirmed_on: dt.date | None = None
    price_audience: str = "public"
    lead_days: int | None = None
    lead_confirmed_on: dt.date | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    standards: tuple[str, ...] = ()
    gi: str | None = None
    pieces: tuple[Piece, ...] = ()
    rule_families: tuple[str, ...] = ()
    is_organic: bool = False
    has_wood_packaging: bool = False
    made: Made = field(default_factory=Made)
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LegCosts:
    """What it costs to bring goods of a cluster to the buyer's market, as far as it is known.

    `per_container`: money for a full 40′ high-cube container, by leg (inland, port, freight,
    arrival); `shares`: part of the goods' value, by leg (insurance, duty). A leg that is not
    named is not known, and never taken for free.
    """

    per_container: Mapping[str, Money] = field(default_factory=dict)
    shares: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Nearby:
    """What a cluster has that helps its firms. `groups`: schemes of which a body of it holds a
    group certificate that more firms may join; `helpers`: whom to ask, by scheme code; `legs`:
    costs on the way to the market in question.
    """

    groups: frozenset[str] = frozenset()
    helpers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    legs: LegCosts = field(default_factory=LegCosts)


@dataclass(frozen=True)
class Spoken:
    """The product family that the words of a requirement speak of.

    `share`: how surely, 0 to 1; the family's share of the votes (`retrieval/families.py`).
    """

    family: str
    share: float


@dataclass(frozen=True)
class Closeness:
    """How near an offer's text is to a requirement's, as measured: not yet a fit.

    `cosine`: of the two embeddings. `words`: the offer's keyword score as a share of the best
    of the same question, 0 to 1; None when no words were compared. `spoken`: the same for all
    offers of a question; it counts where the buyer stated neither family nor code.
    """

    cosine: float | None = None
    words: float | None = None
    spoken: Spoken | None = None
