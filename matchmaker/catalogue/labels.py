"""What the fields of a product are called, and what they say, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.errors import N_
from matchmaker.measures import UNITS
from matchmaker.wording import gettext as _

LABELS: Mapping[str, str] = {
    "family": N_("Kind of product"),
    "line": N_("Production line"),
    "sku": N_("Your own number"),
    "title": N_("Name"),
    "description": N_("Description"),
    "hs_code": N_("HS code"),
    "unit": N_("Sold by the"),
    "moq": N_("Minimum order"),
    "standards": N_("Made to standards"),
    "gi": N_("Geographical indication"),
    "state": N_("State"),
    "net_kg": N_("Net weight of one"),
    "gross_kg": N_("Gross weight of one, packed"),
    "unit_m2": N_("Area of one"),
    "unit_m3": N_("Volume of one, packed"),
    "package_kind": N_("Packed in"),
    "per_package": N_("In one package"),
    "per_20ft": N_("In a 20′ container"),
    "per_40hc": N_("In a 40′ high-cube container"),
    "lead_days": N_("Lead time"),
    "currency": N_("Currency"),
    "incoterm": N_("Incoterm"),
    "incoterm_place": N_("Named place"),
    "price_audience": N_("Who sees the price"),
    "tiers": N_("Prices"),
    "line_factor": N_("Share of the line"),
}
STATES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "published": N_("Published"),
    "hidden": N_("Hidden"),
}
AUDIENCES: Mapping[str, str] = {
    "public": N_("Everybody"),
    "verified": N_("Buyers verified by a desk"),
    "request": N_("Nobody: on request"),
}
PACKAGES: Mapping[str, str] = {
    "carton": N_("carton"),
    "bale": N_("bale"),
    "bag": N_("bag"),
    "pallet": N_("pallet"),
    "drum": N_("drum"),
    "crate": N_("crate"),
    "roll": N_("roll"),
    "sack": N_("sack"),
}
INCOTERMS: Mapping[str, str] = {
    "EXW": N_("from your gate"),
    "FCA": N_("handed to the carrier"),
    "CPT": N_("carriage paid"),
    "CIP": N_("carriage and insurance paid"),
    "DAP": N_("delivered at place"),
    "DPU": N_("delivered and unloaded"),
    "DDP": N_("delivered, duty paid"),
    "FAS": N_("alongside the ship"),
    "FOB": N_("on board the ship"),
    "CFR": N_("cost and freight"),
    "CIF": N_("cost, insurance and freight"),
}
_WORDS = {
    "state": STATES,
    "price_audience": AUDIENCES,
    "package_kind": PACKAGES,
}
_KG, _DAYS = "kg", N_("days")


@dataclass(frozen=True)
class Names:
    """What is looked up to say versions in words: names of families by key, of lines by number."""

    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[int, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """The name of a field."""
        if name.startswith("attributes."):
            key = name.removeprefix("attributes.")
            return str(self.attributes.get(key, {}).get("label", key.replace("_", " ")))
        return str(_(LABELS.get(name, name)))

    def say(self, name: str, value: Any) -> str:
        """A value of a version in words; empty where nothing was said."""
        if value in (None, "", []):
            return ""
        if name in _WORDS:
            return str(_(_WORDS[name].get(value, value)))
        if name == "tiers":
            return "; ".join(_("from %(from)s: %(price)s", **_step(each)) for each in value)
        if name == "standards":
            return ", ".join(value)
        if name == "unit":
            return UNITS[value].name if value in UNITS else str(value)
        return self._plain(name, value)

    def _plain(self, name: str, value: Any) -> str:
        if name == "family":
            return self.families.get(value, str(value))
        if name == "line":
            return self.lines.get(value, str(_("a line that is gone")))
        unit = ""
        if name.startswith("attributes."):
            unit = unit_of(self.attributes.get(name.removeprefix("attributes."), {}))
        elif name in ("net_kg", "gross_kg"):
            unit = _KG
        elif name == "lead_days":
            unit = _(_DAYS)
        return f"{value} {unit}".strip()


def unit_of(attribute: Mapping[str, Any]) -> str:
    """The sign of an attribute's unit: 'mm', '%', 'Shore A'."""
    unit = str(attribute.get("unit") or "")
    return UNITS[unit].symbol if unit in UNITS else unit


def _step(tier: Any) -> dict[str, str]:
    return {"from": tier[0], "price": tier[1]}
