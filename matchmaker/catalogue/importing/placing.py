"""Photos of a ZIP put with their products, one at a time: each is made anew and stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.importing.photos import NO_PRODUCT, photo_bytes
from matchmaker.catalogue.importing.queries import count_rows, sender_of, writable_firms
from matchmaker.catalogue.importing.remarks import Refused, Remark
from matchmaker.catalogue.importing.services import fail
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.pictures import add_picture
from matchmaker.catalogue.upkeep import CatalogueImport, ImportRow
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.orm import utc_now
from matchmaker.store import Store


def place_photos(
    db: Session, row: CatalogueImport, store: Store, tell: Callable[[int, int], None]
) -> None:
    """Add each photo to its product and commit it; what cannot be used becomes an error row.

    Done again after a crash it adds nothing twice: a photo the product has is known by its hash.
    """
    try:
        actor = sender_of(db, row)
    except NotAllowed as refusal:
        fail(row, Remark(refusal.message))
        return
    content = store.get(row.digest, ".sheet")
    asked = select(ImportRow).where(ImportRow.import_id == row.id, ImportRow.kind == "created")
    waiting = list(db.scalars(asked.order_by(ImportRow.number)))
    for done, each in enumerate(waiting):
        _place(db, actor, each, content, store)
        db.commit()
        tell(done + 1, len(waiting))
    row.state, row.applied_at = "applied", utc_now()
    row.counts = count_rows(db, row)


def _place(db: Session, actor: Actor, row: ImportRow, content: bytes, store: Store) -> None:
    product = db.scalar(
        select(Product).where(Product.firm_id == row.firm_id, Product.sku == row.sku)
    )
    name = str(row.cells.get("0", ""))
    firm = next((each for each in writable_firms(db, actor) if each.id == row.firm_id), None)
    if product is None or firm is None:
        row.kind, row.troubles = "error", [["", name, Remark(NO_PRODUCT).as_json()]]
        return
    own = actor.organisation
    party = firm.organisation if own is None or firm.organisation_id != own.id else None
    try:
        with db.begin_nested():
            acting = replace(actor, on_behalf_of=party)
            add_picture(db, acting, product, photo_bytes(content, row.number), "", store=store)
    except BadInput as wrong:
        row.kind, row.troubles = "error", [["", name, Remark(wrong.remedy).as_json()]]
    except Refused as refused:
        row.kind, row.troubles = "error", [["", name, refused.why.as_json()]]
