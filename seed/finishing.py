"""From a draft to a requirement: quantity in the buyer's unit, target, wishes, letter. Pure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from matchmaker.matching.problem import Preferences, Requirement
from matchmaker.measures import PieceFacts, Quantity, convert
from matchmaker.money import Money, exchange_rates
from seed.counting import Made
from seed.drafting import Draft, as_written
from seed.letters import Letter, common, in_inches, write

SHOWN = {
    "KGM": ("kg",), "TNE": ("t", "tonnes", "MT"), "LBR": ("lb", "lbs"), "H87": ("pcs", "pieces"),
    "DZN": ("dozen",), "GRO": ("gross",), "PR": ("pairs", "prs"), "SET": ("sets",),
    "MTK": ("m²", "sqm"), "FTK": ("sq ft",), "YDK": ("sq yd",), "MTQ": ("m³", "cbm"),
    "LTR": ("litres",), "GRM": ("g", "grams"), "ONZ": ("oz",), "MTR": ("m", "metres"),
}  # fmt: skip
# Costs from the works to the quay, and to the port of arrival, as a share of the price.
COSTS = {"EXW": 1.0, "FOB": 1.06, "CFR": 1.15, "CIF": 1.16, "DAP": 1.24}


def finish(draft: Draft, today: dt.date, random: Random) -> Requirement:
    """The requirement of a draft, with its letter; what is told beside the letter varies."""
    quantity, shown = _quantity(draft, random)
    market = common()["markets"][draft.country]
    incoterm = random.choice(("FOB", "FOB", "CIF", "CFR", "EXW", "DAP"))
    has_family = random.random() < 0.5
    return Requirement(
        id=draft.id,
        text=_letter(draft, shown, random),
        quantity=quantity,
        ship_from=draft.ship_from,
        ship_by=draft.ship_by,
        months=draft.months,
        hs_code=draft.family.hs[: random.choices((6, 4, 2, 0), (0.35, 0.25, 0.1, 0.3))[0]],
        family=draft.family.key if has_family else "",
        market=draft.country,
        target=_target(draft, quantity, incoterm, today) if random.random() < 0.75 else None,
        incoterm=incoterm,
        place=_place(draft, incoterm, market),
        musts=draft.musts,
        nice=draft.nice,
        attributes=draft.attributes if has_family or random.random() < 0.5 else {},
        least_grade=random.choices(("self-declared", "seen", "confirmed"), (0.8, 0.15, 0.05))[0],
        needs_verified=random.random() < 0.08,
        sample_by=_sample_by(draft, today) if random.random() < 0.3 else None,
        prefers=_preferences(draft, random),
    )


def _letter(draft: Draft, shown: str, random: Random) -> str:
    market = common()["markets"][draft.country]
    where = {"city": draft.city, "country": market["name"]}
    specs = draft.specs
    if draft.country == "US":
        specs = tuple(in_inches(each) for each in specs)
    tells = {name for name in ("quantity", "evidence") if random.random() < 0.55}
    return write(
        Letter(
            trade=draft.trade,
            values={**draft.anchor.product.attributes, **draft.attributes, **where},
            specs=specs,
            quantity=shown,
            months=draft.months,
            musts=draft.musts,
            nice=draft.nice,
            tells=frozenset(tells),
        ),
        random,
    )


def facts_of(made: Made) -> PieceFacts:
    """What one trading unit of the product is in other dimensions."""
    product = made.product
    return PieceFacts(
        net_kg=product.net_kg,
        area_m2=product.unit_m2,
        volume_m3=product.unit_m3,
        per_package=product.per_package,
        per_20ft=product.per_20ft,
        per_40hc=product.per_40hc,
    )


def _quantity(draft: Draft, random: Random) -> tuple[Quantity, str]:
    """The asked quantity in a unit that the buyer thinks in, and how it is written."""
    choices = list(draft.trade.units)
    unit = random.choices(choices, [2.0 if place == 0 else 1.0 for place, _ in enumerate(choices)])[
        0
    ]
    trading = draft.family.unit
    if unit == "container":
        return _containers(draft, random)
    if unit == "LBR" and draft.country not in ("US", "CA", "GB"):
        unit = "KGM"
    converted = convert(Quantity(draft.units, trading), unit, trading, facts_of(draft.anchor))
    amount = as_written(float(converted.quantity.amount))
    return Quantity(amount, unit), f"{amount:,f} {random.choice(SHOWN[unit])}"


def _containers(draft: Draft, random: Random) -> tuple[Quantity, str]:
    """Whole containers as the buyer counts them; the quantity is in the trading unit."""
    name, size = random.choice((("20 ft", "per_20ft"), ("40 ft HC", "per_40hc")))
    fits = getattr(draft.anchor.product, size)
    boxes = max(1, round(float(draft.units / fits)))
    trading = draft.family.unit
    amount = as_written(float(boxes * fits)) if draft.units >= fits / 2 else draft.units
    if amount == draft.units:
        return Quantity(amount, trading), f"{amount:,f} {random.choice(SHOWN[trading])}"
    shown = f"{amount:,f} {random.choice(SHOWN[trading])}"
    return Quantity(amount, trading), f"{boxes} x {name}, about {shown}"


def _target(draft: Draft, quantity: Quantity, incoterm: str, today: dt.date) -> Money:
    """What one unit of the quantity may cost: the anchor's price, costs, and the buyer's hope."""
    tiers = draft.anchor.product.tiers
    rupees = next((price for least, price in reversed(tiers) if least <= draft.units), tiers[0][1])
    one = convert(
        Quantity(Decimal(1), quantity.unit), draft.family.unit, draft.family.unit,
        facts_of(draft.anchor),
    ).quantity.amount  # fmt: skip
    hoped = rupees * one * Decimal(COSTS[incoterm] * draft.price_factor)
    currency = common()["markets"][draft.country]["currency"]
    amount = exchange_rates().convert(Money(hoped, "INR"), currency, today).amount
    return Money(_price(amount), currency)


def _price(amount: Decimal) -> Decimal:
    """Three digits: buyers name round prices."""
    digits = 2 - amount.adjusted()
    return round(amount, max(digits, 0)) if digits > 0 else Decimal(round(int(amount), digits))


def _place(draft: Draft, incoterm: str, market: dict[str, Any]) -> str:
    if incoterm in ("CIF", "CFR"):
        return str(market["port"])
    return draft.city if incoterm == "DAP" else ""


def _sample_by(draft: Draft, today: dt.date) -> dt.date:
    return today + (draft.ship_by - today) / 3


def _preferences(draft: Draft, random: Random) -> Preferences:
    """Most buyers have none; some like small or women-led makers, a region, or protected names."""
    if random.random() < 0.6:
        return Preferences()
    return Preferences(
        gi="GI_AU" in draft.family.schemes and random.random() < 0.4,
        women_led=random.random() < 0.35,
        micro=random.random() < 0.2,
        languages=frozenset({"en"}) if random.random() < 0.3 else frozenset(),
        payment_terms=frozenset({random.choice(("LC at sight", "30 % advance", "60 days"))})
        if random.random() < 0.25
        else frozenset(),
        clusters=frozenset({draft.anchor.firm.cluster}) if random.random() < 0.2 else frozenset(),
    )
