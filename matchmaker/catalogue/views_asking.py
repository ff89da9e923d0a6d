"""After the five answers: one question at a time about a listing, each of which can wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.catalogue import labels
from matchmaker.catalogue.asking import (
    ATTRIBUTE,
    Listed,
    next_question,
    open_questions,
    proposed_description,
)
from matchmaker.catalogue.forms_start import PhotoForm, form_for
from matchmaker.catalogue.models import Product, ProductFamily
from matchmaker.catalogue.pages import pages
from matchmaker.catalogue.pictures import add_picture
from matchmaker.catalogue.queries import firm_of, may_write, product_of
from matchmaker.catalogue.services import change_product, facts_of
from matchmaker.catalogue.start import guess_families, settle_family
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotAllowed, NotFound, Unavailable
from matchmaker.keeping import REFUSED, go_on
from matchmaker.searching import searching
from matchmaker.wording import gettext as _

Page = tuple[str, int]
FAMILIES_OFFERED = 5


@pages.get("/firm/products/<public_id>/next")
@open_to("firm")
def ask(public_id: str) -> Page:
    """The next thing to say about a listing, or that all is said."""
    product = _own(public_id)
    listed = _listed(product)
    wanted = request.args.get("question", "")
    if wanted not in open_questions(listed):
        wanted = next_question(listed, request.args.get("after", "")) or ""
    if not wanted:
        return render_template("catalogue/done.html", product=product), 200
    form = form_for(wanted, listed.attributes)
    if wanted == "description":
        form.description.data = proposed_description(listed)
    return _page(product, wanted, form)


@pages.post("/firm/products/<public_id>/next")
@open_to("firm")
def answer(public_id: str) -> Page | Response:
    """Keep the answer and go on to the next question."""
    db, product = get_db(), _own(public_id)
    listed = _listed(product)
    question = request.form.get("question", "")
    if not _is_known(question, listed):
        raise NotFound(_("There is no such question."))
    form = form_for(question, listed.attributes)
    if not form.validate():
        return _page(product, question, form)
    try:
        _keep(db, product, question, form)
    except Unavailable as full:
        if not isinstance(form, PhotoForm):
            raise
        db.rollback()
        form.photo.errors = [full.message]
        return _page(_own(public_id), question, form)[0], full.status
    except BadInput as error:
        db.rollback()
        form.blame(error)
        return _page(_own(public_id), question, form)
    db.commit()
    flash(_("Saved."), "success")
    return go_on(url_for(".ask", public_id=public_id, after=question))


def _keep(db: Session, product: Product, question: str, form: Any) -> None:
    actor = acting()
    if question == "family":
        publish = request.form.get("publish") == "1"
        settle_family(db, actor, product, form.family.data, publish=publish)
    elif isinstance(form, PhotoForm):
        add_picture(db, actor, product, request.files["photo"].stream.read(), product.title)
    else:
        facts = facts_of(product)
        change_product(db, actor, product, replace(facts, **form.stated(facts)))


def _page(product: Product, question: str, form: Any) -> Page:
    db, listed = get_db(), _listed(product)
    key = question.removeprefix(ATTRIBUTE) if question.startswith(ATTRIBUTE) else ""
    about = listed.attributes.get(key, {})
    page = render_template(
        "catalogue/ask.html",
        product=product,
        question=question,
        kind="attribute" if key else question,
        about=about,
        unit=labels.unit_of(about),
        families=_likely(db, product) if question == "family" else [],
        form=form,
        labels=labels,
        left=len(open_questions(listed)),
        words=request.args.get("words", ""),
        publish=request.values.get("publish", ""),
    )
    return page, REFUSED if any(each.errors for each in form) else 200


def _likely(db: Session, product: Product) -> list[ProductFamily]:
    """The kinds it may be, the likeliest first: by its name, or by other words that were typed."""
    words = request.args.get("words", "").strip()[:200] or product.title
    keys = [each.key for each in guess_families(db, product.firm, words, searching())]
    found = {
        family.key: family
        for family in db.scalars(select(ProductFamily).where(ProductFamily.key.in_(keys)))
    }
    return [found[key] for key in keys[:FAMILIES_OFFERED]]


def _is_known(question: str, listed: Listed) -> bool:
    if question.startswith(ATTRIBUTE):
        return question.removeprefix(ATTRIBUTE) in listed.attributes
    return question in ("family", "photo", "lead", "size", "packing", "description")


def _listed(product: Product) -> Listed:
    return Listed(
        facts=facts_of(product),
        attributes=product.family.attributes,
        family_is_guess=product.family_is_guess,
        has_photo=product.has_photo,
    )


def _own(public_id: str) -> Product:
    """A product of the firm the person may write for: who only looks is not asked."""
    db, actor = get_db(), acting()
    firm = firm_of(db, actor)
    product = product_of(db, firm, public_id)
    if not may_write(actor, firm):
        raise NotAllowed(_("Only members of this organisation who may edit can do that."))
    return product
