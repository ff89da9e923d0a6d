"""Who offers it: market experience, reliability, and what the buyer would rather have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.catalogue.freshness import is_stale
from matchmaker.certification.rules import BLOCS
from matchmaker.matching.problem import Maker, Offer, Reliability
from matchmaker.matching.scoring.answers import Finding, Gap, Shown
from matchmaker.matching.scoring.law import HELD
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import say
from matchmaker.matching.scoring.values import shrunk

COUNTRY, REGION, NO_EXPORTS = 1.0, 0.6, 0.2
# Markets whose trade is alike: blocs by law, the others by how goods get there.
REGIONS: Mapping[str, frozenset[str]] = {
    **BLOCS,
    "western Europe": BLOCS["EU"] | {"GB", "CH", "NO", "IS"},
    "North America": frozenset({"US", "CA", "MX"}),
    "Oceania": frozenset({"AU", "NZ"}),
    "east Asia": frozenset({"JP", "KR", "TW", "HK", "CN"}),
    "south-east Asia": frozenset({"SG", "MY", "TH", "VN", "ID", "PH"}),
}
# A Beta prior: firms of which nothing is known answer seven enquiries of ten and keep nine
# meetings of ten; the prior counts as five cases. Estimates, to be replaced by our own counts.
ANSWERED, KEPT, CASES = 0.7, 0.9, 5.0
# Half the worth of a reply that takes two days; each dispute in ten dealings costs a fifth.
REPLY_HALVES_AT = 48.0
DISPUTES_COST = 2.0


def judge_market(question: Question, offer: Offer) -> Finding:
    """Whether the firm has exported to the country, to its region, or to neither."""
    market, known = question.requirement.market, offer.maker.markets
    if not market:
        return Finding("market", None, "not asked", say("market.not_asked"))
    if not known:
        return Finding("market", None, "unknown", say("market.unknown"))
    same = known & BLOCS.get(market, frozenset({market}))
    if same:
        return Finding("market", COUNTRY, "known", say("market.country", market=market),
                       (Shown("markets", ", ".join(sorted(same))),))  # fmt: skip
    near = known & neighbours_of(market)
    if near:
        others = ", ".join(sorted(near))
        sentence = say("market.region", others=others)
    else:
        others = ", ".join(sorted(known))
        sentence = say("market.none", market=market)
    gap = Gap("markets", sentence, say("market.learn", market=market))
    return Finding("market", REGION if near else NO_EXPORTS, "known", sentence,
                   (Shown("markets", others),), (gap,))  # fmt: skip


def neighbours_of(market: str) -> frozenset[str]:
    """Countries of the same region or regions, the market itself among them."""
    members = BLOCS.get(market, frozenset({market}))
    return frozenset().union(*(each for each in REGIONS.values() if each & members))


def judge_reliability(question: Question, offer: Offer) -> Finding:
    """How the firm answers and keeps its word, and how fresh its listing is.

    Small numbers are drawn towards the average of firms, so that one lucky case counts little.
    """
    counts = offer.maker.reliability
    fresh = freshness_of(offer, question.today)
    value = reliability_value(counts, fresh.share)
    is_new = not (counts.enquiries or counts.meetings or counts.disputes)
    facts = {
        "answers": f"{100 * _answers(counts):.0f}",
        "meetings": f"{100 * _meetings(counts):.0f}",
        "fresh": fresh.fresh,
        "facts": fresh.told,
    }
    key = "known" if not is_new else "new" if fresh.told else "unknown"
    sentence = say(f"reliability.{key}", **facts)
    gaps: tuple[Gap, ...] = ()
    if fresh.stale:
        fields = ", ".join(fresh.stale)
        gaps = (Gap("freshness", say("reliability.stale", fields=fields),
                    say("reliability.confirm", fields=fields), (0, 1)),)  # fmt: skip
    evidence = (
        Shown("enquiries", f"{counts.answered} of {counts.enquiries} answered"),
        Shown("meetings", f"{counts.meetings_kept} of {counts.meetings} kept"),
        Shown("disputes", str(counts.disputes)),
    )
    return Finding("reliability", value, "known", sentence, evidence, gaps,
                   certainty=0.5 if is_new else 1.0)  # fmt: skip


def reliability_value(counts: Reliability, fresh: float) -> float:
    """.35 answers, .15 speed, .2 meetings, .1 no disputes, .2 freshness; monotone in each."""
    speed = 0.5
    if counts.median_reply_hours is not None:
        speed = 0.5 ** (counts.median_reply_hours / REPLY_HALVES_AT)
    dealings = max(counts.enquiries, counts.answered) + counts.meetings
    disputes = counts.disputes / (dealings + 2 * CASES)
    peace = max(0.0, 1.0 - DISPUTES_COST * disputes)
    return (0.35 * _answers(counts) + 0.15 * speed + 0.2 * _meetings(counts) + 0.1 * peace
            + 0.2 * fresh)  # fmt: skip


@dataclass(frozen=True)
class Freshness:
    """How many stated facts somebody stood by in the last half year, and which are stale."""

    fresh: int
    told: int
    stale: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.fresh / self.told if self.told else 0.5


def freshness_of(offer: Offer, today: dt.date) -> Freshness:
    """Of capacity, price and lead time, as far as they are stated."""
    told = [
        (name, is_stale(day, today))
        for name, is_told, day in (
            ("capacity", bool(offer.free), offer.capacity_confirmed_on),
            ("price", bool(offer.tiers), offer.price_confirmed_on),
            ("lead time", offer.lead_days is not None, offer.lead_confirmed_on),
        )
        if is_told
    ]
    stale = tuple(name for name, old in told if old)
    return Freshness(len(told) - len(stale), len(told), stale)


def judge_preferences(question: Question, offer: Offer) -> Finding:
    """What share of the buyer's wishes is met; wishes of which nobody knows are left out."""
    wishes = _wishes(question, offer)
    if not wishes:
        return Finding("preferences", None, "not asked", say("preferences.not_asked"))
    known = {name: value for name, value in wishes.items() if value is not None}
    if not known:
        return Finding("preferences", None, "unknown", say("preferences.unknown"))
    value = sum(known.values()) / len(known)
    met = ", ".join(name for name, each in known.items() if each > 0)
    unmet = ", ".join(name for name, each in known.items() if each == 0)
    key = "some" if met and unmet else "met" if met else "unmet"
    sentence = say(f"preferences.{key}", met=met, unmet=unmet)
    return Finding("preferences", value, "known", sentence,
                   tuple(Shown(name, "met" if each > 0 else "not met")
                         for name, each in known.items()),
                   certainty=len(known) / len(wishes))  # fmt: skip


