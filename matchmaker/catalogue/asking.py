"""What is asked of a listing after the five answers: one thing at a time, in order of worth. Pure.

A question is a word: 'family', 'lead', 'photo', 'size', 'packing', 'description', or
'attribute.<key>' for what buyers of the family ask. Every one can be put off; nothing is asked
that was answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matchmaker.catalogue.facts import ProductFacts

ATTRIBUTE = "attribute."
# A listing of which buyers know this much is asked for no more, only offered the whole form.
MOST_ATTRIBUTES = 6


@dataclass(frozen=True)
class Listed:
    """What decides. `attributes`: those of the family, key → {label, unit, values}."""

    facts: ProductFacts
    attributes: Mapping[str, Mapping[str, Any]]
    family_is_guess: bool
    has_photo: bool


def open_questions(listed: Listed) -> list[str]:
    """All that is not answered yet, dearest first."""
    facts = listed.facts
    asked = [
        ("family", listed.family_is_guess),
        ("photo", not listed.has_photo),
        ("lead", facts.lead_days is None),
        *(
            (f"{ATTRIBUTE}{key}", facts.attributes.get(key) in (None, ""))
            for key in list(listed.attributes)[:MOST_ATTRIBUTES]
        ),
        ("size", facts.net_kg is None),
        ("packing", facts.per_package is None),
        ("description", not facts.description.strip()),
    ]
    # What kind of thing it is decides which of the others are asked.
    if listed.family_is_guess:
        asked = [each for each in asked if not each[0].startswith(ATTRIBUTE)]
    return [name for name, is_open in asked if is_open]


def next_question(listed: Listed, after: str = "") -> str | None:
    """The next one; behind `after` where that was put off. None when all is answered or put off."""
    every = ["family", "photo", "lead", *(f"{ATTRIBUTE}{key}" for key in listed.attributes)]
    every += ["size", "packing", "description"]
    place = every.index(after) if after in every else -1
    return next((name for name in open_questions(listed) if every.index(name) > place), None)


def proposed_description(listed: Listed) -> str:
    """What was answered, as sentences a buyer's search can read; the firm changes it at will."""
    said = [
        f"{about['label']}: {_shown(listed.facts.attributes[key], str(about.get('unit', '')))}"
        for key, about in listed.attributes.items()
        if listed.facts.attributes.get(key) not in (None, "")
    ]
    title = listed.facts.title.rstrip(".")
    return f"{title}. {'; '.join(said)}." if said else f"{title}."


def _shown(value: Any, unit: str) -> str:
    return f"{value} {SHORT.get(unit, unit)}".strip()


# Units of attributes as people write them; those not named here are written out already.
SHORT = {
    "CMT": "cm",
    "MMT": "mm",
    "MTR": "m",
    "KGM": "kg",
    "GRM": "g",
    "P1": "%",
    "CEL": "°C",
    "MON": "months",
    "LTR": "l",
    "MLT": "ml",
    "GM": "g/m²",
    "MTK": "m²",
    "H87": "pcs",
    "DAY": "days",
    "MIN": "min",
    "4H": "µm",
    "KWT": "kW",
    "VLT": "V",
    "WTT": "W",
}
