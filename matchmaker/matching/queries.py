"""From rows to the problem: products of visible firms as offers, posted needs as requirements.

Prices that only the firm and desks may see never become part of an offer; those for verified
buyers are marked, and `OfferTable` hands them to nobody else.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from statistics import median

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.visibility import PRODUCT_IS_PUBLIC
from matchmaker.certification.assessing import goods_from, made_from, pieces_for, read_book
from matchmaker.certification.groups import SHARED
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.queries import IS_SHOWN, evidence_shown
from matchmaker.certification.readiness import Book
from matchmaker.certification.rules import WOOD_PACKAGING
from matchmaker.clusters.models import Cluster, ClusterInstitution, Institution, Port
from matchmaker.json_data import LARGEST
from matchmaker.matching.clusters import Place
from matchmaker.matching.exchange.remarks import KnownNames
from matchmaker.matching.problem import (
    FreeMonth,
    Maker,
    Nearby,
    Offer,
    Reliability,
    Requirement,
    Tier,
)
from matchmaker.measures import PieceFacts, Quantity
from matchmaker.money import Money
from matchmaker.sourcing.models import Enquiry, EnquiryMessage
from matchmaker.sourcing.models import Requirement as PostedRequirement
from search.meaning import product_meaning

BATCH = 400
_STEP = Decimal("0.0001")
# A firm is given so long before an enquiry counts as one that it left unanswered.
TIME_TO_ANSWER = dt.timedelta(days=3)
UNKNOWN_BEHAVIOUR = Reliability()


@dataclass(frozen=True)
class Found:
    """An offer and further words of its trade by which it may be found."""

    offer: Offer
    words: str


def offers_shown(db: Session, today: dt.date, ids: Sequence[int] | None = None) -> Iterator[Found]:
    """Every product that everybody may see, as an offer; or those of these row numbers.

    What is free is told from this month on. Of all products memory does not grow with the
    catalogue: what the session held before is let go.
    """
    numbers = ids if ids is not None else _numbers(db)
    for start in range(0, len(numbers), BATCH):
        products = _products(db, numbers[start : start + BATCH])
        held = evidence_shown(db, {each.firm.organisation_id for each in products})
        free = _free(db, {each.line_id for each in products if each.line_id}, today)
        behaviour = reliability_of(db, {each.firm_id for each in products}, today)
        for product in products:
            known = held.get(product.firm.organisation_id, ())
            months = free.get(product.line_id or 0, ())
            maker = maker_of(product.firm, behaviour.get(product.firm_id, Reliability()))
            yield Found(_offer(product, maker, known, months), "; ".join(product.family.aliases))
        if ids is None:
            db.expunge_all()


def book_for(db: Session, requirement: Requirement) -> Book:
    """What is known of the requirement's market, and of the schemes that its buyer names."""
    families = {key for rules in db.scalars(select(ProductFamily.rules)) for key in rules}
    book = read_book(db, [requirement.market], families | {WOOD_PACKAGING[1]})
    named = db.scalars(
        select(Scheme).where(Scheme.code.in_((*requirement.musts, *requirement.nice)))
    )
    return replace(book, schemes={**{each.code: each for each in named}, **book.schemes})


def nearby_clusters(db: Session, today: dt.date) -> dict[str, Nearby]:
    """Group certificates that firms of a cluster may join, and whose they are, by cluster."""
    rows = db.execute(
        select(Cluster.slug, Scheme.code, Institution.name)
        .join(ClusterInstitution, ClusterInstitution.cluster_id == Cluster.id)
        .join(Institution, Institution.id == ClusterInstitution.institution_id)
        .join(Evidence, Evidence.holder_id == Institution.organisation_id)
        .join(Scheme, Scheme.id == Evidence.scheme_id)
        .where(
            IS_SHOWN,
            Scheme.group_holding.in_(SHARED),
            Evidence.issued_on <= today,
            or_(Evidence.expires_on.is_(None), Evidence.expires_on >= today),
        )
        .order_by(Cluster.slug, Scheme.code, Institution.name)
    )
    bodies: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for slug, code, body in rows:
        bodies[slug][code] = (*bodies[slug].get(code, ()), body)
    return {slug: Nearby(frozenset(held), held) for slug, held in bodies.items()}


