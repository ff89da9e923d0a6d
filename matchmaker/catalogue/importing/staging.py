"""Decides what would become of every row: created, changed, unchanged, or an error. Pure.

A row finds its product by the firm's own number, or by its name where the sheet has no numbers.
What was decided is decided again when it is applied; only if both agree it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.facts import ProductFacts, check_attributes, check_product
from matchmaker.catalogue.guessing import Families
from matchmaker.catalogue.importing.cells import Amount
from matchmaker.catalogue.importing.headings import Layout, data_rows, folded
from matchmaker.catalogue.importing.numbers import number_in, plain
from matchmaker.catalogue.importing.remarks import Remark, Unread, remark
from matchmaker.catalogue.importing.sheets import Cell, Sheet, text_of
from matchmaker.catalogue.importing.stating import Stated, Trouble, state
from matchmaker.catalogue.importing.units import unit_of
from matchmaker.catalogue.versions import differences, facts_in, said_of
from matchmaker.errors import N_, BadInput
from matchmaker.measures import UNITS, Incomparable, PieceFacts, Quantity, convert
from matchmaker.slugs import slug_of

_TOTALS = ("total", "grand total", "sub total", "subtotal", "sum", "ആകെ", "മൊത്തം", "कुल", "योग")
_SIZED = re.compile(r"\w*\d\w*")
DEFAULTS = ProductFacts(sku="", title="", description="", hs_code="", unit="", moq=Decimal(1))


@dataclass(frozen=True)
class FamilyInfo:
    """A kind of product. `attributes`: key → {label, unit, …}."""

    key: str
    name: str
    hs_code: str
    unit: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirmInfo:
    """A firm the sender may write for, and what its products say now, by their numbers."""

    id: int
    name: str
    public_id: str
    sector: str = ""
    products: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class World:
    """What rows are held against. `firms` by id; `home`: whose a row is that names no firm."""

    families: Mapping[str, FamilyInfo]
    guesser: Families
    hs_codes: frozenset[str]
    firms: Mapping[int, FirmInfo]
    home: int | None
    guesses: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def labels(self) -> dict[str, str]:
        """Folded labels of all attributes, for the headings."""
        return {
            folded(about.get("label", key)): about.get("label", key)
            for family in self.families.values()
            for key, about in family.attributes.items()
        }


@dataclass(frozen=True)
class Outcome:
    """What would become of a row. `said`: what the product would say, whole.

    `changes`: (field, before, after). `is_guess`: the family was guessed from the name.
    """

    number: int
    kind: str
    firm_id: int | None = None
    sku: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    stated: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[tuple[str, Any, Any], ...] = ()
    troubles: tuple[Trouble, ...] = ()
    is_guess: bool = False


@dataclass(frozen=True)
class Skipped:
    """A row that is no product: a total, a heading between rows, a note."""

    number: int
    why: Remark


def stage(sheet: Sheet, layout: Layout, world: World) -> Iterator[Outcome | Skipped]:
    """Every row behind the headings, in order."""
    seen: dict[tuple[int | None, str], int] = {}
    kinds = _Kinds(world)
    for number, cells in data_rows(layout, sheet):
        skipped = _no_product(layout, cells)
        if skipped is not None:
            kinds.between = _only_text(cells)
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
        _in_one_unit(stated, before, family)
        _attributes(stated, before, family)
    outcome = Outcome(number, "error", firm.id, sku, is_guess=is_guess)
    if stated.troubles or family is None:
        plain_facts = {name: _plain(value) for name, value in stated.facts.items()}
        return replace(outcome, stated=plain_facts, troubles=tuple(stated.troubles))
    given = dict(stated.facts) | {"family": family.key}
    if before is None:
        given = {"hs_code": family.hs_code, "unit": family.unit, "moq": Decimal(1)} | given
    elif not stated.family:
        del given["family"]
    try:
        decided = _held_against(outcome, before, given)
        facts = facts_in(decided.said)
        check_product(facts)
        check_attributes(family.attributes, facts.attributes)
    except BadInput as wrong:
        _name_the_column(stated, wrong)
        return replace(outcome, troubles=tuple(stated.troubles))
    return decided


def _held_against(
    outcome: Outcome, before: Mapping[str, Any] | None, given: dict[str, Any]
) -> Outcome:
    """What a product says once the row is applied, and what that changes."""
    given = {name: _plain(value) for name, value in given.items()}
    start = before if before is not None else said_of(DEFAULTS, "", None)
    said = dict(start) | {
        name: value for name, value in given.items() if not _same(start.get(name), value)
    }
    changes = tuple((each.field, each.before, each.after) for each in differences(start, said))
    kind = "created" if before is None else "changed" if changes else "unchanged"
    shown = tuple((name, None, after) for name, _, after in changes) if before is None else changes
    return replace(outcome, kind=kind, said=said, stated=given, changes=shown)


def _same(before: Any, after: Any) -> bool:
    """Whether a cell says what the product says already, in the way cells are read."""
    if isinstance(before, str) and isinstance(after, str):
        return before == after or before.split() == after.split()
    if isinstance(before, list) and isinstance(after, list):
        return [str(each).split() if isinstance(each, str) else each for each in before] == [
            str(each).split() if isinstance(each, str) else each for each in after
        ]
    return bool(before == after) or (before is not None and str(before) == str(after))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value


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


# -- units and prices --------------------------------------------------------------------


def _in_one_unit(stated: Stated, before: Mapping[str, Any] | None, family: FamilyInfo) -> None:
    """Settle the unit of the product and say minimum and prices in it."""
    per = {price.unit for _, price in stated.steps if price.unit}
    if len(per) > 1:
        stated.trouble("price", remark(N_("Give all prices of a product for the same unit.")))
        return
    was = str(before["unit"]) if before else None
    own = [stated.unit, *per, was, _unit_of_quantity(stated), family.unit]
    unit = next(each for each in own if each)
    stated.facts |= {"unit": unit} if unit != was else {}
    currencies = {price.currency for _, price in stated.steps if price.currency}
    if stated.currency:
        currencies.add(stated.currency)
    if len(currencies) > 1:
        stated.trouble("price", remark(N_("Give all prices of a product in one currency.")))
        return
    if currencies:
        stated.facts["currency"] = currencies.pop()
    if stated.moq is not None:
        _keep_moq(stated, unit)
    elif before is None and stated.steps and stated.steps[0][0] is not None:
        stated.moq = stated.steps[0][0]
        _keep_moq(stated, unit)
    if stated.steps or stated.unpriced:
        _keep_steps(stated, before, unit)


def _unit_of_quantity(stated: Stated) -> str | None:
    return stated.moq.unit if stated.moq else None


def _keep_moq(stated: Stated, unit: str) -> None:
    assert stated.moq is not None
    try:
        stated.facts["moq"] = _converted(stated.moq, unit, stated)
    except Unread as unread:
        stated.trouble("moq", unread.remedy)


def _keep_steps(stated: Stated, before: Mapping[str, Any] | None, unit: str) -> None:
    moq = stated.facts.get("moq") or Decimal(str(before["moq"]) if before else 1)
    try:
        steps = [
            (_converted(start, unit, stated) if start else moq, _price_in(price, unit))
            for start, price in stated.steps
        ]
    except Unread as unread:
        stated.trouble("price", unread.remedy)
        return
    kept = [[_plain(quantity), _plain(price)] for quantity, price in steps]
    if before is not None and len(kept) == 1 and stated.steps[0][0] is None and before["tiers"]:
        # Only one price and no quantity: the first price is meant, and the steps stay.
        first = before["tiers"][0]
        if Decimal(kept[0][1]) == Decimal(first[1]):
            return
        if len(before["tiers"]) == 1 and "moq" not in stated.facts:
            kept[0][0] = first[0]
    stated.facts["tiers"] = kept


def _converted(amount: Amount, unit: str, stated: Stated) -> Decimal:
    """The quantity in the unit of the product. Raises Unread naming what is missing."""
    if amount.unit is None or amount.unit == unit:
        return amount.value
    weight = stated.facts.get("net_kg")
    facts = PieceFacts(net_kg=weight, area_m2=stated.facts.get("unit_m2"))
    try:
        done = convert(Quantity(amount.value, amount.unit), unit, unit, facts).quantity.amount
    except Incomparable:
        raise Unread(_other_unit(amount.unit, unit)) from None
    return done.quantize(Decimal("0.0001"))


def _price_in(price: Amount, unit: str) -> Decimal:
    """The price of one `unit`: per dozen ÷ 12 is per piece."""
    if price.unit is None or price.unit == unit:
        return price.value
    given, wanted = UNITS[price.unit], UNITS[unit]
    if given.dimension != wanted.dimension:
        raise Unread(_other_unit(price.unit, unit))
    value = (price.value * wanted.factor / given.factor).quantize(Decimal("0.0001"))
    if value <= 0:
        raise Unread(remark(N_("This number is too small.")))
    return value


def _other_unit(given: str, unit: str) -> Remark:
    text = N_("This is given in %(given)s, the product is sold by the %(unit)s. Use one unit.")
    return remark(text, given=UNITS[given].name, unit=UNITS[unit].name)


# -- attributes --------------------------------------------------------------------------


def _attributes(stated: Stated, before: Mapping[str, Any] | None, family: FamilyInfo) -> None:
    for heading, (text, is_text) in stated.properties.items():
        key, unit = _attribute_of(heading, family)
        about = family.attributes.get(key, {})
        name = f"attributes.{key}"
        was = before.get(name) if before else None
        if was is not None and _same(was, text):
            continue
        try:
            stated.facts[name] = _attribute_value(text, is_text, about, unit)
        except Unread as unread:
            stated.trouble(f"attributes.{heading}", unread.remedy)


def _attribute_of(heading: str, family: FamilyInfo) -> tuple[str, str | None]:
    """The key of the family's attribute with this label, and the unit the heading names."""
    bare, _, rest = heading.rpartition(" (")
    unit = unit_of(rest.rstrip(")")) if bare and rest.endswith(")") else None
    for asked in (heading, bare):
        for key, about in family.attributes.items():
            if asked and folded(asked) in (folded(about.get("label", key)), folded(key)):
                return key, unit[0] if unit else None
    return (bare if unit else heading)[:60], None


