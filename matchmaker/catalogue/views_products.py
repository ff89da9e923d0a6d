"""Catalogue upkeep: the firm's list of products and the form of one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from matchmaker.access import acting, open_to
from matchmaker.accounts.actor import WRITING_ROLES
from matchmaker.catalogue import labels
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.codes import read_nomenclature
from matchmaker.catalogue.conflicts import questions, resolve
from matchmaker.catalogue.facts import MOST_TIERS, ProductFacts
from matchmaker.catalogue.forms import ProductForm, product_form
from matchmaker.catalogue.guessing import Families, FamilyWords
from matchmaker.catalogue.history import (
    duplicate_product,
    last_editor,
    save_said,
    set_state,
    version_said,
)
from matchmaker.catalogue.labels import Names
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.pages import pages
from matchmaker.catalogue.product_list import (
    free_of,
    list_own_products,
    own_firm,
    own_product,
    quality_here,
)
from matchmaker.catalogue.quality import code_warning, moq_warning
from matchmaker.catalogue.services import (
    ChangedMeanwhile,
    facts_of,
    list_product,
    listing_faults,
    said_by,
)
from matchmaker.catalogue.versions import said_of
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotFound
from matchmaker.money import Money
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

Page = tuple[str, int]
FAMILIES_OFFERED = 8
CODES_OFFERED = 8


def today() -> dt.date:
    return utc_now().date()


def may_write() -> bool:
    """Whether who looks may also change; the services decide, this only hides the buttons."""
    return bool(acting().roles & WRITING_ROLES)


@pages.get("/firm/products")
@open_to("firm")
def products() -> str:
    """All products of the firm: what stands how, what to do next."""
    db = get_db()
    firm = own_firm(db, acting())
    chosen, words = request.args.get("show", "all"), request.args.get("q", "")[:80]
    listed = None
    if firm is not None:
        page = request.args.get("page", 1, type=int)
        listed = list_own_products(db, firm, today(), chosen, words, page)
    return render_template(
        "catalogue/products/list.html",
        listed=listed,
        chosen=chosen,
        words=words,
        states=labels.STATES,
        may_write=may_write(),
        money_of=Money,
    )


@pages.get("/firm/products/codes")
@open_to("firm")
def product_codes() -> Response:
    """HS codes for words, for the form as one types."""
    found = read_nomenclature(get_db()).find(request.args.get("q", "")[:200], CODES_OFFERED)
    return jsonify([{"code": each.code, "label": each.label} for each in found])


@pages.get("/firm/products/new")
@open_to("firm")
def new_product() -> str | Page:
    """First what kind of product it is, then its form."""
    db = get_db()
    family = _family(db, request.args.get("family", ""))
    if family is None:
        words = request.args.get("q", "")[:200]
        found = _families_for(db, words) if words.strip() else []
        product = None
        if public_id := request.args.get("product"):
            product = own_product(db, acting(), public_id)
        return render_template(
            "catalogue/products/kind.html", words=words, found=found, product=product
        )
    firm = _firm(db)
    facts = ProductFacts(
        sku="",
        title=request.args.get("q", "")[:200],
        description="",
        hs_code=family.hs_code,
        unit=family.unit,
        moq=Decimal(1),
        state="draft",
    )
    form = product_form(family, _lines(db, firm), said=facts, line="")
    if not request.args.get("moq"):
        form.moq.data = None
    return _shown(form, family, None)


@pages.post("/firm/products/new")
@open_to("firm")
def add_product() -> Page | Answer:
    """List what was typed."""
    db, actor = get_db(), acting()
    firm, family = _firm(db), _family(db, request.form.get("family", ""))
    if family is None:
        raise NotFound(_("There is no such kind of product."))
    form = product_form(family, _lines(db, firm))
    before = ProductFacts("", "", "", family.hs_code, family.unit, Decimal(1))
    asked = _asked_for_more(form)
    if asked is not None:
        return _shown(form, family, None, codes=asked)
    is_readable, line = form.validate(), _line(db, firm, form)
    facts = form.facts(before, family)
    if not is_readable:
        form.blame(listing_faults(db, actor, firm, family, facts, line=line))
        return _shown(form, family, None)
    try:
        product = list_product(db, actor, firm, family, facts, line=line)
    except BadInput as error:
        db.rollback()
        form.blame(error.every)
        return _shown(form, family, None)
    db.commit()
    flash(_("%(product)s is in your catalogue.", product=product.title), "success")
    _warn_of_code(product)
    return redirect(url_for(".product_pictures", public_id=product.public_id))


@pages.get("/firm/products/<public_id>/edit")
@open_to("firm")
def edit_product(public_id: str) -> Page:
    """The form of a product as it stands."""
    db = get_db()
    product = own_product(db, acting(), public_id)
    family = _family(db, request.args.get("family", "")) or product.family
    form = product_form(
        family,
        _lines(db, product.firm),
        said=facts_of(product),
        version=product.version,
        line=str(product.line_id or ""),
    )
    return _shown(form, family, product)


@pages.post("/firm/products/<public_id>/edit")
@open_to("firm")
def save_product(public_id: str) -> str | Page | Answer:
    """Keep what was typed; where somebody else was faster, show both."""
    db, actor = get_db(), acting()
    product = own_product(db, actor, public_id)
    family = _family(db, request.form.get("family", "")) or product.family
    form = product_form(family, _lines(db, product.firm))
    asked = _asked_for_more(form)
    if asked is not None:
        return _shown(form, family, product, codes=asked)
    is_readable, line = form.validate(), _line(db, product.firm, form)
    facts = form.facts(facts_of(product), family)
    if not is_readable:
        faults = listing_faults(db, actor, product.firm, family, facts, line=line, product=product)
        form.blame(faults)
        return _shown(form, family, product)
    try:
        mine = said_of(facts, family.key, line.id if line else None)
        began_at = "base" if "base" in request.form else "version"
        base = request.form.get(began_at, type=int)
        if base != product.version:
            settled = _settled(db, product, mine, base)
            if isinstance(settled, str):
                return settled
            mine = settled
        save_said(db, actor, product, mine, expected=product.version)
    except BadInput as error:
        db.rollback()
        form.blame(error.every)
        return _shown(form, family, own_product(db, actor, public_id))
    except ChangedMeanwhile:
        db.rollback()
        return redirect(request.url, code=307)  # the same once more, against what stands now
    product.family_is_guess = False
    db.commit()
    flash(_("Saved."), "success")
    _warn_of_code(product)
    if warning := moq_warning(facts_of(product), _free(product)):
        flash(warning, "info")
    return redirect(url_for(".edit_product", public_id=public_id))


@pages.post("/firm/products/<public_id>/state")
@open_to("firm")
def change_state(public_id: str) -> Answer:
    """Publish, hide, or take back to the drafts."""
    db, actor = get_db(), acting()
    product, state = own_product(db, actor, public_id), request.form.get("state", "")
    if state == "published" and product.family_is_guess:
        return redirect(url_for(".ask", public_id=public_id, question="family", publish="1"))
    set_state(db, actor, product, state)
    db.commit()
    words = _(labels.STATES[product.state])
    flash(_("%(product)s: %(state)s", product=product.title, state=words), "success")
    return redirect(url_for(".edit_product", public_id=public_id))


@pages.post("/firm/products/<public_id>/duplicate")
@open_to("firm")
def copy_product(public_id: str) -> Answer:
    """A draft that says the same, to be changed."""
    db, actor = get_db(), acting()
    copy = duplicate_product(db, actor, own_product(db, actor, public_id))
    db.commit()
    flash(_("This is the copy, as a draft numbered %(sku)s.", sku=copy.sku), "success")
    return redirect(url_for(".edit_product", public_id=copy.public_id))


def names_for(db: Session, product: Product) -> Names:
    """What is needed to say versions of this product in words: two queries."""
    rows = db.execute(select(ProductFamily.key, ProductFamily.name))
    families = {row.key: row.name for row in rows}
    return Names(product.family.attributes, families, dict(_lines(db, product.firm)))


def _settled(
    db: Session, product: Product, mine: dict[str, Any], base: int | None
) -> dict[str, Any] | str:
    """What both of two editors come to, or the page that asks whose word counts."""
    theirs = said_by(product)
    began = version_said(db, product, base) if base else None
    began = began if began is not None else theirs
    answers = {
        name.removeprefix("keep-"): value
        for name, value in request.form.items()
        if name.startswith("keep-")
    }
    # Answers count only for the version they were given about.
    is_answer = request.form.get("seen") == str(product.version)
    result = resolve(began, mine, theirs, answers)
    asked = questions(began, mine, theirs, answers, names_for(db, product))
    if (is_answer and not result.open) or not asked:
        return result.said
    typed = [
        pair
        for pair in request.form.items(multi=True)
        if pair[0] not in ("csrf_token", "base", "seen") and not pair[0].startswith("keep-")
    ]
    return render_template(
        "catalogue/products/conflict.html",
        product=product,
        questions=asked,
        is_answer=is_answer,
        typed=typed,
        base=base or "",
        editor=last_editor(db, product),
    )


def _asked_for_more(form: ProductForm) -> list[Any] | None:
    """What besides saving was asked for: codes for words, another row of prices. None: to save."""
    if "find" in request.form:
        return read_nomenclature(get_db()).find(form.hs_words.data or "", CODES_OFFERED)
    if pick := request.form.get("pick"):
        form.hs_code.data, form.hs_code.raw_data = pick, [pick]
        return []
    if "more" in request.form:
        form.add_rows(len(form.tiers) + 1)
        return []
    return None


def _shown(
    form: ProductForm,
    family: ProductFamily,
    product: Product | None,
    codes: list[Any] | None = None,
) -> Page:
    """The form as a page; `product` None: it is not listed yet."""
    db = get_db()
    code = form.hs_code.data or ""
    nomenclature = read_nomenclature(db)
    mistakes = form.mistakes()
    page = render_template(
        "catalogue/products/edit.html",
        form=form,
        family=family,
        product=product,
        labels=labels,
        codes=codes,
        words=form.hs_words.data or "",
        code_label=nomenclature.codes[code].label if code in nomenclature.codes else "",
        code_warning=code_warning(code, family.hs_code) if code in nomenclature.codes else "",
        most_tiers=MOST_TIERS,
        mistakes=mistakes,
        quality=quality_here(db, product, today()) if product else None,
        warning=moq_warning(facts_of(product), _free(product)) if product else "",
        may_write=may_write(),
    )
    return page, 422 if mistakes else 200


def _warn_of_code(product: Product) -> None:
    if warning := code_warning(product.hs_code, product.family.hs_code):
        flash(warning, "info")


def _free(product: Product) -> list[Decimal]:
    return free_of(product, product.line.months, today()) if product.line else []


def _firm(db: Session) -> Firm:
    firm = own_firm(db, acting())
    if firm is None:
        raise NotFound(_("Your firm is not set up yet."))
    return firm


def _lines(db: Session, firm: Firm) -> list[tuple[int, str]]:
    rows = db.execute(
        select(ProductionLine.id, ProductionLine.name)
        .where(ProductionLine.firm_id == firm.id)
        .order_by(ProductionLine.name)
    )
    return [(number, name) for number, name in rows]


def _line(db: Session, firm: Firm, form: ProductForm) -> ProductionLine | None:
    """The chosen line, of this firm only."""
    if not (form.line.data or "").isdigit():
        return None
    return db.scalar(
        select(ProductionLine).where(
            ProductionLine.id == int(form.line.data), ProductionLine.firm_id == firm.id
        )
    )


def _family(db: Session, key: str) -> ProductFamily | None:
    return db.scalar(select(ProductFamily).where(ProductFamily.key == key)) if key else None


def _families_for(db: Session, words: str) -> list[ProductFamily]:
    """The kinds of product meant by these words, the likeliest first."""
    known = {each.key: each for each in db.scalars(select(ProductFamily))}
    spoken = (FamilyWords(each.key, each.name, tuple(each.aliases)) for each in known.values())
    return [known[each.key] for each in Families(spoken).rank(words, most=FAMILIES_OFFERED)]
