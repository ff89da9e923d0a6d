"""What is asked of the database for an import: whose firms, what they say now, who sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.actor import WRITING_ROLES, Actor, actor_of
from matchmaker.accounts.mandates import clients_of
from matchmaker.accounts.models import User
from matchmaker.catalogue.guessing import Families, FamilyWords
from matchmaker.catalogue.importing.world import FamilyInfo, FirmInfo, World
from matchmaker.catalogue.models import Firm, HsCode, Product, ProductFamily
from matchmaker.catalogue.services import said_by
from matchmaker.catalogue.upkeep import CatalogueImport, ColumnNames, ImportRow
from matchmaker.errors import NotAllowed, NotFound
from matchmaker.wording import gettext as _


def writable_firms(db: Session, actor: Actor) -> list[Firm]:
    """The firms this actor may write for: its own, or all whose mandate it holds, by name."""
    if actor.is_suspended or not actor.roles & WRITING_ROLES:
        return []
    parties = {actor.acts_for.id} if actor.acts_for else set()
    if actor.organisation is not None and actor.on_behalf_of is not None:
        parties |= {each.client_id for each in clients_of(db, actor.organisation)}
    firms = db.scalars(
        select(Firm).where(Firm.organisation_id.in_(parties)).options(joinedload(Firm.organisation))
    )
    return sorted(
        (each for each in firms if each.organisation.standing != "suspended"),
        key=lambda each: each.name,
    )


def world_of(db: Session, actor: Actor, only: Iterable[int] | None = None) -> World:
    """What rows of this actor's sheets are held against, as it stands now.

    `only`: leave out what the products of other firms say.
    """
    firms = writable_firms(db, actor)
    wanted = {each.id for each in firms} if only is None else set(only)
    said = _said_by_firms(db, {each.id for each in firms} & wanted)
    rows = db.execute(select(ProductFamily).options(joinedload(ProductFamily.sector))).scalars()
    families = list(rows)
    words = [FamilyWords(f.key, f.name, tuple(f.aliases), f.sector.slug) for f in families]
    party = actor.acts_for.id if actor.acts_for else None
    return World(
        families={
            f.key: FamilyInfo(f.key, f.name, f.hs_code, f.unit, f.attributes, tuple(f.aliases))
            for f in families
        },
        guesser=Families(words),
        hs_codes=frozenset(db.scalars(select(HsCode.code))),
        firms={
            each.id: FirmInfo(each.id, each.name, each.public_id, products=said.get(each.id, {}))
            for each in firms
        },
        home=next((each.id for each in firms if each.organisation_id == party), None),
    )


def _said_by_firms(db: Session, firms: set[int]) -> dict[int, dict[str, Mapping[str, Any]]]:
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
    for product in products_of(db, firms):
        found.setdefault(product.firm_id, {})[product.sku] = said_by(product)
    return found


def products_of(db: Session, firms: Iterable[int]) -> Iterator[Product]:
    """All products of these firms with their prices and kinds, by number."""
    asked = select(Product).where(Product.firm_id.in_(sorted(firms)))
    loaded = asked.options(selectinload(Product.tiers), joinedload(Product.family))
    yield from db.scalars(loaded.order_by(Product.firm_id, Product.sku))


def sender_of(db: Session, row: CatalogueImport) -> Actor:
    """Who sent it, as they may act now. Raises NotAllowed once they may no longer."""
    user = db.get(User, row.sent_by_id) if row.sent_by_id else None
    as_whom = row.mapping.get("acting", {})
    actor = actor_of(user, as_whom.get("organisation", ""), as_whom.get("client", ""))
    client = actor.on_behalf_of.public_id if actor and actor.on_behalf_of else ""
    if actor is None or client != as_whom.get("client", "") or not writable_firms(db, actor):
        raise NotAllowed(_("Whoever sent this may no longer write for the firm."))
    return actor


def own_import(db: Session, actor: Actor, public_id: str) -> CatalogueImport:
    """An import of the organisation one is a member of. Raises NotFound for any other."""
    row = db.scalar(select(CatalogueImport).where(CatalogueImport.public_id == public_id))
    mine = actor.organisation.id if actor.organisation else None
    if row is None or row.organisation_id != mine:
        raise NotFound(_("There is no import at this address, or it is not yours."))
    return row


def imports_of(db: Session, actor: Actor, most: int = 20) -> list[CatalogueImport]:
    """The latest imports of the actor's organisation."""
    mine = actor.organisation.id if actor.organisation else None
    asked = select(CatalogueImport).where(CatalogueImport.organisation_id == mine)
    return list(db.scalars(asked.order_by(CatalogueImport.id.desc()).limit(most)))


def rows_of(
    db: Session, row: CatalogueImport, kind: str = "", *, page: int = 1, size: int = 50
) -> list[ImportRow]:
    """One page of the rows of a kind, in the order of the sheet; `size` 0 gives all."""
    asked = select(ImportRow).where(ImportRow.import_id == row.id).order_by(ImportRow.number)
    if kind:
        asked = asked.where(ImportRow.kind == kind)
    if size:
        asked = asked.offset((page - 1) * size).limit(size)
    return list(db.scalars(asked))


def remembered_columns(db: Session, organisation_id: int) -> dict[str, str]:
    """Folded heading → column, as the organisation said before."""
    asked = select(ColumnNames).where(ColumnNames.organisation_id == organisation_id)
    return {each.heading: each.column for each in db.scalars(asked)}


def count_rows(db: Session, row: CatalogueImport) -> dict[str, int]:
    asked = select(ImportRow.kind, func.count()).where(ImportRow.import_id == row.id)
    return dict(db.execute(asked.group_by(ImportRow.kind)).all())
