"""Writes what was agreed to: everything or nothing, in one transaction.

The same checks and the same traces as `catalogue.services` for one product: a version that can
come back, an entry in the audit trail, a note in the change log. Only in bulk, so that ten
thousand rows take seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import AuditEntry, Organisation
from matchmaker.catalogue.facts import ProductFacts
from matchmaker.catalogue.importing.queries import products_of, sender_of, world_of
from matchmaker.catalogue.importing.remarks import Remark, remark
from matchmaker.catalogue.importing.services import fail, restage
from matchmaker.catalogue.importing.staging import decide_again
from matchmaker.catalogue.importing.world import Outcome
from matchmaker.catalogue.models import Firm, PriceTier, Product, ProductFamily
from matchmaker.catalogue.services import PRICED_BY
from matchmaker.catalogue.upkeep import CatalogueImport, ImportRow, ProductVersion
from matchmaker.catalogue.versions import facts_in
from matchmaker.errors import N_, NotAllowed
from matchmaker.orm import new_public_id, utc_now
from matchmaker.slugs import slug_of

AT_ONCE = 500
BROKE_OFF = N_(
    "This broke off. Nothing was written. Those who run the site see why; "
    "please send the file again later."
)
Tell = Callable[[int, int], None]
log = structlog.get_logger("matchmaker.import")


@dataclass
class _Writing:
    """One import on its way into the tables."""

    db: Session
    actor: Actor
    row: CatalogueImport
    families: Mapping[str, int]
    parties: Mapping[int, Organisation]
    now: dt.datetime
    note: str

    def trace(self, firm_id: int) -> dict[str, Any]:
        """Who, and for whom: an agent's act names both."""
        own = self.actor.organisation
        party = self.parties[firm_id]
        return {
            "actor": self.actor.signature,
            "organisation": own.public_id if own else None,
            "on_behalf_of": party.public_id if own is None or party.id != own.id else None,
        }


def apply_import(db: Session, row: CatalogueImport, tell: Tell) -> None:
    """Write the created and changed rows of a staged import. The caller commits.

    Where something changed since the preview nothing is written: the sheet is read again and
    the person is asked again. Nothing happens to an import that is no longer being applied, so
    that a job may come twice.
    """
    if row.state != "applying":
        return
    try:
        actor = sender_of(db, row)
    except NotAllowed as refusal:
        fail(row, Remark(refusal.message))
        return
    staged = [_outcome(each) for each in _rows(db, row)]
    again, differing = _decided_again(db, actor, staged)
    if differing:
        _ask_again(row, differing)
        return
    try:
        with db.begin_nested():
            _write(db, actor, row, again, tell)
    except IntegrityError as clash:
        _tell_apart(db, actor, row, staged, clash)
        return
    row.state, row.applied_at = "applied", utc_now()


def _decided_again(
    db: Session, actor: Actor, staged: Sequence[Outcome]
) -> tuple[list[Outcome], int]:
    """The same rows held against what products say now, and how many come out otherwise."""
    world = world_of(db, actor, {each.firm_id for each in staged if each.firm_id})
    again = [decide_again(each, world) for each in staged]
    return again, sum(_differs(old, new) for old, new in zip(staged, again, strict=True))


def _tell_apart(
    db: Session,
    actor: Actor,
    row: CatalogueImport,
    staged: Sequence[Outcome],
    clash: IntegrityError,
) -> None:
    """Ask again where somebody saved one of these in the same moment; else the fault is ours.

    Rows that nobody touched and the database refuses would be refused each time they are asked
    about, so that import ends here.
    """
    db.expire_all()
    _, differing = _decided_again(db, actor, staged)
    if differing:
        _ask_again(row, differing)
        return
    # The first line names the constraint; those below may show the row.
    reason = str(clash.orig).partition("\n")[0]
    log.error("import refused by the database", import_id=row.public_id, reason=reason)
    fail(row, Remark(BROKE_OFF))


def _rows(db: Session, row: CatalogueImport) -> list[ImportRow]:
    asked = select(ImportRow).where(
        ImportRow.import_id == row.id, ImportRow.kind.in_(("created", "changed"))
    )
    return list(db.scalars(asked.order_by(ImportRow.number)))


