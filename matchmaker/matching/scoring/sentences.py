"""What findings, gates and changes say to buyers and firms: a key, facts, plain English. Pure.

Pages translate by the key; the facts fill the places in any language. The sentences of clusters
and plans stand in `plan_sentences.py` and are said by the same `say`. Not here are the steps of
conversions, which are worded where figures are converted, and the frame of the print
(`exchange/printing.py`). Nothing says 'certified': a test report or a declaration is shown,
whoever made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from matchmaker.matching.plan_sentences import SENTENCES as OF_PLANS

SENTENCES: Mapping[str, str] = {
    **OF_PLANS,
    # product fit
    "fit.same": "The description and what was asked for agree well.",
    "fit.near": "The product is near to what was asked for, but not surely the same.",
    "fit.other": "This is probably another product than the one asked for.",
    "fit.unknown": "Nothing was said by which the product could be compared.",
    "fit.differs": "Asked for %(asked)s, offered is %(offered)s.",
    "fit.ask": "Ask whether it can be made with %(asked)s.",
    "fit.spoken": "Nobody stated a product family; the words speak of %(family)s"
    " (%(share)s %%). State the family if another is meant.",
    "fit.unspoken": "Nobody stated a product family or HS code, and the words do not tell one"
    " clearly: state it, to have other products told apart.",
    # HS agreement
    "hs.same": "The HS codes agree (%(offered)s).",
    "hs.heading": "HS %(offered)s is under the same heading as %(asked)s.",
    "hs.chapter": "HS %(offered)s is in the same chapter as %(asked)s, but another heading.",
    "hs.other": "HS %(offered)s is in another chapter than %(asked)s.",
    "hs.not_asked": "No HS code to compare.",
    "hs.check": "Check the HS code: %(asked)s was asked for, %(offered)s is listed.",
    # quantity
    "quantity.whole": "The whole quantity can be made by then: %(free)s %(unit)s are free.",
    "quantity.part": "%(share)s %% of the quantity can be made by then:"
    " %(free)s of %(asked)s %(unit)s.",
    "quantity.months": "In the tightest month %(share)s %% can be made:"
    " %(free)s of %(asked)s %(unit)s.",
    "quantity.unknown": "The firm has not said how much it can still make.",
    "quantity.no_factor": "Quantities cannot be compared: %(missing)s is not known.",
    "quantity.short": "%(short)s %(unit)s short.",
    "quantity.pool": "Share the order with other firms of the cluster, or accept a later date.",
    "quantity.say": "The firm should state its free capacity of the coming months.",
    "quantity.factor": "The firm should state %(missing)s.",
    # smallest order
    "moq.fits": "The smallest order (%(moq)s %(unit)s) is within what was asked for.",
    "moq.above": "The smallest order is %(moq)s %(unit)s, more than the %(asked)s asked for.",
    "moq.unknown": "The firm has not said what its smallest order is.",
    "moq.lower": "Agree on a smaller first order, or ask for %(moq)s %(unit)s.",
    # certificates and papers
    "papers.all": "Everything that the law and the buyer insist on can be shown at the ship date.",
    "papers.none_asked": "Nothing is known that must be shown for these goods.",
    "papers.in_time": "%(codes)s: not there yet, but to be had before the ship date.",
    "papers.tight": "%(codes)s: to be had before the ship date only if all goes well.",
    "papers.late": "%(codes)s: not to be had before the ship date.",
    "papers.unsure": "Whether the law asks for %(codes)s must be checked.",
    "papers.missing": "%(code)s is not shown.",
    "papers.to_check": "Whether %(code)s is needed has to be checked.",
    "papers.lapses": "%(code)s ends on %(expires)s, before the ship date.",
    "papers.grade": "%(code)s is shown, but only %(grade)s.",
    "papers.obtain": "Obtain %(code)s: %(low)s to %(high)s days.",
    "papers.join": "Join the group that holds %(code)s: %(low)s to %(high)s days.",
    "papers.renew": "Renew %(code)s before %(day)s.",
    "papers.confirm": "Have the desk look at the document of %(code)s.",
    # price
    "price.within": "%(price)s per %(unit)s is within the target of %(target)s.",
    "price.above": "%(price)s per %(unit)s is %(percent)s %% above the target of %(target)s.",
    "price.estimated": "%(sentence)s Estimated in it: %(estimated)s.",
    "price.left_out": "%(sentence)s Not in it: %(left_out)s.",
    "price.surplus": "%(sentence)s It holds more than was asked for: %(surplus)s.",
    "price.on_request": "The price is on request.",
    "price.no_factor": "Prices cannot be compared: %(missing)s is not known.",
    "price.no_rate": "Prices cannot be compared: there is no exchange rate for %(currency)s.",
    "price.not_asked": "No target price was named.",
    "price.say": "The firm should name a price.",
    "price.say_in": "The firm should state it in a currency with published rates, such as INR,"
    " USD or EUR.",
    "price.lower": "Negotiate: %(percent)s %% above the target.",
    # lead time
    "lead.in_time": "%(lead)s days are enough: %(left)s are left until %(day)s.",
    "lead.late": "%(lead)s days are %(late)s too many: %(left)s are left until %(day)s.",
    "lead.unknown": "The firm has not said how long it takes.",
    "lead.shorten": "Agree on part shipments, or on %(late)s days more.",
    "lead.say": "The firm should state its lead time.",
    # market experience
    "market.country": "The firm says it has exported to %(market)s.",
    "market.region": "The firm says it has exported to the region (%(others)s).",
    "market.none": "The firm names no exports to %(market)s or its region.",
    "market.unknown": "The firm has not said where it has exported to.",
    "market.not_asked": "No market was named.",
    "market.learn": "Ask the export council about first shipments to %(market)s.",
    # reliability
    "reliability.known": "Answers %(answers)s %% of enquiries, keeps %(meetings)s %% of meetings"
    " (small numbers are drawn towards the average); %(fresh)s of %(facts)s facts are fresh.",
    "reliability.new": "Nothing is known yet of how the firm answers; %(fresh)s of %(facts)s"
    " facts are fresh.",
    "reliability.unknown": "Nothing is known yet of how the firm answers, nor when it last"
    " confirmed anything.",
    "reliability.stale": "%(fields)s: not confirmed for half a year.",
    "reliability.confirm": "The firm should confirm %(fields)s again.",
    # preferences
    "preferences.not_asked": "The buyer named no preferences.",
    "preferences.unknown": "Nothing is known of what the buyer would prefer.",
    "preferences.met": "Meets what the buyer would prefer: %(met)s.",
    "preferences.some": "Meets of what the buyer would prefer: %(met)s; not: %(unmet)s.",
    "preferences.unmet": "Meets none of what the buyer would prefer: %(unmet)s.",
    # what a firm could change
    "change.moq": "Lower the smallest order to %(moq)s %(unit)s.",
    "change.price": "Lower the price by %(percent)s %%.",
    "change.lead": "Shorten the lead time to %(days)s days.",
    "change.free": "Set %(percent)s %% more of the line free in these months.",
    "change.terms": "Accept payment by %(term)s.",
    "change.confirm": "Confirm again: %(fields)s.",
    "change.grade": "Have the desk look at the document of %(code)s.",
    "change.renew": "Renew %(code)s before %(day)s.",
    "change.paper": "Obtain %(code)s before %(day)s.",
    "lift.rank": "%(change)s Then this offer ranks %(rank)s.",
    "lift.total": "%(change)s Then this offer scores %(total)s of 100.",
    # from the firm's side
    "terms.agree": "The buyer pays by %(terms)s, which the firm accepts.",
    "terms.differ": "The buyer would pay by %(terms)s, which the firm has not named.",
    "terms.unknown": "One side has not named payment terms.",
    # gates
    "gate.blocked": "One side does not wish to deal with the other.",
    "gate.not_exportable": "These goods may not be exported to %(market)s.",
    "gate.unverified": "The buyer asks for verified firms only; this one is not verified yet.",
}


# What fields and legs are called when a sentence names them.
WORDS: Mapping[str, str] = {
    "net_kg": "the net weight of one",
    "area_m2": "the area of one",
    "volume_m3": "the volume of one",
    "length_m": "the length of one",
    "inland": "carriage to the port",
    "port": "handling in the port",
    "freight": "freight",
    "insurance": "insurance",
    "arrival": "carriage on arrival",
    "duty": "duty",
}
_UNITS: Mapping[str, str] = {
    "mm": "mm", "cm": "cm", "m": "m", "m2": "m²", "m3": "m³", "kg": "kg", "g": "g", "mg": "mg",
    "ml": "ml", "l": "l", "percent": "%", "gsm": "g/m²", "um": "µm", "kw": "kW", "v": "V",
    "g_m2": "g/m²", "kg_m2": "kg/m²", "kg_m3": "kg/m³", "kg_l": "kg/l",
    "g_cm3": "g/cm³", "m_kg": "m/kg", "pct": "%", "ft2": "ft²", "mpa": "MPa", "w": "W", "ct": "ct",
    "mm2": "mm²", "mm3": "mm³", "in": "in", "lb": "per lb", "ppm": "ppm", "cp": "cP", "cps": "cP",
    "ms_cm": "mS/cm", "bar": "bar", "va": "VA", "c": "°C", "h": "h", "min": "min",
    "months": "months", "shore": "Shore A", "cl": "cl",
}  # fmt: skip


def named(names: Iterable[str]) -> str:
    """Fields or legs in words; what has none stays as it is."""
    return ", ".join(WORDS.get(each, each) for each in names)


def attribute_named(key: str, value: object) -> str:
    """'length 60 cm' for length_cm and 60; the unit at a key's end follows the value.

    A key that is a unit says nothing more: '160 g/m²' for gsm.
    """
    parts = key.split("_")
    if key in ("gsm", "kg_m2"):
        return f"{value} {_UNITS[key]}"
    for size in (2, 1):
        unit = _UNITS.get("_".join(parts[-size:]), "")
        is_size = len(parts) > size and parts[-size - 1] not in _UNITS
        if unit and is_size and any(map(str.isdigit, str(value))):
            return f"{' '.join(parts[:-size])} {value} {unit}"
    return f"{' '.join(parts)} {value}"


@dataclass(frozen=True)
class Said:
    """A sentence: its key, and what stands in its places."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return SENTENCES[self.key] % {name: str(each) for name, each in self.facts.items()}


def say(key: str, /, **facts: object) -> Said:
    """`say("moq.fits", moq="500", unit="kg")`; wording happens only when it is read."""
    return Said(key, facts)


def percent(share: float) -> str:
    """Whole per cent; what is nearly all is not all."""
    return f"{100 * share if share >= 1 else min(100 * share, 99):.0f}"


def shown(amount: float) -> str:
    """A figure as a person reads it: thousands apart, three significant digits at most below."""
    if amount >= 100 or amount == int(amount):
        return f"{amount:,.0f}"
    return f"{amount:.3g}"
