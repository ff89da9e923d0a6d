"""What the pages of export readiness show: lights by market, and the plan of one product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.catalogue.models import Firm, Product
from matchmaker.certification import knowledge
from matchmaker.certification.assessing import (
    OFFERED,
    StoredBook,
    goods_from,
    made_from,
    pieces_for,
    read_book,
)
from matchmaker.certification.gantt import Bar, Scale, scale_for
from matchmaker.certification.models import Scheme
from matchmaker.certification.queries import evidence_shown
from matchmaker.certification.readiness import Answer, Case, Piece, Readiness, assess
from matchmaker.certification.rules import Applying
from matchmaker.certification.steps import Placed
from matchmaker.certification.whom_to_ask import Contact, councils_for, whom_to_ask
from matchmaker.clusters.models import Cluster, ClusterInstitution, Institution
from matchmaker.clusters.sources import SourceLink, as_sentence, sources_by_key

# What the picture shows side by side; each country of a bloc has its own plan besides.
MARKETS = ("EU", "GB", "US", "CA", "AE", "SA", "JP", "SG", "AU")
ADDRESSED = (*MARKETS, *(code for code in OFFERED if code not in MARKETS))
PER_PAGE = 20


@dataclass(frozen=True)
class Cell:
    """How one product stands in one market: the light, what is to do, days at worst."""

    market: str
    light: str
    to_do: int
    days: int


@dataclass(frozen=True)
class Overview:
    """The picture: products down, markets across."""

    firm: Firm
    entry: dt.date
    rows: tuple[tuple[Product, tuple[Cell, ...]], ...]
    page: int
    last: int


@dataclass(frozen=True)
class StepRow:
    """One step of the plan with all that is said of it. Dates are those of its being done."""

    answer: Answer
    scheme: Scheme
    placed: Placed
    bar: Bar
    scale: Scale
    is_on_chain: bool
    done_from: dt.date
    done_by: dt.date
    gives: tuple[str, ...]
    contacts: tuple[Contact, ...]
    note: str
    open_why: str

    @property
    def asked(self) -> dict[str, list[str]]:
        """Whom to ask, by what for."""
        found: dict[str, list[str]] = {}
        for each in self.contacts:
            found.setdefault(each.how, []).append(each.name)
        return found


@dataclass(frozen=True)
class Why:
    """A statement in the words of its source: `about` says of what."""

    about: str
    text: str
    sources: tuple[SourceLink, ...]
    confidence: str
    since: dt.date | None = None
    comes_on: dt.date | None = None


@dataclass(frozen=True)
class PlanPage:
    """The plan of one product for one market and one day."""

    firm: Firm
    product: Product
    market: str
    readiness: Readiness
    law: tuple[StepRow, ...]
    buyers: tuple[StepRow, ...]
    duties: tuple[StepRow, ...]
    held: tuple[tuple[Answer, Scheme], ...]
    coming: tuple[tuple[Answer, Scheme], ...]
    rules: tuple[Why, ...]
    order: tuple[Why, ...]
    freed: tuple[Why, ...]

    @property
    def claimed(self) -> int:
        """How much of what the law asks for is held by the firm's own word alone."""
        return sum(
            each.piece is not None and each.piece.grade == "self-declared"
            for each, _scheme in self.held
            if each.is_law
        )