def _outcome(row: ImportRow) -> Outcome:
    return Outcome(
        number=row.number,
        kind=row.kind,
        firm_id=row.firm_id,
        sku=row.sku,
        stated=row.facts["stated"],
        changes=tuple((each[0], each[1], each[2]) for each in row.changes),
        is_guess=bool(row.facts.get("guess")),
    )


def _differs(old: Outcome, new: Outcome) -> bool:
    return old.kind != new.kind or list(map(list, old.changes)) != list(map(list, new.changes))


def _ask_again(row: CatalogueImport, count: int) -> None:
    text = N_(
        "Nothing was written: %(count)s of the products changed since you looked. "
        "This is what would happen now."
    )
    restage(row, remark(text, count=count))


def _write(
    db: Session, actor: Actor, row: CatalogueImport, outcomes: Sequence[Outcome], tell: Tell
) -> None:
    firms = sorted({each.firm_id for each in outcomes if each.firm_id})
    rows = db.execute(
        select(Firm.id, Organisation).join(Firm.organisation).where(Firm.id.in_(firms))
    )
    writing = _Writing(
        db=db,
        actor=actor,
        row=row,
        families=dict(db.execute(select(ProductFamily.key, ProductFamily.id)).all()),
        parties=dict(rows.all()),
        now=utc_now(),
        note=row.file_name[-200:],
    )
    products = {(p.firm_id, p.sku): p for p in products_of(db, firms)}
    changed: list[int] = []
    total = len(outcomes)
    for start in range(0, total, AT_ONCE):
        part = outcomes[start : start + AT_ONCE]
        changed += _create(writing, [each for each in part if each.kind == "created"])
        changed += _change(writing, [each for each in part if each.kind == "changed"], products)
        tell(min(start + AT_ONCE, total), total)
    db.expire_all()
    note_changes(
        db,
        [Change("product", each, "saved") for each in changed]
        + [Change("firm", each, "saved") for each in firms],
    )


def _create(writing: _Writing, outcomes: Sequence[Outcome]) -> list[int]:
    if not outcomes:
        return []
    rows = [_new_row(writing, each) for each in outcomes]
    asked = insert(Product).returning(Product.id, sort_by_parameter_order=True)
    numbers = list(writing.db.scalars(asked, rows))
    _put_tiers(writing.db, zip(numbers, outcomes, strict=True))
    _put_versions(writing, [(n, 1, each) for n, each in zip(numbers, outcomes, strict=True)])
    writing.db.execute(
        insert(AuditEntry),
        [
            _entry(writing, each, "product.listed", row["public_id"], None, {"title": row["title"]})
            for row, each in zip(rows, outcomes, strict=True)
        ],
    )
    return numbers


def _new_row(writing: _Writing, outcome: Outcome) -> dict[str, Any]:
    facts, identity = facts_in(outcome.said), new_public_id()
    today = writing.now.date()
    return _columns(facts) | {
        "public_id": identity,
        "firm_id": outcome.firm_id,
        "family_id": writing.families[str(outcome.said["family"])],
        "family_is_guess": outcome.is_guess,
        "slug": f"{slug_of(facts.title)}-{identity[:6]}",
        "price_confirmed_on": today if facts.tiers else None,
        "lead_confirmed_on": today if facts.lead_days is not None else None,
    }


def _change(
    writing: _Writing, outcomes: Sequence[Outcome], products: Mapping[tuple[int, str], Product]
) -> list[int]:
    if not outcomes:
        return []
    db = writing.db
    pairs = [(products[each.firm_id or 0, each.sku], each) for each in outcomes]
    _keep_left_versions(writing, pairs)
    versions = [(product.id, product.version + 1, each) for product, each in pairs]
    db.execute(update(Product), [_changed_row(writing, p, each) for p, each in pairs])
    repriced = [(p.id, each) for p, each in pairs if "tiers" in _names(each)]
    db.execute(delete(PriceTier).where(PriceTier.product_id.in_([n for n, _ in repriced])))
    _put_tiers(db, repriced)
    _put_versions(writing, versions)
    entries = []
    for product, each in pairs:
        before = {name: was for name, was, _ in each.changes}
        after = {name: now for name, _, now in each.changes}
        entries.append(_entry(writing, each, "product.changed", product.public_id, before, after))
    db.execute(insert(AuditEntry), entries)
    return [product.id for product, _ in pairs]


