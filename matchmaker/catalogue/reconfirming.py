"""Prices, lead times and capacities that a firm stands by again: one by one or all at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.freshness import Standing, standing_of
from matchmaker.catalogue.line_calendar import months_from, note_line, set_capacity
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.queries import product_of
from matchmaker.catalogue.services import change_product, facts_of
from matchmaker.errors import BadInput, NotFound
from matchmaker.wording import gettext as _

Kind = Literal["price", "lead", "capacity"]


@dataclass(frozen=True)
class Fact:
    """Something a firm said that may have changed.

    `public_id`: of the product, for a capacity of the first that is made on the line. `about`:
    the title of the product or the name of the line. `unit`: what price and capacity
    are for. A price has the lowest and the highest of its steps; a capacity the least and the
    most of the coming months; of one value both are the same. A lead time is in days.
    """

    kind: Kind
    public_id: str
    about: str
    low: Decimal
    high: Decimal
    unit: str
    currency: str
    confirmed_on: dt.date | None
    standing: Standing

    @property
    def key(self) -> str:
        """What a form names it by."""
        return f"{self.kind}-{self.public_id}"

    @property
    def is_single(self) -> bool:
        """Whether one number can replace it."""
        return self.low == self.high


def facts_to_confirm(
    db: Session, firm: Firm, today: dt.date, *, also_fresh: bool = False
) -> list[Fact]:
    """What has grown old or is about to, the oldest first; hidden listings are left in peace.

    Four queries, however much the firm makes.
    """
    products = list(
        db.scalars(
            select(Product)
            .where(Product.firm_id == firm.id, Product.state != "hidden")
            .options(selectinload(Product.tiers))
            .order_by(Product.id)
        )
    )
    used = {product.line_id: product.public_id for product in reversed(products)}
    lines = db.scalars(
        select(ProductionLine)
        .where(ProductionLine.firm_id == firm.id, ProductionLine.id.in_(set(used) - {None}))
        .options(selectinload(ProductionLine.months))
        .order_by(ProductionLine.id)
    )
    found = [fact for product in products for fact in _of_product(product, today)]
    found += [fact for line in lines if (fact := _of_line(line, used[line.id], today))]
    wanted = [each for each in found if also_fresh or each.standing != "fresh"]
    return sorted(wanted, key=lambda each: each.confirmed_on or dt.date.min)


def confirm(db: Session, actor: Actor, firm: Firm, keys: Collection[str], today: dt.date) -> int:
    """Stand by these facts as of today; how many there were. The caller commits.

    What was confirmed today already is not noted twice, so sending it again does no harm.
    Raises NotFound for a fact that is not this firm's.
    """
    actor.must_write_for(firm.organisation_id)
    wanted = dict.fromkeys(keys)
    for key in wanted:
        _confirm_one(db, actor, firm, *_parts(key), today)
    return len(wanted)


def restate(
    db: Session, actor: Actor, firm: Firm, key: str, value: Decimal, today: dt.date
) -> None:
    """Say what it is now instead, and stand by that. The caller commits.

    Raises BadInput where the value cannot be, or the price has several steps.
    """
    actor.must_write_for(firm.organisation_id)
    kind, public_id = _parts(key)
    product = product_of(db, firm, public_id)
    if kind == "capacity":
        months = dict.fromkeys(months_from(today), value)
        set_capacity(db, actor, firm, _line(product), months, today)
        return
    facts = facts_of(product)
    if kind == "lead":
        if value != value.to_integral_value():
            raise BadInput("lead_days", value, _("Enter whole days."))
        facts = replace(facts, lead_days=int(value), lead_confirmed_on=today)
    elif len(facts.tiers) > 1:
        raise BadInput("price", value, _("This product has prices by quantity: change them there."))
    else:
        first = facts.tiers[0][0] if facts.tiers else facts.moq
        facts = replace(facts, tiers=((first, value),), price_confirmed_on=today)
    change_product(db, actor, product, facts)


def _of_product(product: Product, today: dt.date) -> Iterable[Fact]:
    prices = [tier.price for tier in product.tiers]
    shared = (product.public_id, product.title)
    if prices:
        on = product.price_confirmed_on
        yield Fact(
            "price",
            *shared,
            min(prices),
            max(prices),
            product.unit,
            product.currency,
            on,
            standing_of(on, today),
        )
    if product.lead_days is not None:
        days, on = Decimal(product.lead_days), product.lead_confirmed_on
        yield Fact("lead", *shared, days, days, "DAY", "", on, standing_of(on, today))


def _of_line(line: ProductionLine, public_id: str, today: dt.date) -> Fact | None:
    coming = set(months_from(today))
    made = [each.capacity for each in line.months if each.month in coming]
    if not made:
        return None
    on = line.confirmed_on
    return Fact(
        "capacity",
        public_id,
        line.name,
        min(made),
        max(made),
        line.unit,
        "",
        on,
        standing_of(on, today),
    )


def _confirm_one(
    db: Session, actor: Actor, firm: Firm, kind: str, public_id: str, today: dt.date
) -> None:
    product = product_of(db, firm, public_id)
    on_line = kind == "capacity"
    holder = _line(product) if on_line else product
    column = "confirmed_on" if on_line else f"{kind}_confirmed_on"
    before = getattr(holder, column)
    setattr(holder, column, today)
    if before == today:
        return
    if on_line:
        note_line(db, product.line)
    else:
        note_changes(db, [Change("product", product.id, "saved")])
    record(
        db,
        actor,
        f"{kind}.confirmed",
        "product",
        public_id,
        before={"confirmed_on": str(before) if before else None},
        after={"confirmed_on": str(today)},
    )


def _parts(key: str) -> tuple[str, str]:
    kind, _dash, public_id = key.partition("-")
    if kind not in ("price", "lead", "capacity") or not public_id:
        raise NotFound(_("There is no such fact in your catalogue."))
    return kind, public_id


def _line(product: Product) -> ProductionLine:
    if product.line is None:
        raise NotFound(_("There is no such fact in your catalogue."))
    return product.line  # type: ignore[no-any-return]
