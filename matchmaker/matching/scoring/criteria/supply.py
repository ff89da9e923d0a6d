"""Can it be made, in what lots, and in time? Quantity, smallest order, lead time."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.catalogue.freshness import is_stale
from matchmaker.matching.problem import Offer
from matchmaker.matching.scoring.answers import Finding, Gap, Shown, Step
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import named, percent, say, shown
from matchmaker.matching.scoring.values import lead_value, moq_value, quantity_value
from matchmaker.matching.scoring.window import free_in
from matchmaker.measures import Incomparable, convert, unit_shown

STALE_COUNTS = 0.5


@dataclass(frozen=True)
class Asked:
    """What was asked for, in the offer's trading unit, with the steps of the conversion.

    `units`: None when it cannot be converted; `missing` names the factor that would allow it.
    """

    units: float | None
    steps: tuple[Step, ...] = ()
    missing: str = ""


def asked_in_units(question: Question, offer: Offer) -> Asked:
    """The quantity asked for (of the shipment, or of a month) in trading units of the offer."""
    quantity = question.requirement.quantity
    try:
        found = convert(quantity, offer.unit, offer.unit, offer.facts)
    except Incomparable as wrong:
        return Asked(None, (), ", ".join(wrong.missing) or str(wrong))
    steps = tuple(Step("unit", each) for each in found.steps)
    return Asked(float(found.quantity.amount), steps)


def judge_quantity(question: Question, offer: Offer, asked: Asked) -> Finding:
    """Free capacity until the ship date against what is asked; by the month: the tightest."""
    if asked.units is None:
        return _no_factor("quantity", asked)
    known = [each for each in (free_in(offer.free, window) for window in question.periods)
             if each is not None]  # fmt: skip
    if not known:
        gap = Gap("free", say("quantity.unknown"), say("quantity.say"))
        return Finding("quantity", None, "unknown", say("quantity.unknown"), gaps=(gap,))
    free = min(known)
    value = float(quantity_value(free, asked.units))
    unit = unit_shown(offer.unit)
    facts = {"free": shown(free), "unit": unit, "asked": shown(asked.units),
             "share": percent(value)}  # fmt: skip
    key = "whole" if value >= 1 else "months" if question.requirement.months else "part"
    gaps = () if value >= 1 else (_short(offer, asked.units - free, unit),)
    stale = is_stale(offer.capacity_confirmed_on, question.today)
    whole = len(known) == len(question.periods)
    evidence = Shown("free", f"{shown(free)} {unit}", offer.capacity_confirmed_on, is_stale=stale)
    return Finding("quantity", value, "known", say(f"quantity.{key}", **facts), (evidence,), gaps,
                   asked.steps, STALE_COUNTS if stale or not whole else 1.0)  # fmt: skip


def judge_moq(question: Question, offer: Offer, asked: Asked) -> Finding:
    """The smallest order against what is asked (for one shipment, or in one month)."""
    if offer.moq is None:
        return Finding("moq", None, "unknown", say("moq.unknown"))
    if asked.units is None:
        return _no_factor("moq", asked)
    value = float(moq_value(float(offer.moq), asked.units))
    unit = unit_shown(offer.unit)
    facts = {"moq": shown(float(offer.moq)), "unit": unit, "asked": shown(asked.units)}
    sentence = say("moq.fits" if value >= 1 else "moq.above", **facts)
    gaps = () if value >= 1 else (Gap("moq", sentence, say("moq.lower", **facts)),)
    evidence = Shown("moq", f"{facts['moq']} {unit}")
    return Finding("moq", value, "known", sentence, (evidence,), gaps, asked.steps)


def judge_lead(question: Question, offer: Offer) -> Finding:
    """Whether the lead time fits before the (first) ship date."""
    if offer.lead_days is None:
        gap = Gap("lead_days", say("lead.unknown"), say("lead.say"))
        return Finding("lead", None, "unknown", say("lead.unknown"), gaps=(gap,))
    left, lead = question.days_left, offer.lead_days
    value = float(lead_value(lead, left))
    facts = {"lead": lead, "left": left, "late": lead - left,
             "day": question.law.deadline.isoformat()}  # fmt: skip
    sentence = say("lead.in_time" if value >= 1 else "lead.late", **facts)
    late = lead - left
    gaps = () if value >= 1 else (
        Gap("lead_days", sentence, say("lead.shorten", late=late), (late, late)),)  # fmt: skip
    stale = is_stale(offer.lead_confirmed_on, question.today)
    evidence = Shown("lead_days", str(lead), offer.lead_confirmed_on, is_stale=stale)
    return Finding("lead", value, "known", sentence, (evidence,), gaps,
                   certainty=STALE_COUNTS if stale else 1.0)  # fmt: skip


def _short(offer: Offer, short: float, unit: str) -> Gap:
    what = say("quantity.short", short=shown(short), unit=unit)
    return Gap("free", what, say("quantity.pool"))


def _no_factor(criterion: str, asked: Asked) -> Finding:
    sentence = say("quantity.no_factor", missing=named([asked.missing]))
    gap = Gap(asked.missing, sentence, say("quantity.factor", missing=named([asked.missing])))
    return Finding(criterion, None, "unknown", sentence, gaps=(gap,))
