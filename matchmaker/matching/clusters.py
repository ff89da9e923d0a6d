"""Which clusters could serve a requirement, as clusters: ranked, every value with evidence. Pure.

    for each in rank_clusters(question, verdict.ranked, places):
        each.total, each.confidence, each.findings, each.pool

Six things count: how many firms are suitable, how much they can make together in time, how many
can show everything that must be shown, what they share, how near a port is, and how the firms
have behaved. What is not known leaves the mean and lowers the confidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN
from statistics import mean

from matchmaker.matching.consortium.candidates import Pool, Terms, pool_for
from matchmaker.matching.consortium.problem import Candidate, Problem
from matchmaker.matching.consortium.supply import available, by_spec
from matchmaker.matching.plan_sentences import about, amount_shown
from matchmaker.matching.scoring.answers import Finding, Judged, Shown
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import percent, say
from matchmaker.measures import unit_shown

# Parts of the total; whether the order can be filled, and shown to be lawful, counts most.
WEIGHTS: Mapping[str, float] = {
    "breadth": 0.2, "capacity": 0.3, "certificates": 0.2, "facilities": 0.1, "port": 0.05,
    "track": 0.15,
}  # fmt: skip
# Every further firm, or facility, closes this part of the distance to 1.
FIRM_CLOSES, FACILITY_CLOSES = 0.25, 0.5
# So many kilometres to the port halve its value.
PORT_HALVES_AT = 300.0


@dataclass(frozen=True)
class Place:
    """What is known of a cluster. `facilities`: shared ones by name; `port_km`: to its usual port.

    `facilities` is None when nobody has looked; empty when there are none.
    """

    facilities: tuple[str, ...] | None = None
    port: str = ""
    port_km: int | None = None


@dataclass(frozen=True)
class RankedCluster:
    """A cluster's answer: `firms` are the suitable ones, `pool` the question for its consortium."""

    cluster: str
    total: float
    confidence: float
    findings: tuple[Finding, ...]
    firms: tuple[str, ...]
    pool: Pool

    @property
    def rank_key(self) -> tuple[float, float, str]:
        """Best first; of equal totals the surer one, then by key."""
        return (-self.total, -self.confidence, self.cluster)


def rank_clusters(
    question: Question,
    judged: Iterable[Judged],
    places: Mapping[str, Place],
    terms: Terms | None = None,
) -> tuple[RankedCluster, ...]:
    """Every cluster with a suitable firm, best first. `judged`: offers that no gate keeps out.

    Raises BadInput for a requirement that is due before today.
    """
    by_cluster: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_cluster[each.offer.maker.cluster].append(each)
    found = [
        _ranked(question, key, own, places.get(key, Place()), terms or Terms(clusters=()))
        for key, own in by_cluster.items()
    ]
    return tuple(sorted((each for each in found if each.firms), key=lambda each: each.rank_key))


def _ranked(
    question: Question, cluster: str, own: Sequence[Judged], place: Place, terms: Terms
) -> RankedCluster:
    pool = pool_for(question, own, replace(terms, clusters=(cluster,)))
    fitting = _fitting(pool.problem)
    suitable = [each for each in own if (each.by_criterion["fit"].value or 0) >= terms.least_fit]
    firms = tuple(sorted({each.offer.maker.id for each in suitable}))
    findings = (
        _breadth(firms),
        _capacity(fitting, len(firms)),
        _certificates(fitting, len(firms)),
        _facilities(place, question.near(cluster).groups),
        _port(place),
        _track(suitable),
    )
    known = {each.criterion: each.value for each in findings if each.value is not None}
    weight = sum(WEIGHTS[name] for name in known)
    total = sum(WEIGHTS[name] * value for name, value in known.items()) / weight
    return RankedCluster(cluster, total, weight / sum(WEIGHTS.values()), findings, firms, pool)


def _fitting(problem: Problem) -> Problem:
    """Without the offers that fit too badly: they are in the pool for want of others alone."""
    fit = tuple(each for each in problem.candidates if each.misfit <= problem.most_misfit)
    return replace(problem, candidates=fit)


def pooled_share(problem: Problem) -> tuple[float, int]:
    """(part of what is asked, period) where it is least, of the firms of one spec together."""
    best = (0.0, 0)
    for candidates in by_spec(problem):
        shares = [
            (free / wanted, t)
            for t, (free, wanted) in enumerate(
                zip(_pooled(problem, candidates), problem.ask.demand, strict=True)
            )
            if wanted
        ]
        best = max(best, min(shares))
    return best


def _pooled(problem: Problem, candidates: Sequence[Candidate]) -> list[int]:
    """What they can ship of each demanded amount; a line counts once, with its best product."""
    lines: dict[str, list[int]] = {}
    for each in candidates:
        most = [a if a >= max(each.moq, 1) else 0 for a in available(each, problem)]
        before = lines.get(each.line, [0] * len(most))
        lines[each.line] = [max(pair) for pair in zip(before, most, strict=True)]
    return [sum(column) for column in zip(*lines.values(), strict=True)]


