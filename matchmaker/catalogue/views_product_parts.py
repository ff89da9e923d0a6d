"""What belongs to a product besides its form: photos, the months of its line, its history."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from matchmaker.access import acting, open_to
from matchmaker.catalogue.amounts import NotANumber, read_amount
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.history import history_of, save_said, undo_change
from matchmaker.catalogue.imaging import LARGEST_FILE
from matchmaker.catalogue.line_calendar import calendar_of, months_from, set_capacity
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.pages import pages
from matchmaker.catalogue.pictures import (
    MOST_PICTURES,
    add_picture,
    describe_picture,
    move_picture,
    pictures_of,
    remove_picture,
    shown,
)
from matchmaker.catalogue.product_list import own_product
from matchmaker.catalogue.services import open_line, said_by
from matchmaker.catalogue.upkeep import ProductImage
from matchmaker.catalogue.views_products import Page, may_write, names_for, today
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotFound, Unavailable
from matchmaker.measures import UNITS
from matchmaker.wording import gettext as _


@pages.get("/firm/products/<public_id>/photos")
@open_to("firm")
def product_pictures(public_id: str) -> Page:
    """The photos of a product, in their order."""
    return _photos(own_product(get_db(), acting(), public_id))


@pages.post("/firm/products/<public_id>/photos")
@open_to("firm")
def add_pictures(public_id: str) -> Page | Answer:
    """Take in what was chosen or dropped; what cannot be used is told, the others are kept."""
    db, actor = get_db(), acting()
    product = own_product(db, actor, public_id)
    files = [each for each in request.files.getlist("photo") if each.filename]
    refused: list[tuple[str, str]] = []
    for each in files[:MOST_PICTURES]:
        try:
            content = each.stream.read(LARGEST_FILE + 1)
            add_picture(db, actor, product, content, request.form.get("alt", ""))
        except BadInput as error:
            refused.append((each.filename or "", error.remedy))
        except Unavailable as full:
            refused.append((each.filename or "", full.message))
            break  # the others would not fit either
    db.commit()
    if not files:
        refused.append(("", _("Choose a photo first.")))
    if refused:
        return _photos(product, refused)
    return redirect(url_for(".product_pictures", public_id=public_id))


@pages.post("/firm/products/<public_id>/photos/<picture_id>")
@open_to("firm")
def change_picture(public_id: str, picture_id: str) -> Answer:
    """Describe a photo, move it, or take it away: by the button that was pressed."""
    db, actor = get_db(), acting()
    product = own_product(db, actor, public_id)
    mine = pictures_of(db, product)
    picture = next((each for each in mine if each.public_id == picture_id), None)
    if picture is None:
        raise NotFound(_("There is no such picture."))
    _change(product, mine, picture)
    db.commit()
    return redirect(url_for(".product_pictures", public_id=public_id))


def _change(product: Product, mine: list[ProductImage], picture: ProductImage) -> None:
    db, actor, do = get_db(), acting(), request.form.get("do", "")
    if do == "remove":
        remove_picture(db, actor, product, picture)
        return
    describe_picture(db, actor, product, picture, request.form.get("alt", ""))
    if do in ("earlier", "later"):
        step = -1 if do == "earlier" else 1
        move_picture(db, actor, product, picture, mine.index(picture) + step)


def _photos(product: Product, refused: list[tuple[str, str]] | None = None) -> Page:
    page = render_template(
        "catalogue/products/photos.html",
        product=product,
        pictures=[shown(each) for each in pictures_of(get_db(), product)],
        most=MOST_PICTURES,
        refused=refused or [],
        may_write=may_write(),
    )
    return page, 422 if refused else 200


@pages.get("/firm/products/<public_id>/capacity")
@open_to("firm")
def product_capacity(public_id: str) -> Page:
    """What the line of a product can make in the coming twelve months."""
    return _calendar(own_product(get_db(), acting(), public_id))


@pages.post("/firm/products/<public_id>/capacity")
@open_to("firm")
def state_capacity(public_id: str) -> Page | Answer:
    """Keep the months as typed; a product without a line gets one."""
    db, actor = get_db(), acting()
    product = own_product(db, actor, public_id)
    typed, months, errors = {}, {}, {}
    for month in months_from(today()):
        name = f"{month:%Y-%m}"
        typed[name] = request.form.get(name, "")
        if typed[name].strip():
            try:
                months[month] = read_amount(typed[name])
            except NotANumber:
                errors[name] = _("Enter a number, e.g. 1200 or 12,5.")
    if not errors:
        try:
            _state(product, months)
        except BadInput as error:
            db.rollback()
            errors[error.field.removeprefix("capacity.")] = error.remedy
    if errors:
        return _calendar(own_product(db, actor, public_id), typed, errors)
    db.commit()
    flash(_("The capacity is confirmed as of today."), "success")
    return redirect(url_for(".product_capacity", public_id=public_id))


def _state(product: Product, months: dict[dt.date, Decimal]) -> None:
    db, actor = get_db(), acting()
    if product.line is None:
        actor.must_write_for(product.firm.organisation_id)
        name = " ".join(request.form.get("name", "").split())[:120]
        if not name:
            raise BadInput("name", "", _("Give the line a name, e.g. Press 1."))
        line = open_line(
            db,
            actor,
            product.firm,
            product.family,
            name=name,
            unit=product.unit,
            months={},
            confirmed_on=None,
        )
        said = said_by(product) | {"line": line.id}
        save_said(db, actor, product, said, expected=product.version)
    set_capacity(db, actor, product.firm, product.line, months, today())


def _calendar(
    product: Product,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Page:
    db = get_db()
    line: ProductionLine | None = product.line
    sharing = []
    if line is not None:
        others = select(Product.title).where(
            Product.line_id == line.id, Product.id != product.id, Product.state != "hidden"
        )
        sharing = list(db.scalars(others.order_by(Product.title).limit(8)))
    page = render_template(
        "catalogue/products/capacity.html",
        product=product,
        line=line,
        unit=UNITS[line.unit if line else product.unit].code,
        months=calendar_of(line.months if line else [], today()),
        typed=typed or {},
        errors=errors or {},
        sharing=sharing,
        name=request.form.get("name", ""),
        may_write=may_write(),
    )
    return page, 422 if errors else 200


@pages.get("/firm/products/<public_id>/history")
@open_to("firm")
def product_history(public_id: str) -> str:
    """Who changed what and when."""
    db = get_db()
    product = own_product(db, acting(), public_id)
    return render_template(
        "catalogue/products/history.html",
        product=product,
        entries=history_of(db, product),
        names=names_for(db, product),
        may_write=may_write(),
    )


@pages.post("/firm/products/<public_id>/history/<int:number>/undo")
@open_to("firm")
def undo(public_id: str, number: int) -> Answer:
    """Take back one change."""
    db, actor = get_db(), acting()
    product = own_product(db, actor, public_id)
    names = names_for(db, product)
    left = undo_change(db, actor, product, number)
    db.commit()
    if left:
        fields = ", ".join(names.label(each) for each in left)
        flash(_("Taken back, but for what was changed again since: %(fields)s.", fields=fields))
    else:
        flash(_("The change was taken back."), "success")
    return redirect(url_for(".product_history", public_id=public_id))
