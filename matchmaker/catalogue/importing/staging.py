"""Decides what would become of every row: created, changed, unchanged, or an error. Pure.

A row finds its product by the firm's own number, or by its name where the sheet has no numbers.
What was decided is decided again when it is applied; only if both agree it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.amounts import two_readings
from matchmaker.catalogue.facts import ProductFacts, attribute_faults, product_faults
from matchmaker.catalogue.importing.attributes import read_attributes
from matchmaker.catalogue.importing.headings import Layout, data_rows, folded
from matchmaker.catalogue.importing.no_products import only_text, why_no_product
from matchmaker.catalogue.importing.one_unit import settle_unit
from matchmaker.catalogue.importing.remarks import Remark, remark
from matchmaker.catalogue.importing.saying import as_said, is_same
from matchmaker.catalogue.importing.sheets import Sheet
from matchmaker.catalogue.importing.stating import Stated, state
from matchmaker.catalogue.importing.world import FamilyInfo, FirmInfo, Outcome, Skipped, World
from matchmaker.catalogue.versions import differences, facts_in, said_of
from matchmaker.errors import N_, BadInput, refuse
from matchmaker.slugs import slug_of

_COUNTS = ("moq", "per_package", "per_20ft", "per_40hc")
_SIZED = re.compile(r"\w*\d\w*")
DEFAULTS = ProductFacts(sku="", title="", description="", hs_code="", unit="", moq=Decimal(1))


def stage(sheet: Sheet, layout: Layout, world: World) -> Iterator[Outcome | Skipped]:
    """Every row behind the headings, in order."""
    seen: dict[tuple[int | None, str], int] = {}
    kinds = _Kinds(world)
    for number, cells in data_rows(layout, sheet):
        skipped = why_no_product(layout, cells)
        if skipped is not None:
            kinds.between = only_text(cells)
            yield Skipped(number, skipped)
            continue
        stated = state(layout, cells, world.hs_codes)
        outcome = _decide(number, stated, world, kinds)
        first = seen.setdefault((outcome.firm_id, outcome.sku), number) if outcome.sku else number
        if first != number and outcome.kind != "error":
            yield _twice(outcome, stated, first)
        else:
            yield outcome


def decide_again(outcome: Outcome, world: World) -> Outcome:
    """The same row held against what products say now."""
    firm = world.firms.get(outcome.firm_id or 0)
    if firm is None or outcome.kind == "error":
        return replace(outcome, kind="error")
    before = firm.products.get(outcome.sku)
    if before is None and outcome.kind != "created":
        return replace(outcome, kind="error")
    return _held_against(outcome, before, dict(outcome.stated))


# -- one row -----------------------------------------------------------------------------


@dataclass
class _Kinds:
    """Families of a sheet: as named, else guessed. `between`: the heading over these rows."""

    world: World
    between: str = ""

    def __post_init__(self) -> None:
        self._named: dict[str, str] = {}
        self._titles: dict[int, dict[str, list[str]]] = {}
        for family in self.world.families.values():
            for word in (family.key, family.name, *family.aliases):
                self._named.setdefault(folded(word), family.key)

    def named(self, text: str) -> str | None:
        """The family that goes by this word, or that this word surely means."""
        if found := self._named.get(folded(text)):
            return found
        ranked = self.world.guesser.rank(text, most=2)
        return ranked[0].key if ranked and ranked[0].is_sure else None

    def guessed(self, title: str, firm: FirmInfo) -> str | None:
        # Numbers and sizes say nothing of the kind: names that differ in them are asked once.
        asked = (" ".join(_SIZED.sub(" ", title).split()), firm.sector)
        if asked not in self.world.guesses:
            sectors = {firm.sector} if firm.sector else set()
            for text in (title, f"{self.between} {title}"):
                ranked = self.world.guesser.rank(text, sectors=sectors, most=1)
                if ranked:
                    break
            self.world.guesses[asked] = ranked[0].key if ranked else self._only(firm)
        return self.world.guesses[asked]

    def by_title(self, firm: FirmInfo) -> Mapping[str, list[str]]:
        """The numbers of a firm's products by their folded names."""
        if firm.id not in self._titles:
            found = self._titles[firm.id] = {}
            for sku, said in firm.products.items():
                found.setdefault(folded(str(said["title"])), []).append(sku)
        return self._titles[firm.id]

    def _only(self, firm: FirmInfo) -> str | None:
        """A firm that makes one kind of thing makes that."""
        made = {str(said.get("family")) for said in firm.products.values()}
        return made.pop() if len(made) == 1 else None