def overview(db: Session, firm: Firm, today: dt.date, entry: dt.date, page: int) -> Overview:
    """The lights of a firm's products; six queries, however many products and markets."""
    total = db.scalar(select(func.count(Product.id)).where(_is_kept(firm))) or 0
    last = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), last)
    products = db.scalars(
        select(Product)
        .where(_is_kept(firm))
        .options(joinedload(Product.family))
        .order_by(Product.title, Product.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    held = evidence_shown(db, [firm.organisation_id]).get(firm.organisation_id, [])
    book = read_book(db, MARKETS, {rule for each in products for rule in each.family.rules})
    rows = []
    for product in products:
        ask = _asking(product, pieces_for(product, held), book, today, entry)
        rows.append((product, tuple(_cell(market, ask(market)) for market in MARKETS)))
    return Overview(firm, entry, tuple(rows), page, last)


def find_product(db: Session, firm: Firm, public_id: str) -> Product | None:
    """One of the firm's products, with its family."""
    return db.scalar(
        select(Product)
        .where(Product.public_id == public_id, Product.firm_id == firm.id)
        .options(joinedload(Product.family))
    )


def find_firm(db: Session, **named: object) -> Firm | None:
    """A firm by columns of its own, with its cluster and the institutions there."""
    institutions = selectinload(Cluster.institutions)
    return db.scalar(
        select(Firm)
        .filter_by(**named)
        .options(
            joinedload(Firm.organisation),
            joinedload(Firm.cluster)
            .options(institutions.joinedload(ClusterInstitution.institution)),
        )
    )  # fmt: skip


def plan_page(
    db: Session, firm: Firm, product: Product, market: str, today: dt.date, entry: dt.date
) -> PlanPage:
    """What to do for this product, market and day."""
    held = evidence_shown(db, [firm.organisation_id]).get(firm.organisation_id, [])
    book = read_book(db, [market], product.family.rules)
    readiness = _asking(product, pieces_for(product, held), book, today, entry)(market)
    plan = readiness.plan
    # What buyers ask for takes long: on one strip with it the steps of the law would be dots.
    scale = scale_for((*plan.law, *plan.duties), readiness.days_left)
    buyers_scale = scale_for(plan.buyers, readiness.days_left)
    cluster = [each.institution for each in firm.cluster.institutions]
    step = _rows_of(readiness, book, cluster, product.hs_code)
    order, freed = _order(readiness), _freed(readiness)
    keys = [key for each in readiness.applying for key in each.rule.sources]
    sources = sources_by_key(db, [*keys, *(k for each in (*order, *freed) for k in each[2])])
    return PlanPage(
        firm=firm,
        product=product,
        market=market,
        readiness=readiness,
        law=tuple(step(each, scale) for each in plan.law),
        buyers=tuple(step(each, buyers_scale) for each in plan.buyers),
        duties=tuple(step(each, scale) for each in plan.duties),
        held=_with_schemes(readiness.in_force, book, ("held", "expiring")),
        coming=_with_schemes(readiness.coming, book, ()),
        rules=tuple(_rule(each, sources) for each in readiness.applying),
        order=_whys(order, sources),
        freed=_whys(freed, sources),
    )


def _is_kept(firm: Firm) -> ColumnElement[bool]:
    return and_(Product.firm_id == firm.id, Product.state != "hidden")


def _asking(
    product: Product,
    pieces: tuple[Piece, ...],
    book: StoredBook,
    today: dt.date,
    entry: dt.date,
) -> Callable[[str], Readiness]:
    """A question about the product that only lacks the market."""
    goods, made = goods_from(product), made_from(product)
    return lambda market: assess(Case(goods, market, today, entry, pieces, made), book)


def _cell(market: str, readiness: Readiness) -> Cell:
    days = readiness.plan.days[1]
    return Cell(market, readiness.light, len(readiness.plan.law), days)


def _rows_of(
    readiness: Readiness,
    book: StoredBook,
    cluster: Sequence[Institution],
    hs_code: str,
) -> Callable[[Placed, Scale], StepRow]:
    """What turns a placed step into a row."""
    answers = {each.code: each for each in readiness.answers}
    chain, today = readiness.plan.chain, readiness.case.today
    councils = councils_for(hs_code, knowledge.councils())
    given = {each.through: each.code for each in readiness.gaps if each.through}

    def row(placed: Placed, scale: Scale) -> StepRow:
        scheme, answer = book.rows[placed.code], answers[placed.code]
        condition = answer.open_material
        return StepRow(
            answer=answer,
            scheme=scheme,
            placed=placed,
            bar=scale.bar(placed),
            scale=scale,
            is_on_chain=placed.code in chain,
            done_from=today + dt.timedelta(days=placed.end_min),
            done_by=today + dt.timedelta(days=placed.end_max),
            gives=tuple(code for by, code in given.items() if by == placed.code),
            contacts=whom_to_ask(scheme, councils, cluster),
            note=as_sentence(scheme.validity_note) if scheme.validity_note else "",
            open_why=as_sentence(condition.why) if condition else "",
        )

    return row


def _with_schemes(
    answers: Iterable[Answer], book: StoredBook, standings: Sequence[str]
) -> tuple[tuple[Answer, Scheme], ...]:
    return tuple(
        (each, book.rows[each.code])
        for each in answers
        if not standings or each.standing in standings
    )


# About what, in which words, by which sources, how sure.
Said = tuple[str, str, tuple[str, ...], str]


def _order(readiness: Readiness) -> list[Said]:
    """Why some steps of this plan wait for others."""
    plan = readiness.plan
    waits = {
        (row.code, need)
        for row in (*plan.law, *plan.buyers, *plan.duties)
        for need in row.waits_for
    }
    found = []
    for each in knowledge.prerequisites():
        if (each.code, each.needs) in waits:
            sure = "high" if each.is_certain else "medium"
            about = f"{label(each.needs)} → {label(each.code)}"
            found.append((about, each.why, each.sources, sure))
    return found


def _freed(readiness: Readiness) -> list[Said]:
    return [(label(each.code), each.why, each.sources, "high") for each in readiness.freed]


def _whys(said: Iterable[Said], sources: Mapping[str, SourceLink]) -> tuple[Why, ...]:
    return tuple(
        Why(about, as_sentence(text), _found(keys, sources), confidence)
        for about, text, keys, confidence in said
    )


def _rule(each: Applying, sources: Mapping[str, SourceLink]) -> Why:
    rule = each.rule
    return Why(
        about=", ".join(label(code) for code in (*rule.mandatory, *rule.expected)),
        text=as_sentence(rule.note),
        sources=_found(rule.sources, sources),
        confidence=rule.confidence,
        since=rule.effective_from,
        comes_on=each.comes_on,
    )


def _found(keys: Iterable[str], sources: Mapping[str, SourceLink]) -> tuple[SourceLink, ...]:
    return tuple(sources[key] for key in keys if key in sources)


def label(code: str) -> str:
    """Scheme codes are what trades people say; only the underscores are ours."""
    return code.replace("_", " ")