def _attribute_value(text: str, is_text: bool, about: Mapping[str, Any], given: str | None) -> Any:
    """A number where the family has a unit and the cell a number; else the words."""
    unit = str(about.get("unit", ""))
    if not is_text and not unit:
        return _as_number(Decimal(text))
    if not unit or unit not in UNITS:
        return text if is_text else _as_number(Decimal(text))
    clean = plain(text)
    parts = clean.split()
    try:
        value = number_in(parts[0]) if len(parts) in (1, 2) and parts[0][:1].isdigit() else None
    except (Unread, ArithmeticError):
        value = None
    if value is None:
        return text
    said = unit_of(parts[1]) if len(parts) == 2 else None
    if len(parts) == 2 and said is None:
        return text
    came = said[0] if said else given or unit
    if UNITS[came].dimension != UNITS[unit].dimension:
        raise Unread(_other_unit(came, unit))
    return _as_number((value * UNITS[came].factor / UNITS[unit].factor).quantize(Decimal("0.0001")))


def _as_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


# -- rows that are none ------------------------------------------------------------------


def _no_product(layout: Layout, cells: Sequence[Cell]) -> Remark | None:
    texts = [text_of(each).strip() for each in cells]
    filled = [(place, each) for place, each in enumerate(texts) if each]
    first = folded(filled[0][1]) if filled else ""
    words = [folded(each) for _, each in filled]
    if any(each in _TOTALS or each.startswith(("total ", "grand total")) for each in words[:3]):
        return remark(N_("a row of totals"))
    headings = {folded(each) for each in layout.headings if each}
    if len(filled) > 1 and sum(each in headings for each in words) * 2 > len(words):
        return remark(N_("the headings once more"))
    useful = [place for place, _ in filled if place in layout.taken]
    if len(filled) == 1 and len(layout.taken) > 1:
        sku = layout.taken.get(filled[0][0])
        if sku is None or sku.key != "sku" or not first.isalnum():
            return remark(N_("only one cell is filled: “%(text)s”"), text=filled[0][1])
    if not useful:
        return remark(N_("nothing stands in the columns that are read"))
    return None


def _only_text(cells: Sequence[Cell]) -> str:
    filled = [text_of(each).strip() for each in cells if text_of(each).strip()]
    return filled[0] if len(filled) == 1 and not filled[0][:1].isdigit() else ""


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