def places_of_clusters(db: Session) -> dict[str, Place]:
    """What clusters share and how far their port is; of facilities those that are on record."""
    ports = {row[0]: row[1] for row in db.execute(select(Port.locode, Port.name))}
    clusters = db.scalars(select(Cluster).options(selectinload(Cluster.facilities)))
    return {
        each.slug: Place(
            facilities=tuple(sorted(one.name for one in each.facilities)) or None,
            port=ports[each.seaport],
            port_km=each.seaport_km,
        )
        for each in clusters
    }


def names_known(db: Session) -> KnownNames:
    """What a requirement may name and this database knows: families, clusters, their states."""
    places = db.execute(select(Cluster.slug, Cluster.state)).all()
    return {
        "family": frozenset(db.scalars(select(ProductFamily.key))),
        "cluster": frozenset(row.slug for row in places),
        "state": frozenset(row.state for row in places),
    }


def scheme_names(db: Session) -> dict[str, str]:
    """What the codes of papers stand for; there are some hundred."""
    return {row.code: row.name for row in db.execute(select(Scheme.code, Scheme.name))}


def firm_names(db: Session, firms: Collection[str]) -> dict[str, str]:
    """The names of firms by their public ids, for those who read an answer."""
    rows = db.execute(
        select(Firm.public_id, Organisation.name)
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .where(Firm.public_id.in_(firms))
    )
    return {row[0]: row[1] for row in rows}


def requirement_from(posted: PostedRequirement, family: str = "") -> Requirement:
    """What a buyer posted, as the question; `family`: the key of its family."""
    target = None
    if posted.price_limit is not None and posted.currency:
        target = Money(posted.price_limit, posted.currency)
    return Requirement(
        id=posted.public_id,
        text=f"{posted.title}. {posted.description}".strip(),
        quantity=Quantity(posted.quantity, posted.unit),
        ship_from=posted.ship_from,
        ship_by=posted.ship_by,
        months=_months_touched(posted.ship_from, posted.ship_by) if posted.monthly else 0,
        family=family,
        market=posted.market or "",
        target=target,
        musts=tuple(posted.evidence),
    )


def reliability_of(db: Session, firms: Collection[int], today: dt.date) -> dict[int, Reliability]:
    """How firms answered enquiries, by row number of the firm; spam does not count."""
    rows = db.execute(
        select(Enquiry.firm_id, Enquiry.created_at, func.min(EnquiryMessage.at))
        .join(Firm, Firm.id == Enquiry.firm_id)
        .outerjoin(
            EnquiryMessage,
            and_(
                EnquiryMessage.enquiry_id == Enquiry.id,
                EnquiryMessage.organisation_id == Firm.organisation_id,
            ),
        )
        .where(Enquiry.firm_id.in_(firms), Enquiry.state != "spam")
        .group_by(Enquiry.id, Enquiry.firm_id, Enquiry.created_at)
    )
    seen: dict[int, list[tuple[dt.datetime, dt.datetime | None]]] = defaultdict(list)
    for firm, asked, answered in rows:
        if answered is not None or today - asked.date() > TIME_TO_ANSWER:
            seen[firm].append((asked, answered))
    return {firm: _behaviour(times) for firm, times in seen.items()}


def maker_of(firm: Firm, reliability: Reliability = UNKNOWN_BEHAVIOUR) -> Maker:
    """The firm as it may count."""
    return Maker(
        id=firm.public_id,
        cluster=firm.cluster.slug,
        state=firm.cluster.state,
        size=firm.size,
        women_led=firm.women_led,
        is_verified=firm.verification == "verified",
        languages=frozenset(firm.languages),
        markets=frozenset(each.country for each in firm.markets),
        reliability=reliability,
    )


def _behaviour(times: Iterable[tuple[dt.datetime, dt.datetime | None]]) -> Reliability:
    times = list(times)
    hours = [(end - start).total_seconds() / 3600 for start, end in times if end is not None]
    return Reliability(
        enquiries=len(times),
        answered=len(hours),
        median_reply_hours=round(median(hours), 1) if hours else None,
    )


