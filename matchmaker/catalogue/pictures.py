"""Pictures of products: taken in, made anew, put in order, described, shown and taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.catalogue.imaging import TYPES, NotAPicture, make_anew
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.upkeep import ProductImage
from matchmaker.errors import N_, BadInput, Unavailable
from matchmaker.store import Store, get_store
from matchmaker.wording import gettext as _

MOST_PICTURES = 10
LONGEST_ALT = 200
REASONS = {
    "empty": N_("The file is empty. Choose the photo again."),
    "too large": N_("Send a photo of at most 12 MB."),
    "page": N_("This is a page or a drawing in code (HTML, SVG), not a photo. Send a JPEG or PNG."),
    "two in one": N_("Something else hides in this file. Save the photo anew and send that."),
    "unknown": N_("Send a photo as JPEG, PNG, WebP or AVIF."),
    "too many pixels": N_("It has too many pixels. Send it smaller, at most 5000 on each side."),
    "too small": N_("It is too small to be recognised. Send one of at least 100 × 100 pixels."),
    "broken": N_("The photo arrived damaged. Send it again."),
}


@dataclass(frozen=True)
class Shown:
    """What a page needs of a picture. `sizes`: widths in pixels, rising."""

    public_id: str
    alt: str
    width: int
    height: int
    sizes: tuple[int, ...]


def add_picture(
    db: Session,
    actor: Actor,
    product: Product,
    content: bytes,
    alt: str,
    *,
    store: Store | None = None,
) -> ProductImage:
    """Show a photo with a product, behind those it has. The caller commits.

    What was sent is not kept, only the pictures made from it. A photo the product already has
    is given back as it is. Raises BadInput('photo') with the reason, Unavailable where nothing
    can be stored. `store`: where there is no application, e.g. in a job.
    """
    actor.must_write_for(product.firm.organisation_id)
    digest = hashlib.sha256(content).hexdigest()
    mine = pictures_of(db, product)
    known = next((each for each in mine if each.digest == digest), None)
    if known is not None:
        return known
    if len(mine) >= MOST_PICTURES:
        remedy = _("A product shows at most %(most)s photos. Remove one first.", most=MOST_PICTURES)
        raise BadInput(_("Photo"), len(mine) + 1, remedy)
    picture = _kept(store or get_store(), digest, content)
    picture.product_id = product.id
    picture.position = mine[-1].position + 1 if mine else 0
    picture.alt = _checked(alt)
    db.add(picture)
    product.has_photo = True
    db.flush()
    record(
        db, actor, "picture.added", "product", product.public_id, after={"id": picture.public_id}
    )
    _note(db, product)
    return picture


def describe_picture(
    db: Session, actor: Actor, product: Product, picture: ProductImage, alt: str
) -> None:
    """Say in words what it shows, for those who cannot see it."""
    actor.must_write_for(product.firm.organisation_id)
    picture.alt = _checked(alt)
    _note(db, product)


def move_picture(
    db: Session, actor: Actor, product: Product, picture: ProductImage, to: int
) -> None:
    """Put it at this place, counted from 0; the first is the face of the product."""
    actor.must_write_for(product.firm.organisation_id)
    order = [each for each in pictures_of(db, product) if each.id != picture.id]
    order.insert(max(0, to), picture)
    for place, each in enumerate(order):
        each.position = place
    _note(db, product)


def remove_picture(
    db: Session, actor: Actor, product: Product, picture: ProductImage, store: Store | None = None
) -> None:
    """Take it away; its files go once this is committed and if no other product shows them."""
    actor.must_write_for(product.firm.organisation_id)
    db.delete(picture)
    db.flush()
    product.has_photo = bool(pictures_of(db, product))
    others = db.scalar(select(func.count()).where(ProductImage.digest == picture.digest))
    if not others:
        suffixes = [_suffix(width, kind) for width in picture.sizes for kind in TYPES]
        _forget_later(db, store or get_store(), picture.digest, suffixes)
    record(
        db, actor, "picture.removed", "product", product.public_id, before={"id": picture.public_id}
    )
    _note(db, product)


def pictures_of(db: Session, product: Product) -> list[ProductImage]:
    """In the order in which they are shown."""
    return list(
        db.scalars(
            select(ProductImage)
            .where(ProductImage.product_id == product.id)
            .order_by(ProductImage.position, ProductImage.id)
        )
    )


def first_pictures(db: Session, products: Iterable[int]) -> Mapping[int, Shown]:
    """The face of each product (by row number) that has one: one query, none for none."""
    wanted = list(products)
    if not wanted:
        return {}
    rows = db.scalars(
        select(ProductImage)
        .where(ProductImage.product_id.in_(wanted))
        .order_by(ProductImage.product_id, ProductImage.position.desc(), ProductImage.id.desc())
    )
    return {each.product_id: shown(each) for each in rows}  # the last written is the first shown


def shown(picture: ProductImage) -> Shown:
    return Shown(
        picture.public_id, picture.alt, picture.width, picture.height, tuple(picture.sizes)
    )


def read_picture(
    db: Session, public_id: str, width: int, kind: str
) -> tuple[ProductImage, str] | None:
    """The picture and the suffix of its file in this size; None where there is none."""
    picture = db.scalar(select(ProductImage).where(ProductImage.public_id == public_id))
    if picture is None or width not in picture.sizes or kind not in TYPES:
        return None
    return picture, _suffix(width, kind)


def _kept(store: Store, digest: str, content: bytes) -> ProductImage:
    try:
        made = make_anew(content)
    except NotAPicture as refused:
        raise BadInput(_("Photo"), _("the file sent"), _(REASONS[refused.reason])) from refused
    files = {_suffix(width, kind): data for (width, kind), data in made.files.items()}
    store.put_all(digest, files)
    return ProductImage(digest=digest, width=made.width, height=made.height, sizes=list(made.sizes))


def _suffix(width: int, kind: str) -> str:
    return f"-{width}.{kind}"


def _checked(alt: str) -> str:
    return " ".join(alt.split())[:LONGEST_ALT]


def _forget_later(db: Session, store: Store, digest: str, suffixes: Sequence[str]) -> None:
    waiting = list(suffixes)

    @event.listens_for(db, "after_rollback", once=True)
    def keep(_session: Session) -> None:
        waiting.clear()

    @event.listens_for(db, "after_commit", once=True)
    def forget(_session: Session) -> None:
        # The row is gone already, and nothing leads to a file that could not be removed.
        with suppress(Unavailable):
            for suffix in waiting:
                store.remove(digest, suffix)


def _note(db: Session, product: Product) -> None:
    note_changes(
        db, [Change("product", product.id, "saved"), Change("firm", product.firm_id, "saved")]
    )
