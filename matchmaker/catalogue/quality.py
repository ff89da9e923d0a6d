"""How findable a listing is, and what would make it more so, dearest first. Pure.

Buyers search by words and filter by price, quantity, capacity and time: what is not stated
cannot be found by it. The worths add up to 100.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.catalogue.facts import ProductFacts
from matchmaker.errors import N_
from matchmaker.wording import gettext as _

ENOUGH_WORDS = 40  # of a description
TITLE_WORDS = 3
HEADING = 4  # digits of an HS code that say what kind of goods it is


@dataclass(frozen=True)
class Listing:
    """What the meter looks at. `attributes`: keys of the family; `free`: units of the product
    its line can still make, by month; `stale`: 'price', 'lead', 'capacity' not confirmed lately.
    """

    facts: ProductFacts
    attributes: Collection[str]
    family_is_guess: bool
    pictures: int
    free: Sequence[Decimal]
    stale: Collection[str] = ()


@dataclass(frozen=True)
class Advice:
    """One thing to do. `field`: where in the form; `worth`: points of 100 it would bring."""

    field: str
    worth: int
    sentence: str


@dataclass(frozen=True)
class Quality:
    """`score` of 100, and what would raise it, dearest first."""

    score: int
    advice: tuple[Advice, ...]

    @property
    def is_complete(self) -> bool:
        return not self.advice


def quality_of(listing: Listing) -> Quality:
    """What is there and what is missing."""
    missing = [each for each in _advice(listing) if each.worth]
    missing.sort(key=lambda each: -each.worth)
    return Quality(100 - sum(each.worth for each in missing), tuple(missing))


def moq_warning(facts: ProductFacts, free: Sequence[Decimal]) -> str:
    """What to say where no month has room for the smallest order; empty where one has."""
    if not free or max(free) >= facts.moq:
        return ""
    if sum(free) >= facts.moq:
        return str(
            _(
                "No single month has room for your minimum order of %(moq)s. Buyers are told that"
                " it takes several months; lower the minimum or raise the capacity.",
                moq=f"{facts.moq:f}",
            )
        )
    return str(
        _(
            "Your minimum order of %(moq)s is more than the line can make in all months on record."
            " Lower the minimum or raise the capacity.",
            moq=f"{facts.moq:f}",
        )
    )


def code_warning(code: str, usual: str) -> str:
    """What to say of a code that goods of this kind seldom have; empty where its heading fits."""
    if code[:HEADING] == usual[:HEADING]:
        return ""
    return str(
        _(
            "Goods of this kind mostly go under HS %(usual)s, yours say %(code)s. Check that it is"
            " the right one: customs and export rules follow it.",
            usual=usual,
            code=code,
        )
    )


def _advice(listing: Listing) -> list[Advice]:
    facts, stale = listing.facts, set(listing.stale)
    said = [key for key in listing.attributes if facts.attributes.get(key) not in (None, "")]
    words = min(len(facts.description.split()), ENOUGH_WORDS)
    unsaid = 14 - (14 * len(said) // len(listing.attributes) if listing.attributes else 14)
    tiers = 18 if not facts.tiers else 5 if "price" in stale else 0
    capacity = 10 if not listing.free else 4 if "capacity" in stale else 0
    lead = 8 if facts.lead_days is None else 3 if "lead" in stale else 0
    return [
        _lacks("family", 10 if listing.family_is_guess else 0),
        _lacks("tiers", tiers, "" if not facts.tiers else "price stale"),
        _lacks("pictures", 0 if listing.pictures else 14),
        _lacks("description", 14 - 14 * words // ENOUGH_WORDS),
        _lacks("attributes", unsaid),
        _lacks("capacity", capacity, "" if not listing.free else "capacity stale"),
        _lacks("lead_days", lead, "" if facts.lead_days is None else "lead stale"),
        _lacks("title", 4 if len(facts.title.split()) < TITLE_WORDS else 0),
        _lacks("net_kg", 4 if facts.net_kg is None else 0),
        _lacks("per_20ft", 2 if facts.per_20ft is None else 0),
        _lacks("standards", 0 if facts.standards else 2),
    ]


def _lacks(field: str, worth: int, sentence: str = "") -> Advice:
    return Advice(field, worth, _(_SENTENCES[sentence or field]))


_SENTENCES = {
    "family": N_("Say what kind of product it is: buyers choose by kind first."),
    "tiers": N_("State a price: who filters by price cannot find you without one."),
    "price stale": N_("Confirm the price: old prices sink in the results."),
    "pictures": N_("Add a photo: it is the first thing a buyer looks at."),
    "description": N_(
        "Describe it in forty words or more, as a buyer would ask for it: the search reads them."
    ),
    "attributes": N_(
        "Fill in sizes, material and the like: buyers search for 18 mm, and find who says 18 mm."
    ),
    "capacity": N_("Say how much you can make a month: large buyers ask that first."),
    "capacity stale": N_("Confirm the capacity: nobody plans with old figures."),
    "lead_days": N_("Say in how many days you can deliver."),
    "lead stale": N_("Confirm the lead time."),
    "title": N_("Name it in three words or more, with the material and the use."),
    "net_kg": N_("State the weight of one: without it no freight can be reckoned."),
    "per_20ft": N_("State how many fit into a 20′ container."),
    "standards": N_("Name the standards it is made to."),
}
