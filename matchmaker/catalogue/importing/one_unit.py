"""The unit a product is sold by, and its minimum and prices said in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.importing.cells import Amount
from matchmaker.catalogue.importing.remarks import Remark, Unread, remark
from matchmaker.catalogue.importing.saying import as_said
from matchmaker.catalogue.importing.stating import Stated
from matchmaker.catalogue.importing.world import FamilyInfo
from matchmaker.errors import N_
from matchmaker.measures import UNITS, Incomparable, PieceFacts, Quantity, convert


def settle_unit(stated: Stated, before: Mapping[str, Any] | None, family: FamilyInfo) -> None:
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
    kept = [[as_said(quantity), as_said(price)] for quantity, price in steps]
    if before is not None and before["tiers"] and _has_one_price_column(stated):
        first, *further = before["tiers"]
        if stated.steps[0][0] is None and Decimal(kept[0][1]) == Decimal(first[1]):
            return
        if stated.steps[0][0] is None and (further or "moq" not in stated.facts):
            kept[0][0] = first[0]
        if further and Decimal(kept[0][0]) == Decimal(first[0]):
            kept += further
            is_same = unit == before["unit"]
            is_same &= stated.facts.get("currency", before["currency"]) == before["currency"]
            _must_fit(stated, kept, is_same)
    stated.facts["tiers"] = kept


def _has_one_price_column(stated: Stated) -> bool:
    """Whether the sheet has no place for prices by quantity: then it says nothing of them."""
    headed = {*stated.columns, *stated.left_empty}
    return len(stated.steps) == 1 and not any(each in headed for each in ("price:2", "from:2"))


def _must_fit(stated: Stated, kept: list[list[str]], is_same: bool) -> None:
    """The further steps stay as they are: of the same unit and currency, below the first."""
    quantity, price = kept[1]
    if not is_same or Decimal(kept[0][1]) <= Decimal(price):
        text = N_(
            "This product has prices by quantity (from %(quantity)s: %(price)s), and this one does"
            " not fit them. Add the columns “Price 2” and “From quantity 2”, or change it on its"
            " page."
        )
        stated.trouble("price", remark(text, quantity=quantity, price=price))


def _converted(amount: Amount, unit: str, stated: Stated) -> Decimal:
    """The quantity in the unit of the product. Raises Unread naming what is missing."""
    if amount.unit is None or amount.unit == unit:
        return amount.value
    weight = stated.facts.get("net_kg")
    facts = PieceFacts(net_kg=weight, area_m2=stated.facts.get("unit_m2"))
    try:
        done = convert(Quantity(amount.value, amount.unit), unit, unit, facts).quantity.amount
    except Incomparable:
        raise Unread(other_unit(amount.unit, unit)) from None
    return done.quantize(Decimal("0.0001"))


def _price_in(price: Amount, unit: str) -> Decimal:
    """The price of one `unit`: per dozen ÷ 12 is per piece."""
    if price.unit is None or price.unit == unit:
        return price.value
    given, wanted = UNITS[price.unit], UNITS[unit]
    if given.dimension != wanted.dimension:
        raise Unread(other_unit(price.unit, unit))
    value = (price.value * wanted.factor / given.factor).quantize(Decimal("0.0001"))
    if value <= 0:
        raise Unread(remark(N_("This number is too small.")))
    return value


def other_unit(given: str, unit: str) -> Remark:
    """Why an amount cannot be said in the unit of the product."""
    text = N_("This is given in %(given)s, the product is sold by the %(unit)s. Use one unit.")
    return remark(text, given=UNITS[given].name, unit=UNITS[unit].name)