def _numbers(db: Session) -> Sequence[int]:
    query = select(Product.id).join(Firm, Firm.id == Product.firm_id).where(PRODUCT_IS_PUBLIC)
    return db.scalars(query.order_by(Product.id)).all()


def _products(db: Session, numbers: Sequence[int]) -> Sequence[Product]:
    return (
        db.scalars(
            select(Product)
            .join(Firm, Firm.id == Product.firm_id)
            .where(Product.id.in_(numbers), PRODUCT_IS_PUBLIC)
            .options(
                joinedload(Product.family),
                joinedload(Product.line),
                joinedload(Product.firm).joinedload(Firm.organisation),
                joinedload(Product.firm).joinedload(Firm.cluster),
                joinedload(Product.firm).selectinload(Firm.markets),
                selectinload(Product.tiers),
            )
            .order_by(Product.id)
        )
        .unique()
        .all()
    )


def _free(db: Session, lines: set[int], today: dt.date) -> Mapping[int, list[LineMonth]]:
    months = db.scalars(
        select(LineMonth)
        .where(LineMonth.line_id.in_(lines), LineMonth.month >= today.replace(day=1))
        .order_by(LineMonth.line_id, LineMonth.month)
    )
    found: dict[int, list[LineMonth]] = defaultdict(list)
    for each in months:
        found[each.line_id].append(each)
    return found


def _offer(
    product: Product, maker: Maker, held: Iterable[Evidence], months: Iterable[LineMonth]
) -> Offer:
    """The product as an offer: what it is, what can be shown of it, how much, at what price."""
    goods, name = goods_from(product), product.firm.name
    title, description = product.title.replace(name, ""), product.description.replace(name, "")
    offer = Offer(
        id=product.public_id,
        maker=maker,
        title=title.strip() or product.family.name,
        text=product_meaning(title, product.family.name, description),
        family=product.family.key,
        hs_code=product.hs_code,
        unit=product.unit,
        facts=_facts(product),
        attributes=dict(product.attributes),
        standards=tuple(product.standards),
        gi=product.gi,
        pieces=pieces_for(product, held),
        rule_families=tuple(product.family.rules),
        is_organic="organic" in goods.families,
        has_wood_packaging="wood-packaging" in goods.families,
        made=made_from(product),
    )
    return _with_price(_with_supply(offer, product, months), product)


def _facts(product: Product) -> PieceFacts:
    return PieceFacts(
        net_kg=product.net_kg,
        area_m2=product.unit_m2,
        volume_m3=product.unit_m3,
        per_package=product.per_package,
        per_20ft=product.per_20ft,
        per_40hc=product.per_40hc,
    )


def _with_supply(offer: Offer, product: Product, months: Iterable[LineMonth]) -> Offer:
    return replace(
        offer,
        moq=product.moq,
        line=str(product.line_id or ""),
        free=tuple(FreeMonth(each.month, _of_product(each, product)) for each in months),
        capacity_confirmed_on=product.line.confirmed_on if product.line else None,
        lead_days=product.lead_days,
        lead_confirmed_on=product.lead_confirmed_on,
    )


def _with_price(offer: Offer, product: Product) -> Offer:
    """With its currency and Incoterm; with its price only if buyers may be told it."""
    terms = replace(
        offer,
        currency=product.currency,
        incoterm=product.incoterm,
        place=product.incoterm_place,
    )
    if product.price_audience not in ("public", "verified"):
        return terms
    return replace(
        terms,
        tiers=tuple(Tier(each.from_quantity, each.price) for each in product.tiers),
        price_audience=product.price_audience,
        price_confirmed_on=product.price_confirmed_on,
    )


def _of_product(month: LineMonth, product: Product) -> Decimal:
    """What is free, in the product's units: rounded down, so that nobody promises too much.

    Of a product that takes next to nothing of its line no more than an amount may be.
    """
    free = min(month.free / product.line_factor, LARGEST)
    return free.quantize(_STEP, ROUND_DOWN).normalize()


def _months_touched(first: dt.date, last: dt.date) -> int:
    """Of the calendar, those of both days included: 1 for two days of one month."""
    return (last.year - first.year) * 12 + last.month - first.month + 1
