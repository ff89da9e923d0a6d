"""What the reader's market demands of a product: held, missing, or to be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.certification.models import MarketRule, Scheme
from matchmaker.certification.rules import (
    BLOCS,
    ORIGIN,
    Applying,
    Demand,
    Goods,
    demands_of,
    goods_of,
    names_of_market,
    rules_for,
    standing_of,
)
from matchmaker.clusters.models import Source
from matchmaker.storefront.evidence_view import EvidenceRow
from matchmaker.storefront.labels import short_scheme

# Countries a reader may choose: those with rules of their own, and members of blocs that a
# maker of these clusters is likely to sell to.
OFFERED = ("DE", "NL", "FR", "IT", "ES", "BE", "PL", "SE", "GB", "US", "CA", "AE", "SA", "OM",
           "QA", "KW", "BH", "JP", "SG", "AU")  # fmt: skip
ORGANIC_SCHEMES = frozenset(("NPOP", "EU_ORGANIC", "USDA_NOP", "JAS_ORG"))
WOODEN_PACKAGES = frozenset(("pallet", "crate"))


@dataclass(frozen=True)
class SourceLink:
    """Where a statement comes from; without `url` it is not on the web, or was not looked up."""

    title: str
    url: str | None
    evidence: str


@dataclass(frozen=True)
class DemandRow:
    """One thing a market asks for, and how this maker stands.

    `is_indian`: a paper of Indian law, without which nothing leaves for this market.
    """

    code: str
    label: str
    name: str
    strength: str
    standing: str
    comes_on: dt.date | None
    lead_min: int
    lead_max: int
    is_shared: bool
    is_indian: bool
    evidence: EvidenceRow | None


@dataclass(frozen=True)
class RuleNote:
    """The words of a rule with its sources, day of start and confidence."""

    note: str
    comes_on: dt.date | None
    confidence: str
    sources: tuple[SourceLink, ...]


@dataclass(frozen=True)
class MarketView:
    """`demands` are the market's own, `origin` what India asks of every exporter."""

    country: str
    bloc: str
    demands: tuple[DemandRow, ...]
    origin: tuple[DemandRow, ...]
    notes: tuple[RuleNote, ...]

    def count(self, standing: str, strength: str = "mandatory") -> int:
        return sum(each.standing == standing and each.strength == strength for each in self.demands)

    @property
    def claimed(self) -> int:
        """How much of what the law asks for is held by the firm's own word alone."""
        return sum(
            each.evidence is not None and each.evidence.grade == "self-declared"
            for each in self.demands
            if each.strength == "mandatory" and each.standing in ("held", "expiring")
        )

    @property
    def longest_lead(self) -> int | None:
        """Days until the last missing mandatory piece can be there; None when none is missing."""
        return max(
            (
                each.lead_max
                for each in self.demands
                if each.standing == "missing" and each.strength == "mandatory"
            ),
            default=None,
        )


def market_view(
    db: Session, product: Product, evidence: Sequence[EvidenceRow], country: str, today: dt.date
) -> MarketView:
    """How the product stands in a country (ISO code; empty shows the Indian side alone).

    Three queries. `evidence`: what the firm holds that covers this product.
    """
    goods = _goods(product, evidence)
    rules = _rules(db, country)
    applying = rules_for(goods, country, rules, today)
    abroad = [each for each in applying if not each.is_origin_side]
    at_home = [each for each in applying if each.is_origin_side]
    demands = demands_of(applying)
    schemes = _schemes(db, {each.code for each in demands})
    held = _best(evidence)
    asked_abroad = {each.code for each in demands_of(abroad)}
    return MarketView(
        country=country,
        bloc=next((name for name, members in BLOCS.items() if country in members), ""),
        demands=_rows(demands_of(abroad), schemes, held),
        origin=_rows(
            (each for each in demands_of(at_home) if each.code not in asked_abroad), schemes, held
        ),
        notes=_notes(db, abroad),
    )


def _goods(product: Product, evidence: Sequence[EvidenceRow]) -> Goods:
    words = f"{product.title} {product.description}".lower()
    organic = "organic" in words or any(each.code in ORGANIC_SCHEMES for each in evidence)
    return goods_of(
        product.hs_code,
        product.family.rules,
        is_organic=organic,
        has_wood_packaging=product.package_kind in WOODEN_PACKAGES,
    )


def _rules(db: Session, country: str) -> Sequence[MarketRule]:
    names = {ORIGIN, *(names_of_market(country) if country else ())}
    return db.scalars(
        select(MarketRule).where(MarketRule.market.in_(names)).order_by(MarketRule.id)
    ).all()


def _schemes(db: Session, codes: set[str]) -> Mapping[str, Scheme]:
    return {each.code: each for each in db.scalars(select(Scheme).where(Scheme.code.in_(codes)))}


def _best(evidence: Sequence[EvidenceRow]) -> Mapping[str, EvidenceRow]:
    """Of several pieces for one scheme, the one that lasts longest speaks."""
    best: dict[str, EvidenceRow] = {}
    for row in evidence:
        other = best.get(row.code)
        if other is None or (row.counts, row.until or dt.date.max) > (
            other.counts,
            other.until or dt.date.max,
        ):
            best[row.code] = row
    return best


def _rows(
    demands: Iterable[Demand], schemes: Mapping[str, Scheme], held: Mapping[str, EvidenceRow]
) -> tuple[DemandRow, ...]:
    per_shipment = {code for code, scheme in schemes.items() if not scheme.is_held}
    valid = {code for code, row in held.items() if row.counts}
    expiring = {code for code, row in held.items() if row.state == "expiring"}
    return tuple(
        _row(
            each,
            schemes[each.code],
            standing_of(each, valid=valid, expiring=expiring, per_shipment=per_shipment),
            held.get(each.code),
        )
        for each in demands
        if each.code in schemes
    )


def _row(demand: Demand, scheme: Scheme, standing: str, evidence: EvidenceRow | None) -> DemandRow:
    return DemandRow(
        code=demand.code,
        label=short_scheme(demand.code),
        name=scheme.name,
        strength=demand.strength,
        standing=standing,
        comes_on=demand.comes_on,
        lead_min=scheme.lead_days_min,
        lead_max=scheme.lead_days_max,
        is_shared=scheme.group_holding == "yes",
        is_indian=scheme.statutory and scheme.jurisdiction == "IN",
        evidence=evidence,
    )


def _notes(db: Session, applying: Sequence[Applying]) -> tuple[RuleNote, ...]:
    sources = sources_by_key(db, (key for each in applying for key in each.rule.sources))
    return tuple(
        RuleNote(
            note=as_sentence(each.rule.note),
            comes_on=each.comes_on,
            confidence=each.rule.confidence,
            sources=tuple(sources[key] for key in each.rule.sources if key in sources),
        )
        for each in applying
    )


def as_sentence(text: str) -> str:
    """Notes are written in telegram style; on the page they begin and end as sentences do."""
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def sources_by_key(db: Session, keys: Iterable[str]) -> dict[str, SourceLink]:
    """The sources with these keys; always one query."""
    rows = db.execute(
        select(Source.key, Source.title, Source.url, Source.evidence).where(
            Source.key.in_(set(keys))
        )
    )
    return {key: SourceLink(title, url, evidence) for key, title, url, evidence in rows}
