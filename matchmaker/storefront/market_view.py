"""What the reader's market demands of a product: held, missing, or to be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.certification.assessing import goods_from, made_from, read_book
from matchmaker.certification.models import Scheme
from matchmaker.certification.readiness import Answer, Case, Piece, Readiness, assess
from matchmaker.certification.rules import BLOCS, Applying
from matchmaker.clusters.sources import SourceLink, as_sentence, sources_by_key
from matchmaker.storefront.evidence_view import EvidenceRow
from matchmaker.storefront.labels import short_scheme


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
    """`demands` are the market's own, `origin` what India asks of every exporter.

    `longest_lead`: days until the last piece of the market's law that is missing can be there,
    with all it waits for; None when none is missing.
    """

    country: str
    bloc: str
    demands: tuple[DemandRow, ...]
    origin: tuple[DemandRow, ...]
    notes: tuple[RuleNote, ...]
    longest_lead: int | None

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


def market_view(
    db: Session, product: Product, evidence: Sequence[EvidenceRow], country: str, today: dt.date
) -> MarketView:
    """How the product stands in a country (ISO code; empty shows the Indian side alone).

    Three queries. `evidence`: what the firm holds that covers this product.
    """
    goods = goods_from(product)
    book = read_book(db, [country], goods.families)
    pieces = tuple(Piece(each.code, each.issued_on, each.until, each.grade) for each in evidence)
    readiness = assess(Case(goods, country, today, today, pieces, made_from(product)), book)
    abroad = [each for each in readiness.applying if not each.is_origin_side]
    asked_abroad = {c for each in abroad for c in (*each.rule.mandatory, *each.rule.expected)}
    held = _best(evidence)
    rows = [(_row(each, book.rows[each.code], held), each.code) for each in readiness.answers]
    return MarketView(
        country=country,
        bloc=next((name for name, members in BLOCS.items() if country in members), ""),
        demands=tuple(row for row, code in rows if code in asked_abroad),
        origin=tuple(row for row, code in rows if code not in asked_abroad),
        notes=_notes(db, abroad),
        longest_lead=_longest_lead(readiness, asked_abroad),
    )


def _longest_lead(readiness: Readiness, asked_abroad: Collection[str]) -> int | None:
    missing = {each.code for each in readiness.gaps if each.standing == "missing"}
    ends = [row.end_max for row in readiness.plan.law if row.code in missing & {*asked_abroad}]
    return max(ends, default=None)


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


def _row(answer: Answer, scheme: Scheme, held: Mapping[str, EvidenceRow]) -> DemandRow:
    return DemandRow(
        code=answer.code,
        label=short_scheme(answer.code),
        name=scheme.name,
        strength=answer.demand.strength,
        standing=answer.standing,
        comes_on=answer.demand.comes_on,
        lead_min=scheme.lead_days_min,
        lead_max=scheme.lead_days_max,
        is_shared=scheme.group_holding == "yes",
        is_indian=scheme.statutory and scheme.jurisdiction == "IN",
        evidence=held.get(answer.through or answer.code),
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
