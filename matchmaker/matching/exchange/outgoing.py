"""From ranked firms, clusters and plans to the answer as it is told (`told.py`). Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from matchmaker.matching.consortium.candidates import LeftOut
from matchmaker.matching.consortium.describing import say_plan, say_to_do
from matchmaker.matching.consortium.problem import Ask, Consortia, Member, Plan
from matchmaker.matching.exchange.told import (
    Answer,
    ClusterTold,
    ConversionTold,
    CriterionTold,
    ExcludedTold,
    FirmTold,
    FrontTold,
    GapTold,
    LeftOutTold,
    MemberTold,
    PlanTold,
    RemarkTold,
    SpokenTold,
    StepTold,
)
from matchmaker.matching.problem import Requirement, Spoken
from matchmaker.matching.retrieval.best import Fitting, Retrieved
from matchmaker.matching.scoring.answers import Excluded, Finding, Gap, Judged, StepKind
from matchmaker.matching.scoring.sentences import Said, say
from matchmaker.matching.together import Together

# What a leg of the way costs is a share of the price: who knows it knows a member's price.
FOR_ALL_MEMBERS: tuple[StepKind, ...] = ("unit", "currency", "left out")


def answer_of(
    found: Retrieved,
    requirement: Requirement,
    *,
    today: dt.date,
    weights: str,
    fit: str,
    compared_by: str,
    names: Mapping[str, str],
    fitting: Fitting | None = None,
    clusters: Iterable[Together] = (),
    spoken: Spoken | None = None,
    remarks: tuple[RemarkTold, ...] = (),
    schemes: Mapping[str, str] | None = None,
) -> Answer:
    """The answer as it is told. `names`: of firms by their ids, as far as they are known.

    `fitting`: what the plans of the `clusters` were made of; None where nobody asked for any.
    `spoken`: the family that the words speak of, told where none was stated. `schemes`: names of
    papers by their codes.
    """
    clusters = tuple(clusters)
    papers = _papers_in(found, requirement, clusters)
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
        judged_for_clusters=len(fitting.judged) if fitting else None,
        not_judged_for_clusters=fitting.left_out if fitting else 0,
        left_out=found.left_out,
        as_of=found.as_of,
        spoken=None if requirement.family or requirement.hs_code else _spoken(spoken),
        remarks=remarks,
        schemes={code: name for code, name in sorted((schemes or {}).items()) if code in papers},
    )


def _papers_in(
    found: Retrieved, asked: Requirement, clusters: Iterable[Together]
) -> frozenset[str]:
    """The codes of papers that the answer may name."""
    offers = [offer for one in clusters for offer in one.problem.candidates]
    gaps = {gap.code for each in found.ranked for one in each.findings for gap in one.gaps}
    missing = {gap.code for each in offers for gap in each.missing}
    return frozenset(gaps | missing | {*asked.musts, *asked.nice})


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
        front=_front(found.answer) if isinstance(found.answer, Consortia) else None,
        left_out_because=_left_out(ranked.pool.left_out),
    )


def _left_out(offers: Iterable[LeftOut]) -> tuple[LeftOutTold, ...]:
    """Each reason once, the commonest first."""
    reasons = Counter(str(each.why) for each in offers)
    return tuple(LeftOutTold(many, said) for said, many in reasons.most_common())


def _front(answer: Consortia) -> FrontTold:
    before = (answer.front[0], *answer.front)
    return FrontTold(
        members_proof=answer.fewest_proof,
        fewest_bound=answer.fewest_bound,
        steps=tuple(_step(each, less) for each, less in zip(answer.front, before, strict=False)),
    )


def _step(plan: Plan, less: Plan) -> StepTold:
    """`less`: the plan of one firm fewer."""
    return StepTold(
        at_most=plan.at_most,
        firms=plan.firms,
        price=plan.price,
        saves=round(float(1 - plan.figure / less.figure), 4) if less.figure else 0.0,
        money_proof=plan.proof,
        gap=round(plan.gap, 4),
    )


def _plan(plan: Plan, found: Together, names: Mapping[str, str]) -> PlanTold:
    ask = found.problem.ask
    return PlanTold(
        kinds=_kinds(plan, found),
        members=tuple(_member(each, ask, names) for each in plan.members),
        price=plan.price,
        currency=ask.currency,
        unit=ask.unit,
        money_proof=plan.proof,
        gap=round(plan.gap, 4),
        first_shipment=plan.first_shipment,
        last_shipment=plan.last_shipment,
        summary=_named(say_plan(plan, ask), names),
        to_do=_named(say_to_do(plan), names),
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