def _wishes(question: Question, offer: Offer) -> dict[str, float | None]:
    """Each wish with how far it is met; None when nobody said."""
    wants, maker = question.requirement.prefers, offer.maker
    found: dict[str, float | None] = {}
    if wants.gi:
        found["geographical indication"] = float(offer.gi is not None)
    if wants.women_led:
        found["women-led"] = float(maker.women_led)
    if wants.micro:
        found["micro enterprise"] = float(maker.size == "micro") if maker.size else None
    _overlaps(found, "languages", wants.languages, maker.languages)
    _overlaps(found, "payment terms", wants.payment_terms, maker.payment_terms)
    if wants.clusters or wants.states:
        found["region"] = float(_is_from(maker, wants.clusters, wants.states))
    if question.requirement.nice:
        found |= _nice(question, offer)
    return found


def _overlaps(
    found: dict[str, float | None], name: str, wanted: frozenset[str], has: frozenset[str]
) -> None:
    """One in common is enough; a firm that named none is not known to lack it."""
    if wanted:
        found[name] = float(bool(wanted & has)) if has else None


def _is_from(maker: Maker, clusters: frozenset[str], states: frozenset[str]) -> bool:
    return maker.cluster in clusters or maker.state in states


def _nice(question: Question, offer: Offer) -> dict[str, float | None]:
    """Schemes the buyer would like: held at the ship date, or not."""
    codes = question.requirement.nice
    states = question.law.standing(offer.pieces, codes)
    return {code: float(states.get(code, 0) == HELD) for code in codes}


def _answers(counts: Reliability) -> float:
    return float(shrunk(min(counts.answered, counts.enquiries), counts.enquiries, ANSWERED, CASES))


def _meetings(counts: Reliability) -> float:
    return float(shrunk(min(counts.meetings_kept, counts.meetings), counts.meetings, KEPT, CASES))
