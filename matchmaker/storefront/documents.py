"""Turns products, firms and clusters into what the search index holds of them.

Only what everybody may see goes in: prices that are not public stay out of every field, so
that no facet, sort or filter can tell them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.freshness import is_stale
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.visibility import (
    FIRM_IS_PUBLIC,
    PRODUCT_IS_PUBLIC,
    can_see_firm,
    can_see_price,
    can_see_product,
)
from matchmaker.certification.models import Evidence
from matchmaker.certification.queries import evidence_shown, now
from matchmaker.certification.scope import covers
from matchmaker.certification.validity import is_trusted
from matchmaker.clusters.models import Cluster, ClusterInstitution
from matchmaker.measures import UNITS
from matchmaker.money import ExchangeRates
from matchmaker.storefront.measured import stated_measures
from search.contract import Document, Value
from search.meaning import attribute_in_words, product_meaning

BATCH = 400
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Text:
    """A document and the text whose meaning stands for it."""

    document: Document
    meaning: str


def product_documents(
    db: Session, today: dt.date, rates: ExchangeRates, ids: Sequence[int] | None = None
) -> Iterator[Text]:
    """Documents of the products everybody may see, all or those with the given row numbers."""
    for batch in _batches(db, select(Product.id), Product.id, ids):
        products = db.scalars(
            select(Product)
            .where(Product.id.in_(batch))
            .options(
                joinedload(Product.family).joinedload(ProductFamily.sector),
                joinedload(Product.hs),
                joinedload(Product.firm).joinedload(Firm.organisation),
                joinedload(Product.firm).joinedload(Firm.cluster),
                joinedload(Product.firm).selectinload(Firm.markets),
                selectinload(Product.tiers),
            )
            .order_by(Product.id)
        ).unique()
        visible = [each for each in products if can_see_product(None, each)]
        held = evidence_shown(db, {each.firm.organisation_id for each in visible})
        free = _free_per_month(db, {each.line_id for each in visible if each.line_id}, today)
        for product in visible:
            yield _product_text(product, held, free, today, rates)
        db.expunge_all()  # a rebuild of a large catalogue must not grow with it


def firm_documents(db: Session, today: dt.date, ids: Sequence[int] | None = None) -> Iterator[Text]:
    """Documents of the firms everybody may see."""
    for batch in _batches(db, select(Firm.id), Firm.id, ids):
        firms = db.scalars(
            select(Firm)
            .where(Firm.id.in_(batch))
            .options(
                joinedload(Firm.organisation),
                joinedload(Firm.cluster).joinedload(Cluster.sector),
                selectinload(Firm.markets),
                selectinload(Firm.products).joinedload(Product.family),
            )
            .order_by(Firm.id)
        ).unique()
        visible = [each for each in firms if can_see_firm(None, each)]
        held = evidence_shown(db, {each.organisation_id for each in visible})
        for firm in visible:
            yield _firm_text(firm, held.get(firm.organisation_id, []), today)
        db.expunge_all()


def cluster_documents(db: Session, ids: Sequence[int] | None = None) -> Iterator[Text]:
    """Documents of clusters; they are public reference data."""
    query = select(Cluster).options(
        joinedload(Cluster.sector),
        selectinload(Cluster.institutions).joinedload(ClusterInstitution.institution),
    )
    if ids is not None:
        query = query.where(Cluster.id.in_(ids))
    counts = _counts_by_cluster(db)
    families = _families_by_cluster(db)
    for cluster in db.scalars(query.order_by(Cluster.id)).unique():
        yield _cluster_text(cluster, counts, families.get(cluster.id, []))


def _batches(
    db: Session, query: Select[int], key: object, ids: Sequence[int] | None
) -> Iterable[Sequence[int]]:
    numbers = sorted(set(ids)) if ids is not None else list(db.scalars(query.order_by(key)))  # type: ignore[arg-type]
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]


def _product_text(
    product: Product,
    held: Mapping[int, list[Evidence]],
    free: Mapping[int, Decimal],
    today: dt.date,
    rates: ExchangeRates,
) -> Text:
    firm, family, cluster = product.firm, product.family, product.firm.cluster
    unit = UNITS[product.unit]
    known = held.get(firm.organisation_id, [])
    evidence = [each for each in known if covers(each.covering, now(product))]
    dates = [each for each in (product.price_confirmed_on, product.lead_confirmed_on) if each]
    values: dict[str, Value] = {
        "title": product.title,
        "family": family.name,
        "aliases": "; ".join(family.aliases),
        "description": product.description,
        "attributes": attributes_in_words(product),
        "firm": firm.name,
        "cluster_name": cluster.name,
        "hs_text": f"{product.hs_code} {product.hs.label}",
        "standards": "; ".join(product.standards),
        "family_key": family.key,
        "sector": family.sector.slug,
        "cluster": cluster.slug,
        "state": cluster.state,
        "firm_id": firm.public_id,
        "hs2": product.hs_code[:2],
        "hs4": product.hs_code[:4],
        "hs6": product.hs_code,
        "evidence": _codes(each for each in evidence if is_trusted(each, today)),
        "evidence_any": _codes(evidence),
        "markets": sorted(each.country for each in firm.markets),
        "unit_dimension": unit.dimension,
        "demo": firm.is_demo,
        "gi": product.gi is not None,
        "photo": product.has_photo,
        "stale": is_stale(min(dates, default=None), today),
        "confirmed_on": float((min(dates) - EPOCH).days) if dates else None,
        f"moq_{unit.dimension}": float(product.moq * unit.factor),
    }
    values |= stated_measures(
        product.attributes, family.attributes, (product.title, product.description)
    )
    if product.net_kg is not None and unit.dimension != "mass":
        weights = [float(product.net_kg), *values.get("measure_weight", ())]  # type: ignore[misc]
        values["measure_weight"] = sorted(set(weights))
    if product.lead_days is not None:
        values["lead_days"] = float(product.lead_days)
    monthly = free.get(product.line_id or 0)
    if monthly is not None:
        per_unit = unit.factor / product.line_factor
        values[f"capacity_month_{unit.dimension}"] = float(monthly * per_unit)
    price = public_price_usd(product, rates)
    values["has_price"] = price is not None
    if price is not None:
        values["price_usd_public"] = float(price)
    meaning = product_meaning(product.title, family.name, product.description)
    return Text(Document(product.public_id, values), meaning)


def attributes_in_words(product: Product) -> str:
    """'Thickness 18 mm; Surface hammered': labels and units come from the family."""
    parts = []
    for key, value in product.attributes.items():
        about = product.family.attributes.get(key, {})
        unit = about.get("unit", "")
        symbol = UNITS[unit].symbol if unit in UNITS else unit
        parts.append(attribute_in_words(about.get("label", key), str(value), symbol))
    return "; ".join(parts)


def public_price_usd(product: Product, rates: ExchangeRates) -> Decimal | None:
    """The price at the minimum order in USD per base unit, if everybody may see it."""
    if not product.tiers or not can_see_price(None, product):
        return None
    rate = rates.rate(product.currency, "USD").value
    return product.tiers[0].price * rate / UNITS[product.unit].factor


def _firm_text(firm: Firm, evidence: Sequence[Evidence], today: dt.date) -> Text:
    published = [each for each in firm.products if each.state == "published"]
    families = {each.family.key: each.family for each in published}
    dates = [each.price_confirmed_on for each in published if each.price_confirmed_on]
    names = sorted(each.name for each in families.values())
    titles = [each.title for each in published]
    values: dict[str, Value] = {
        "name": firm.name,
        "families": "; ".join(names),
        "about": firm.about,
        "products": "; ".join(titles),
        "aliases": "; ".join(alias for each in families.values() for alias in each.aliases),
        "cluster_name": firm.cluster.name,
        "place": f"{firm.cluster.district}, {firm.cluster.state}",
        "family_key": sorted(families),
        "sector": firm.cluster.sector.slug,
        "cluster": firm.cluster.slug,
        "state": firm.cluster.state,
        "kind": firm.organisation.kind,
        "size": firm.size,
        "hs2": sorted({each.hs_code[:2] for each in published}),
        "evidence": _codes(each for each in evidence if is_trusted(each, today)),
        "evidence_any": _codes(evidence),
        "markets": sorted(each.country for each in firm.markets),
        "demo": firm.is_demo,
        "stale": is_stale(max(dates, default=None), today),
        "workers": float(firm.workers),
        "product_count": float(len(published)),
    }
    meaning = f"{firm.name}. {', '.join(names)}. {firm.about} {'; '.join(titles[:12])}"
    return Text(Document(firm.public_id, values), meaning)


def _cluster_text(
    cluster: Cluster,
    counts: Mapping[int, tuple[int, int]],
    families: Sequence[tuple[str, str, Sequence[str]]],
) -> Text:
    firm_count, product_count = counts.get(cluster.id, (0, 0))
    facts = " ".join(str(fact["text"]) for fact in cluster.facts)
    values: dict[str, Value] = {
        "name": cluster.name,
        "products": "; ".join([*cluster.products, *(name for _, name, _ in families)]),
        "facts": facts,
        "aliases": "; ".join(alias for _, _, aliases in families for alias in aliases),
        "district": cluster.district,
        "state_name": cluster.state,
        "institutions": "; ".join(each.institution.name for each in cluster.institutions),
        "sector": [cluster.sector.slug],
        "state": cluster.state,
        "family_key": [key for key, _, _ in families],
        "gi": bool(cluster.gi),
        "demo": False,
        "firm_count": float(firm_count),
        "product_count": float(product_count),
    }
    meaning = f"{cluster.name}, {cluster.district}, {cluster.state}. {'; '.join(cluster.products)}"
    return Text(Document(cluster.slug, values), f"{meaning}. {facts}")


def _codes(evidence: Iterable[Evidence]) -> list[str]:
    return sorted({each.scheme.code for each in evidence})


def _free_per_month(db: Session, lines: set[int], today: dt.date) -> dict[int, Decimal]:
    """What a line has free on average in the months to come that are on record."""
    first = today.replace(day=1)
    rows = db.execute(
        select(
            LineMonth.line_id,
            func.sum(LineMonth.capacity - LineMonth.committed - LineMonth.held),
            func.count(),
        )
        .join(ProductionLine, ProductionLine.id == LineMonth.line_id)
        .where(LineMonth.line_id.in_(lines), LineMonth.month >= first)
        .group_by(LineMonth.line_id)
    )
    return {line: Decimal(total) / months for line, total, months in rows}


def _counts_by_cluster(db: Session) -> dict[int, tuple[int, int]]:
    rows = db.execute(
        select(Firm.cluster_id, func.count(Firm.id.distinct()), func.count(Product.id))
        .outerjoin(Product, and_(Product.firm_id == Firm.id, Product.state == "published"))
        .where(FIRM_IS_PUBLIC)
        .group_by(Firm.cluster_id)
    )
    return {cluster: (firms, products) for cluster, firms, products in rows}


def _families_by_cluster(db: Session) -> dict[int, list[tuple[str, str, Sequence[str]]]]:
    rows = db.execute(
        select(Firm.cluster_id, ProductFamily.key, ProductFamily.name, ProductFamily.aliases)
        .join(Product, Product.firm_id == Firm.id)
        .join(ProductFamily, ProductFamily.id == Product.family_id)
        .where(PRODUCT_IS_PUBLIC)
        .distinct()
        .order_by(ProductFamily.key)
    ).all()
    found: dict[int, list[tuple[str, str, Sequence[str]]]] = defaultdict(list)
    for cluster, key, name, aliases in rows:
        found[cluster].append((key, name, aliases))
    return found
