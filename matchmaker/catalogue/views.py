"""The firm's own pages for a maker with a phone: what to do next, the five answers, confirming."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.drafts import made_of, new_draft_key, note_draft
from matchmaker.catalogue.forms_start import UNIT_WORDS, RestateForm, StartForm
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.overview import look
from matchmaker.catalogue.pages import pages
from matchmaker.catalogue.pictures import add_picture
from matchmaker.catalogue.queries import firm_of, may_write
from matchmaker.catalogue.reconfirming import confirm, facts_to_confirm, restate
from matchmaker.catalogue.start import guess_families, minimum_exceeds_month, start_listing
from matchmaker.database import get_db
from matchmaker.errors import BadInput, Unavailable
from matchmaker.keeping import REFUSED, go_on
from matchmaker.measures import UNITS
from matchmaker.money import Money
from matchmaker.orm import utc_now
from matchmaker.searching import searching
from matchmaker.wording import gettext as _

Page = tuple[str, int]
SHOWN_AT_ONCE = 20  # facts to confirm; more make a page too long for a phone


def today() -> dt.date:
    return utc_now().date()


@pages.app_template_filter()
def unit_word(code: str) -> str:
    """A unit in the reader's words: 'piece', 'kilogram'."""
    return _(UNIT_WORDS[code]) if code in UNIT_WORDS else UNITS[code].name


@pages.get("/firm")
@open_to("firm")
def home() -> str:
    """What to do next, one thing at a time, and what is there."""
    db, actor = get_db(), acting()
    firm = firm_of(db, actor)
    return render_template(
        "catalogue/home.html",
        firm=firm,
        seen=look(db, firm, today()),
        may_write=may_write(actor, firm),
    )


@pages.get("/firm/add")
@open_to("firm")
def start() -> Page:
    """The five answers."""
    form = StartForm()
    form.draft_key.data = new_draft_key()
    return _start_page(form)


@pages.post("/firm/add")
@open_to("firm")
def start_now() -> Page | Response:
    """Found the listing; what comes twice from a phone is kept once."""
    db, actor, form = get_db(), acting(), StartForm()
    firm = firm_of(db, actor)
    key, publish = form.draft_key.data or "", request.form.get("state") != "draft"
    wish = "1" if publish else None
    if made := made_of(db, actor, key):
        return go_on(url_for(".ask", public_id=made, publish=wish))
    if not form.validate():
        return _start_page(form)
    answers = form.answers()
    guesses = guess_families(db, firm, answers.name, searching())
    try:
        product = start_listing(db, actor, firm, answers, guesses, today=today())
        refused = _kept_photo(db, product)
    except Unavailable as full:
        # A phone keeps what it could not send and tries again; others see what they typed.
        db.rollback()
        form.photo.errors = [full.message]
        return _start_page(form)[0], full.status
    except BadInput as error:
        db.rollback()
        form.blame(error)
        return _start_page(form)
    if refused:
        db.rollback()
        form.photo.errors = [refused]
        return _start_page(form)
    note_draft(db, actor, key, product.public_id)
    db.commit()
    if publish:
        said = _(
            "“%(name)s” is kept. Say what kind it is, and it is published.", name=product.title
        )
    else:
        said = _("“%(name)s” is in your catalogue.", name=product.title)
    flash(said, "success")
    if minimum_exceeds_month(answers):
        flash(_("Your minimum is more than you make in a month. Buyers will see that."), "info")
    return go_on(url_for(".ask", public_id=product.public_id, publish=wish))


@pages.get("/firm/confirm")
@open_to("firm")
def reconfirm() -> Page:
    """Facts that have grown old, to be confirmed by one tap each or all at once."""
    return _confirm_page()


@pages.post("/firm/confirm")
@open_to("firm")
def confirm_now() -> Response:
    """Stand by one fact or by all that were shown."""
    db, actor = get_db(), acting()
    firm = firm_of(db, actor)
    keys = request.form.getlist("all") if "every" in request.form else request.form.getlist("fact")
    number = confirm(db, actor, firm, keys[: 2 * SHOWN_AT_ONCE], today())
    db.commit()
    said = ngettext("Confirmed as of today.", "%(num)d facts confirmed as of today.", number)
    flash(said, "success")
    return go_on(url_for(".reconfirm", all=request.args.get("all")))


@pages.post("/firm/confirm/<fact>")
@open_to("firm")
def restate_now(fact: str) -> Page | Response:
    """Say what a price, lead time or capacity is now."""
    db, actor, form = get_db(), acting(), RestateForm(prefix=fact)
    firm = firm_of(db, actor)
    try:
        if not form.validate() or form.value.data is None:
            raise BadInput("value", "", str((form.value.errors or [_("Enter a number.")])[0]))
        restate(db, actor, firm, fact, form.value.data, today())
    except BadInput as error:
        db.rollback()
        return _confirm_page(fact, error.remedy, form.value.raw_data)
    db.commit()
    flash(_("Changed, and confirmed as of today."), "success")
    return go_on(url_for(".reconfirm", all=request.args.get("all")))


def _kept_words(product: Product, *, publish: bool) -> str:
    name = product.title
    if publish:
        return _("“%(name)s” is kept. Say what kind it is: then it is published.", name=name)
    return _("“%(name)s” is in your catalogue.", name=name)


def _start_page(form: StartForm) -> Page:
    actor, refused = acting(), any(each.errors for each in form)
    page = render_template(
        "catalogue/start.html",
        form=form,
        unit_words=UNIT_WORDS,
        may_write=may_write(actor, firm_of(get_db(), actor)),
    )
    return page, REFUSED if refused else 200


def _confirm_page(wrong: str = "", remedy: str = "", typed: list[Any] | None = None) -> Page:
    db, actor = get_db(), acting()
    firm = firm_of(db, actor)
    is_all = request.args.get("all") == "1"
    facts = facts_to_confirm(db, firm, today(), also_fresh=is_all)
    page = render_template(
        "catalogue/confirm.html",
        firm=firm,
        facts=facts[:SHOWN_AT_ONCE],
        more=max(0, len(facts) - SHOWN_AT_ONCE),
        is_all=is_all,
        wrong=wrong,
        remedy=remedy,
        typed=(typed or [""])[0],
        may_write=may_write(actor, firm),
        money_of=Money,
    )
    return page, REFUSED if wrong else 200


def _kept_photo(db: Session, product: Product) -> str:
    """Keep the photo that was sent, if one was; why not, if it cannot be."""
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return ""
    try:
        add_picture(db, acting(), product, sent.stream.read(), product.title)
    except BadInput as error:
        return error.remedy
    return ""
