"""The history of a product: who changed what and when, taken back, or taken as a beginning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation, User
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.models import Product, ProductFamily
from matchmaker.catalogue.services import (
    change_product,
    facts_of,
    list_product,
    said_by,
)
from matchmaker.catalogue.upkeep import ProductVersion
from matchmaker.catalogue.versions import Difference, Said, differences, facts_in, undone
from matchmaker.errors import BadInput, Conflict, NotFound
from matchmaker.wording import gettext as _

LAST = 50  # versions a page shows


@dataclass(frozen=True)
class Entry:
    """One change. `person` and `organisation` None: the system, or somebody erased since."""

    number: int
    at: dt.datetime
    person: str | None
    organisation: str | None
    note: str
    differences: tuple[Difference, ...]
    is_first: bool


def history_of(db: Session, product: Product) -> list[Entry]:
    """The changes of a product, the last first: three queries, however many there are."""
    versions = db.scalars(
        select(ProductVersion)
        .where(ProductVersion.product_id == product.id)
        .order_by(ProductVersion.number.desc())
        .limit(LAST + 1)
    ).all()
    people = _names(db, User, {each.by for each in versions})
    parties = _names(db, Organisation, {each.organisation or "" for each in versions})
    earlier: Sequence[ProductVersion | None] = [*versions, None][1:]
    return [
        Entry(
            number=each.number,
            at=each.at,
            person=people.get(each.by),
            organisation=parties.get(each.organisation or ""),
            note=each.note,
            differences=differences(before.facts, each.facts) if before else (),
            is_first=before is None,
        )
        for each, before in zip(versions, earlier, strict=True)
    ][:LAST]


def last_editor(db: Session, product: Product) -> str | None:
    """The name of whoever made the last change; None for the system."""
    latest = _version(db, product, product.version)
    return _names(db, User, {latest.by}).get(latest.by) if latest else None


def version_said(db: Session, product: Product, number: int) -> Said | None:
    """What the product said in a version, or None where nobody wrote it down."""
    if number == product.version:
        return said_by(product)
    version = _version(db, product, number)
    return version.facts if version else None


def save_said(
    db: Session,
    actor: Actor,
    product: Product,
    said: Said,
    reason: str = "",
    *,
    expected: int | None = None,
) -> Product:
    """Make the product say what a version says. Raises BadInput, ChangedMeanwhile."""
    family = db.scalar(select(ProductFamily).where(ProductFamily.key == said["family"]))
    if family is None:
        raise BadInput("family", said["family"], _("Choose what kind of product it is."))
    line = db.get(ProductionLine, said["line"]) if said["line"] else None
    facts = replace(
        facts_in(said),
        price_confirmed_on=product.price_confirmed_on,
        lead_confirmed_on=product.lead_confirmed_on,
    )
    return change_product(
        db, actor, product, facts, reason, family=family, line=line, expected=expected
    )


def undo_change(db: Session, actor: Actor, product: Product, number: int) -> tuple[str, ...]:
    """Take back what version `number` changed; fields changed again since keep what they say.

    Returns the names of those fields. Raises NotFound, and Conflict where nothing is left to
    take back. An undo is a change like any other: it can be undone.
    """
    after, before = _version(db, product, number), _version(db, product, number - 1)
    if after is None or before is None:
        raise NotFound(_("This change is not on record."))
    result = undone(before.facts, after.facts, said_by(product))
    if not result.restored:
        raise Conflict(_("Everything this change touched was changed again since."))
    reason = _("Took back change %(number)s", number=number)
    save_said(db, actor, product, result.said, reason, expected=product.version)
    return result.left


def set_state(db: Session, actor: Actor, product: Product, state: str) -> Product:
    """Make it a draft, publish it, or hide it."""
    return change_product(db, actor, product, replace(facts_of(product), state=state))


def duplicate_product(db: Session, actor: Actor, product: Product) -> Product:
    """A draft that says the same under a new number of the firm's own; photos stay behind."""
    taken = set(db.scalars(select(Product.sku).where(Product.firm_id == product.firm_id)))
    facts = replace(
        facts_of(product), sku=_free_number(product.sku, taken), state="draft", has_photo=False
    )
    copy = list_product(db, actor, product.firm, product.family, facts, line=product.line)
    # Nobody stood by these facts just now: they are as old as those they were copied from.
    copy.price_confirmed_on = product.price_confirmed_on
    copy.lead_confirmed_on = product.lead_confirmed_on
    return copy


def _free_number(sku: str, taken: set[str]) -> str:
    number = 2
    while (candidate := f"{sku[:35]}-{number}") in taken:
        number += 1
    return candidate


def _version(db: Session, product: Product, number: int) -> ProductVersion | None:
    if not 0 < number <= product.version:
        return None  # a number of an address may be larger than any database takes
    return db.scalar(
        select(ProductVersion).where(
            ProductVersion.product_id == product.id, ProductVersion.number == number
        )
    )


def _names(db: Session, kind: type[User | Organisation], ids: set[str]) -> dict[str, Any]:
    rows = db.execute(select(kind.public_id, kind.name).where(kind.public_id.in_(ids)))
    return {row.public_id: row.name for row in rows}