def _names(outcome: Outcome) -> set[str]:
    return {name for name, _, _ in outcome.changes}


def _changed_row(writing: _Writing, product: Product, outcome: Outcome) -> dict[str, Any]:
    facts, names = facts_in(outcome.said), _names(outcome)
    today = writing.now.date()
    row = _columns(facts) | {
        "id": product.id,
        "family_id": writing.families[str(outcome.said["family"])],
        "family_is_guess": product.family_is_guess and "family" not in names,
        "version": product.version + 1,
        "updated_at": writing.now,
        "price_confirmed_on": product.price_confirmed_on,
        "lead_confirmed_on": product.lead_confirmed_on,
    }
    if product.hidden_because is not None:
        row["state"] = "hidden"  # by the desk, whatever a sheet says
    if names & PRICED_BY:
        row["price_confirmed_on"] = today if facts.tiers else None
    if "lead_days" in names:
        row["lead_confirmed_on"] = today if facts.lead_days is not None else None
    return row


def _keep_left_versions(writing: _Writing, pairs: Sequence[tuple[Product, Outcome]]) -> None:
    """Write down the version that is left, where nobody has yet."""
    db = writing.db
    keys = [(product.id, product.version) for product, _ in pairs]
    asked = select(ProductVersion.product_id, ProductVersion.number)
    written = set(
        db.execute(
            asked.where(tuple_(ProductVersion.product_id, ProductVersion.number).in_(keys))
        ).all()
    )
    rows = []
    for product, outcome in pairs:
        if (product.id, product.version) in written:
            continue
        before = {**outcome.said, **{name: was for name, was, _ in outcome.changes}}
        rows.append(
            {
                "product_id": product.id,
                "number": product.version,
                "at": product.updated_at,
                "by": "system",
                "organisation": None,
                "facts": {name: value for name, value in before.items() if _was_said(name, value)},
                "note": "",
            }
        )
    if rows:
        db.execute(insert(ProductVersion), rows)


def _was_said(name: str, value: Any) -> bool:
    """An attribute that came with the import was not in the version before it."""
    return not (name.startswith("attributes.") and value is None)


def _put_tiers(db: Session, pairs: Iterable[tuple[int, Outcome]]) -> None:
    rows = [
        {"product_id": number, "from_quantity": Decimal(quantity), "price": Decimal(price)}
        for number, outcome in pairs
        for quantity, price in outcome.said["tiers"]
    ]
    if rows:
        db.execute(insert(PriceTier), rows)


def _put_versions(writing: _Writing, versions: Iterable[tuple[int, int, Outcome]]) -> None:
    own = writing.actor.organisation
    rows = [
        {
            "product_id": number,
            "number": version,
            "at": writing.now,
            "by": writing.actor.signature,
            "organisation": own.public_id if own else None,
            "facts": dict(outcome.said),
            "note": writing.note,
        }
        for number, version, outcome in versions
    ]
    writing.db.execute(insert(ProductVersion), rows)


def _entry(
    writing: _Writing,
    outcome: Outcome,
    action: str,
    subject: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> dict[str, Any]:
    return writing.trace(outcome.firm_id or 0) | {
        "at": writing.now,
        "action": action,
        "subject_kind": "product",
        "subject_id": subject,
        "before": before,
        "after": after,
        "reason": writing.note,
    }


def _columns(facts: ProductFacts) -> dict[str, Any]:
    left_out = ("tiers", "has_photo", "price_confirmed_on", "lead_confirmed_on")
    names = [each.name for each in fields(ProductFacts) if each.name not in left_out]
    columns = {name: getattr(facts, name) for name in names}
    return columns | {"attributes": dict(facts.attributes), "standards": list(facts.standards)}
