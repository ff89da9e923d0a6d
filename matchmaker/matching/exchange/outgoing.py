"""The answer of matching as it is told: ranked firms, clusters and plans, every word written out.

Plain data for JSON and for the terminal. Members of a plan are told without their prices. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from matchmaker.matching.consortium.problem import Ask, Consortia, Member, Plan
from matchmaker.matching.problem import Requirement, Spoken
from matchmaker.matching.retrieval.best import Retrieved
from matchmaker.matching.scoring.answers import Excluded, Finding, Gap, Judged, Shown, StepKind
from matchmaker.matching.scoring.sentences import Said, say
from matchmaker.matching.together import Together

# What a leg of the way costs is a share of the price: who knows it knows a member's price.
FOR_ALL_MEMBERS: tuple[StepKind, ...] = ("unit", "currency", "left out")


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

    `kinds`: fewest, cheapest, fastest, as many as it is. `gap`: how far the price, weighed by
    fit, may lie above the best possible, as a share; 0 when `proof` is 'proved'.
    """

    kinds: tuple[str, ...]
    members: tuple[MemberTold, ...]
    price: Decimal
    currency: str
    unit: str
    proof: str
    gap: float
    first_shipment: dt.date
    last_shipment: dt.date
    sentences: tuple[str, ...]
    conversions: tuple[ConversionTold, ...] = ()


@dataclass(frozen=True)
class ClusterTold:
    """What a cluster can do: `firms` that make it, its plans, or why there is none and what would
    do (`sentences`). `left_out`: offers without price, capacity or factor, not counted.
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


@dataclass(frozen=True)
class SpokenTold:
    """What the words were taken for, as the buyer stated neither product family nor HS code.

    `family`: null when they speak of none clearly; `share`: how surely, 0 to 1.
    """

    family: str | None
    share: float | None
    sentence: str


@dataclass(frozen=True)
class Answer:
    """What matching answers. `weights`, `fit`: by which versions, so that it can be explained.

    `compared_by`: 'meaning and words', or 'words' where no model was at hand. `offers`: how many
    there are; `judged`: how many of them had to be judged in full. `left_out`: offers that
    changed since `as_of` and are not among them, as they are being read anew just now. `spoken`:
    null when the buyer stated what was meant.
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
    left_out: int = 0
    as_of: dt.datetime | None = None
    spoken: SpokenTold | None = None


def answer_of(
    found: Retrieved,
    requirement: Requirement,
    *,
    today: dt.date,
    weights: str,
    fit: str,
    compared_by: str,
    names: Mapping[str, str],
    clusters: Iterable[Together] = (),
    spoken: Spoken | None = None,
) -> Answer:
    """The answer as it is told. `names`: of firms by their ids, as far as they are known.

    `spoken`: the family that the words speak of, told where none was stated.
    """
    return Answer(
        requirement=requirement.id,
        today=today,
        weights=weights,
        fit=fit,
        compared_by=compared_by,
        offers=found.offers,
        judged=found.judged,
        firms=tuple(_firm(rank, each, names) for rank, each in enumerate(found.ranked, 1)),
        excluded=tuple(_excluded(each, names) for each in found.excluded),
        clusters=tuple(_cluster(n, each, names) for n, each in enumerate(clusters, 1)),
        left_out=found.left_out,
        as_of=found.as_of,
        spoken=None if requirement.family or requirement.hs_code else _spoken(spoken),
    )


def _spoken(found: Spoken | None) -> SpokenTold:
    if found is None:
        return SpokenTold(None, None, str(say("fit.unspoken")))
    family, share = found.family.replace("-", " "), f"{100 * found.share:.0f}"
    sentence = say("fit.spoken", family=family, share=share)
    return SpokenTold(found.family, round(found.share, 4), str(sentence))


def _firm(rank: int, judged: Judged, names: Mapping[str, str]) -> FirmTold:
    offer = judged.offer
    return FirmTold(
        rank=rank,
        firm=offer.maker.id,
        name=names.get(offer.maker.id, ""),
        cluster=offer.maker.cluster,
        offer=offer.id,
        title=offer.title,
        total=round(judged.total, 4),
        confidence=round(judged.confidence, 4),
        criteria=tuple(_criterion(each) for each in judged.findings),
    )


def _criterion(found: Finding) -> CriterionTold:
    return CriterionTold(
        criterion=found.criterion,
        value=None if found.value is None else round(found.value, 4),
        knowledge=found.knowledge,
        sentence=str(found.sentence),
        evidence=found.evidence,
        gaps=tuple(_gap(each) for each in found.gaps),
        steps=tuple(map(str, found.steps)),
    )


def _gap(gap: Gap) -> GapTold:
    return GapTold(gap.code, str(gap.what), str(gap.remedy), gap.days, gap.who)


def _excluded(found: Excluded, names: Mapping[str, str]) -> ExcludedTold:
    maker = found.offer.maker.id
    return ExcludedTold(
        firm=maker,
        name=names.get(maker, ""),
        offer=found.offer.id,
        title=found.offer.title,
        reason=found.reason,
        sentence=str(found.sentence),
    )


def _cluster(rank: int, found: Together, names: Mapping[str, str]) -> ClusterTold:
    ranked = found.ranked
    return ClusterTold(
        rank=rank,
        cluster=ranked.cluster,
        total=round(ranked.total, 4),
        confidence=round(ranked.confidence, 4),
        criteria=tuple(_criterion(each) for each in ranked.findings),
        firms=len(ranked.firms),
        left_out=len(ranked.pool.left_out),
        plans=tuple(_plan(each, found, names) for each in found.plans),
        sentences=_named(found.said, names),
    )


def _plan(plan: Plan, found: Together, names: Mapping[str, str]) -> PlanTold:
    ask = found.problem.ask
    return PlanTold(
        kinds=_kinds(plan, found),
        members=tuple(_member(each, ask, names) for each in plan.members),
        price=plan.price,
        currency=ask.currency,
        unit=ask.unit,
        proof=plan.proof,
        gap=round(plan.gap, 4),
        first_shipment=plan.first_shipment,
        last_shipment=plan.last_shipment,
        sentences=_named(found.said_of(plan), names),
        conversions=tuple(
            ConversionTold(offer, step.kind, step.words)
            for offer, step in plan.conversions
            if step.kind in FOR_ALL_MEMBERS
        ),
    )


def _kinds(plan: Plan, found: Together) -> tuple[str, ...]:
    assert isinstance(found.answer, Consortia)
    kinds = {"fewest": found.answer.fewest, "cheapest": found.answer.cheapest,
             "fastest": found.answer.fastest}  # fmt: skip
    return tuple(name for name, each in kinds.items() if each.members == plan.members)


def _member(member: Member, ask: Ask, names: Mapping[str, str]) -> MemberTold:
    return MemberTold(
        firm=member.firm,
        name=names.get(member.firm, ""),
        offers=tuple(each.candidate.offer for each in member.shares),
        amounts=tuple(amount * ask.step for amount in member.amounts),
    )


def _named(said: Iterable[Said], names: Mapping[str, str]) -> tuple[str, ...]:
    """The sentences, each once, with firms by their names where these are known."""
    told = (str(replace(each, facts=_with_names(each, names))) for each in said)
    return tuple(dict.fromkeys(told))


def _with_names(said: Said, names: Mapping[str, str]) -> dict[str, object]:
    return {
        key: names.get(value, value) if key == "firm" and isinstance(value, str) else value
        for key, value in said.facts.items()
    }
