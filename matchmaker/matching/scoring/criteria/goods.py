"""Is it the product? The calibrated fit, and the agreement of HS codes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matchmaker.matching.problem import Closeness, Offer
from matchmaker.matching.scoring.answers import Finding, Gap, Shown, Step
from matchmaker.matching.scoring.fit import (
    SIGNALS,
    FitModel,
    agreement,
    counting,
    signals_of,
)
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import attribute_named, say
from matchmaker.matching.scoring.values import hs_value

# Below the first a pair is probably another product, below the second not surely the same.
OTHER, SAME = 0.5, 0.8
# Down to this an offer may still be named to a buyer for whom nothing nearer would do.
LEAST_IN_NEED = 0.3


def judge_fit(question: Question, offer: Offer, closeness: Closeness) -> Finding:
    """Product fit: the probability that this is what was asked for."""
    asked = question.requirement
    signals = signals_of(
        closeness,
        (asked.family, offer.family),
        (asked.hs_code, offer.hs_code),
        (asked.attributes, offer.attributes),
    )
    if all(math.isnan(signals[name]) for name in ("cosine", "words")) and not any(
        signals[name] for name in ("family", "hs", "attributes")
    ):
        return Finding("fit", None, "unknown", say("fit.unknown"))
    value = probability(signals, question.fit)
    key = "fit.other" if value < OTHER else "fit.near" if value < SAME else "fit.same"
    gaps = tuple(_differences(asked.attributes, offer.attributes))
    spoken = counting(closeness.spoken, asked.family, asked.hs_code)
    evidence = [Shown("title", offer.title)]
    if spoken is not None:
        evidence.append(Shown("spoken_family", f"{spoken.family} ({spoken.share:.0%})"))
    return Finding("fit", value, "known", say(key), tuple(evidence), gaps, _reasons(signals))


def probability(signals: Mapping[str, float], model: FitModel) -> float:
    """`fit.fit_value` for one pair, in plain arithmetic: it is called for every offer."""
    found = model.intercept
    for name in SIGNALS:
        signal = signals[name] - model.centres.get(name, 0.0)
        if not math.isnan(signal):
            found += model.slopes[name] * signal
    return 1.0 / (1.0 + math.exp(-min(max(found, -40.0), 40.0)))


def judge_hs(question: Question, offer: Offer) -> Finding:
    """HS agreement; not asked when either side named none."""
    asked, offered = question.requirement.hs_code, offer.hs_code
    value = hs_value(asked, offered)
    if math.isnan(value):
        return Finding("hs", None, "not asked", say("hs.not_asked"))
    key = {1.0: "hs.same", 0.8: "hs.heading", 0.5: "hs.chapter"}.get(value, "hs.other")
    facts = {"asked": asked, "offered": offered}
    gaps = () if value == 1.0 else (Gap("hs_code", say(key, **facts), say("hs.check", **facts)),)
    return Finding("hs", value, "known", say(key, **facts), (Shown("hs_code", offered),), gaps)


def _differences(asked: Mapping[str, object], offered: Mapping[str, object]) -> list[Gap]:
    """Stated sizes and grades that do not agree; what the offer does not name is left open."""
    found = []
    for key in sorted(asked):
        if key in offered and agreement(asked[key], offered[key]) < 1.0:
            facts = {"asked": attribute_named(key, asked[key]),
                     "offered": attribute_named(key, offered[key])}  # fmt: skip
            found.append(Gap(f"attributes.{key}", say("fit.differs", **facts),
                             say("fit.ask", **facts)))  # fmt: skip
    return found


def _reasons(signals: Mapping[str, float]) -> tuple[Step, ...]:
    """The signals behind the figure, for who wants to know."""
    known = {name: each for name, each in signals.items() if not math.isnan(each)}
    return tuple(Step("signal", f"{name} {each:.2f}") for name, each in known.items())