def _breadth(firms: tuple[str, ...]) -> Finding:
    value = 1 - (1 - FIRM_CLOSES) ** len(firms)
    key = "cluster.one_firm" if len(firms) == 1 else "cluster.firms"
    shown = (Shown("firms", ", ".join(firms)),)
    return Finding("breadth", value, "known", say(key, many=len(firms)), shown)


def _capacity(problem: Problem, firms: int) -> Finding:
    """How much can be made in time; `firms`: how many are suitable, counted or not."""
    if not problem.candidates:
        return _unknown("capacity", "cluster.no_capacity")
    share, period = pooled_share(problem)
    ask = problem.ask
    asked = ask.demand[period] * ask.step
    facts = {
        "percent": percent(share),
        "free": about(round(share * ask.demand[period]) * ask.step, ROUND_DOWN),
        "asked": amount_shown(asked),
        "unit": unit_shown(ask.unit),
    }
    key = "cluster.enough" if share >= 1 else "cluster.not_enough"
    if len({each.firm for each in problem.candidates}) == 1:
        key += "_one" if firms == 1 else "_alone"
    said = say(key, **facts)
    if not ask.is_once:
        said = say("cluster.tightest", sentence=said)
    if share < 1 and (unbound := _share_with_papers(problem)) > share:
        said = say("cluster.waits", sentence=said, percent=percent(unbound))
    evidence = tuple(Shown("free", each.offer) for each in problem.candidates)
    return Finding("capacity", min(1.0, share), "known", said, evidence)


def _share_with_papers(problem: Problem) -> float:
    """The same if every paper were there today; 1 at most."""
    ready = tuple(replace(each, ready_on=problem.ask.today) for each in problem.candidates)
    return min(1.0, pooled_share(replace(problem, candidates=ready))[0])


def _certificates(problem: Problem, firms: int) -> Finding:
    """The share of firms that hold all that must be shown, or renew it before it lapses.

    `firms`: how many are suitable, counted or not.
    """
    if not problem.candidates:
        return _unknown("certificates", "cluster.no_papers")
    lacking: dict[str, set[str]] = defaultdict(set)
    for each in problem.candidates:
        lacking[each.firm] |= {gap.code for gap in each.missing if gap.is_certain}
    holding = [firm for firm, codes in lacking.items() if not codes]
    codes = sorted(set().union(*lacking.values()))
    facts = {"holding": len(holding), "many": len(lacking), "codes": ", ".join(codes)}
    key = "some_hold" if holding else "none_hold"
    if len(lacking) == 1:
        key = "one_lacks" if firms == 1 else "alone_lacks"
    if not codes:
        key = "one_holds" if len(lacking) == 1 else "all_hold"
    evidence = (Shown("evidence", ", ".join(sorted(holding))),)
    value = len(holding) / len(lacking)
    return Finding("certificates", value, "known", say(f"cluster.{key}", **facts), evidence)


def _facilities(place: Place, groups: frozenset[str]) -> Finding:
    shared = (*(place.facilities or ()), *(f"group certificate {each}" for each in sorted(groups)))
    if not shared:
        if place.facilities is None:
            return _unknown("facilities", "cluster.facilities_unknown")
        return Finding("facilities", 0.0, "known", say("cluster.nothing_shared"))
    value = 1 - (1 - FACILITY_CLOSES) ** len(shared)
    said = say("cluster.shared", names=", ".join(shared))
    return Finding("facilities", value, "known", said, tuple(Shown("facility", s) for s in shared))


def _port(place: Place) -> Finding:
    if place.port_km is None:
        return _unknown("port", "cluster.port_unknown")
    value = 0.5 ** (place.port_km / PORT_HALVES_AT)
    said = say("cluster.port", port=place.port, km=f"{place.port_km:,}")
    return Finding("port", value, "known", said, (Shown("seaport", place.port),))


def _track(suitable: Sequence[Judged]) -> Finding:
    """The mean of how firms have behaved and where they have exported, each firm counted once."""
    by_firm: dict[str, list[float]] = defaultdict(list)
    for each in suitable:
        for name in ("reliability", "market"):
            value = each.by_criterion[name].value
            if value is not None:
                by_firm[each.offer.maker.id].append(value)
    if not by_firm:
        return _unknown("track", "cluster.track_unknown")
    value = mean(mean(values) for values in by_firm.values())
    key = "cluster.track_of_one" if len(by_firm) == 1 else "cluster.track"
    said = say(key, percent=f"{100 * value:.0f}", many=len(by_firm))
    return Finding("track", value, "known", said, (Shown("reliability", ", ".join(by_firm)),))


def _unknown(criterion: str, key: str) -> Finding:
    return Finding(criterion, None, "unknown", say(key))