def _decide(number: int, stated: Stated, world: World, kinds: _Kinds) -> Outcome:
    firm = _firm(stated, world)
    sku = str(stated.facts.get("sku", ""))
    if firm is None:
        return Outcome(number, "error", sku=sku, troubles=tuple(stated.troubles))
    sku = sku or _sku_by_name(stated, firm, kinds)
    before = firm.products.get(sku)
    if before is None and "title" not in stated.facts and "title" not in stated.columns:
        stated.trouble("title", remark(N_("Say in a few words what the product is.")))
    family, is_guess = _family(stated, before, firm, world, kinds)
    if sku:
        stated.facts["sku"] = sku
    if family is not None:
        settle_unit(stated, before, family)
        _ask_back(stated, str(stated.facts.get("unit") or (before or {}).get("unit", "")))
        read_attributes(stated, before, family)
    outcome = Outcome(number, "error", firm.id, sku, is_guess=is_guess)
    if stated.troubles or family is None:
        plain_facts = {name: as_said(value) for name, value in stated.facts.items()}
        return replace(outcome, stated=plain_facts, troubles=tuple(stated.troubles))
    given = dict(stated.facts) | {"family": family.key}
    if before is None:
        given = {"hs_code": family.hs_code, "unit": family.unit, "moq": Decimal(1)} | given
    elif not stated.family:
        del given["family"]
    try:
        decided = _held_against(outcome, before, given)
        facts = facts_in(decided.said)
        refuse([*product_faults(facts), *attribute_faults(family.attributes, facts.attributes)])
    except BadInput as wrong:
        for each in wrong.every:
            _name_the_column(stated, each)
        return replace(outcome, troubles=tuple(stated.troubles))
    return decided


def _held_against(
    outcome: Outcome, before: Mapping[str, Any] | None, given: dict[str, Any]
) -> Outcome:
    """What a product says once the row is applied, and what that changes."""
    given = {name: as_said(value) for name, value in given.items()}
    start = before if before is not None else said_of(DEFAULTS, "", None)
    said = dict(start) | {
        name: value for name, value in given.items() if not is_same(start.get(name), value)
    }
    changes = tuple((each.field, each.before, each.after) for each in differences(start, said))
    kind = "created" if before is None else "changed" if changes else "unchanged"
    shown = tuple((name, None, after) for name, _, after in changes) if before is None else changes
    return replace(outcome, kind=kind, said=said, stated=given, changes=shown)


def _firm(stated: Stated, world: World) -> FirmInfo | None:
    if not stated.firm:
        if world.home is not None:
            return world.firms[world.home]
        stated.trouble("firm", remark(N_("Name the firm: you may write for several.")))
        return None
    asked = folded(stated.firm)
    matching = [
        each
        for each in world.firms.values()
        if asked in (folded(each.name), each.public_id.lower())
    ]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(sorted(each.name for each in world.firms.values())[:8])
    text = N_("You may not write for a firm of this name. You may for: %(names)s.")
    stated.trouble("firm", remark(text, names=names))
    return None


def _sku_by_name(stated: Stated, firm: FirmInfo, kinds: _Kinds) -> str:
    """The number of the product of this name; else one made of the name, always the same."""
    title = str(stated.facts.get("title", ""))
    if not title:
        return ""
    same = kinds.by_title(firm).get(folded(title), [])
    if len(same) == 1:
        return same[0]
    return slug_of(title, limit=40).upper()


def _family(
    stated: Stated,
    before: Mapping[str, Any] | None,
    firm: FirmInfo,
    world: World,
    kinds: _Kinds,
) -> tuple[FamilyInfo | None, bool]:
    if stated.family:
        key = kinds.named(stated.family)
        if key is not None:
            return world.families[key], False
        ranked = world.guesser.rank(stated.family, most=3)
        names = ", ".join(world.families[each.key].name for each in ranked)
        text = N_("This kind is not known. Nearest: %(names)s. The template lists all kinds.")
        if names:
            stated.trouble("family", remark(text, names=names))
        else:
            stated.trouble("family", remark(N_("This kind is not known. The template lists all.")))
        return None, False
    if before is not None:
        return world.families[str(before["family"])], False
    title = str(stated.facts.get("title", ""))
    key = kinds.guessed(title, firm) if title else None
    if key is None and title:
        text = N_("Add a column “Kind of product”: from this name the kind cannot be guessed.")
        stated.trouble("title", remark(text))
    return (world.families[key], True) if key else (None, False)


def _ask_back(stated: Stated, unit: str) -> None:
    """Where '1.000' of what is counted was read as one, ask whether a thousand was meant."""
    steps = stated.facts.get("tiers") or ()
    read = {Decimal(str(quantity)) for quantity, _price in steps}
    read |= {Decimal(str(stated.facts[name])) for name in _COUNTS if name in stated.facts}
    for key, (_heading, typed) in list(stated.columns.items()):
        is_count = key in _COUNTS or key.startswith("from:")
        if is_count and (words := two_readings(typed, unit)) and Decimal(typed.strip()) in read:
            stated.trouble(key, Remark(words))


def _twice(outcome: Outcome, stated: Stated, first: int) -> Outcome:
    key = "sku" if "sku" in stated.columns else "title"
    if key == "sku":
        text = N_("Row %(row)s has the same number. Give each product a number of its own.")
    else:
        text = N_("Row %(row)s has the same name. Add a column “Item number” to tell them apart.")
    stated.trouble(key, remark(text, row=first), stated.columns.get(key, ("", outcome.sku))[1])
    return replace(outcome, kind="error", said={}, changes=(), troubles=tuple(stated.troubles))


def _name_the_column(stated: Stated, wrong: BadInput) -> None:
    """A listing that may not be: shown at the cell that said so."""
    keys = {"from quantity": "from:2", "tiers": "price"}
    key = keys.get(wrong.field, wrong.field)
    if wrong.field == "price":
        steps = [name for name, (_, typed) in stated.columns.items() if name.startswith("price:")]
        key = steps[0] if steps else "price"
    stated.trouble(key, Remark(wrong.remedy))
