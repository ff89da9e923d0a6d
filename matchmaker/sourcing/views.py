"""Pages of a buyer: asking a firm, the enquiries sent, each as a thread."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from matchmaker.access import acting, current_actor, open_to
from matchmaker.accounts.actor import WRITING_ROLES
from matchmaker.accounts.drafts import new_draft_key
from matchmaker.accounts.forms import Form
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.standing import may_contact
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import can_see_firm, can_see_product
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.keeping import REFUSED, go_on
from matchmaker.limits import limiter
from matchmaker.sourcing import queries, services
from matchmaker.sourcing.forms import AnswerForm, EnquiryForm
from matchmaker.sourcing.pages import pages
from matchmaker.sourcing.typed import keep_typed, typed_before
from matchmaker.sourcing.visibility import may_write_in
from matchmaker.web import found

Answer = Response | str | tuple[str, int]
ASKED_AT_MOST = "60 per hour"


@pages.route("/products/<slug>/enquire", methods=["GET", "POST"])
@open_to("anyone")
@limiter.limit(ASKED_AT_MOST, methods=["POST"])
def ask_about_product(slug: str) -> Answer:
    """Ask the firm about this product."""
    product = get_db().scalar(
        select(Product)
        .where(Product.slug == slug)
        .options(joinedload(Product.firm).joinedload(Firm.organisation))
    )
    if product is not None and not can_see_product(current_actor(), product):
        product = None
    product = found(product, _("The product"))
    return _ask(product.firm, product)


@pages.route("/firms/<slug>/enquire", methods=["GET", "POST"])
@open_to("anyone")
@limiter.limit(ASKED_AT_MOST, methods=["POST"])
def ask_firm(slug: str) -> Answer:
    """Ask the firm about anything."""
    firm = get_db().scalar(select(Firm).join(Firm.organisation).where(Organisation.slug == slug))
    if firm is not None and not can_see_firm(current_actor(), firm):
        firm = None
    return _ask(found(firm, _("The firm")), None)


def _ask(firm: Firm, product: Product | None) -> Answer:
    actor, db = current_actor(), get_db()
    if actor is None:
        if request.method == "POST":
            keep_typed()
        flash(_("Sign in or join as a buyer to ask this firm."), "info")
        return redirect(url_for("security.login", next=request.script_root + request.path))
    before = typed_before()
    form = EnquiryForm(**({"formdata": before} if before else {}))
    form.offer_units(product.unit if product else "H87")
    if request.method == "GET" and product is not None and before is None:
        form.quantity.data = product.moq
    refused = ""
    if form.validate_on_submit():
        try:
            enquiry = services.send_enquiry(
                db,
                actor,
                firm,
                product,
                form.question(),
                draft_key=request.form.get("draft_key", ""),
            )
        except (NotAllowed, BadInput) as no:
            db.rollback()
            refused = no.remedy if isinstance(no, BadInput) else no.message
        else:
            db.commit()
            flash(_("Your question was sent to %(firm)s.", firm=firm.name), "success")
            return go_on(url_for(".thread", public_id=enquiry.public_id))
    page = render_template(
        "sourcing/ask.html",
        form=form,
        firm=firm,
        product=product,
        allowance=may_contact(db, actor, firm_id=firm.id),
        refused=refused,
        draft_key=request.form.get("draft_key") or new_draft_key(),
    )
    return page, _status(form)


@pages.get("/enquiries")
@open_to("buyer")
def sent_enquiries() -> str:
    """What this buyer asked, and who has to write next."""
    shown = request.args.get("shown", "open")
    page = queries.enquiries_by(
        get_db(), _organisation(), shown=shown, page=request.args.get("page", 1, int)
    )
    return render_template(
        "sourcing/sent.html",
        page=page,
        shown=shown,
        page_address=lambda number: url_for(".sent_enquiries", shown=shown, page=number),
    )


@pages.route("/enquiries/<public_id>", methods=["GET", "POST"])
@open_to("user")
def thread(public_id: str) -> Answer:
    """One enquiry as its buyer reads it; desks look on."""
    return show_thread(public_id, ("buyer", "desk"), ".thread")


@pages.post("/enquiries/<public_id>/close")
@open_to("buyer")
def close(public_id: str) -> Response:
    """The buyer needs no more answers."""
    thread = found(queries.thread_of(get_db(), acting(), public_id), _("The enquiry"))
    services.close_enquiry(get_db(), acting(), thread.enquiry)
    get_db().commit()
    flash(_("The enquiry is closed."), "success")
    return redirect(url_for(".thread", public_id=public_id))


@pages.post("/enquiries/<public_id>/reopen")
@open_to("buyer")
def reopen(public_id: str) -> Response:
    """The buyer closed it too soon."""
    thread = found(queries.thread_of(get_db(), acting(), public_id), _("The enquiry"))
    services.reopen_enquiry(get_db(), acting(), thread.enquiry)
    get_db().commit()
    flash(_("The enquiry is open again."), "success")
    return redirect(url_for(".thread", public_id=public_id))


def show_thread(public_id: str, sides: tuple[str, ...], endpoint: str) -> Answer:
    """A thread for one of these sides, and what is written in it."""
    db, actor = get_db(), acting()
    shown = queries.thread_of(db, actor, public_id)
    shown = found(shown if shown and shown.side in sides else None, _("The enquiry"))
    form = AnswerForm()
    if form.validate_on_submit():
        services.write_message(
            db,
            actor,
            shown.enquiry,
            form.text.data,
            draft_key=request.form.get("draft_key", ""),
        )
        db.commit()
        flash(_("Your message was sent."), "success")
        return go_on(url_for(endpoint, public_id=public_id))
    page = render_template(
        "sourcing/thread.html",
        thread=shown,
        enquiry=shown.enquiry,
        form=form,
        may_write=may_write_in(actor, shown.enquiry),
        writes_for_firm=bool(actor.roles & WRITING_ROLES),
        draft_key=request.form.get("draft_key") or new_draft_key(),
    )
    return page, _status(form)


def _status(form: Form) -> int:
    """A form that comes back is an answer of its own to the script that sends kept ones."""
    return REFUSED if form.is_submitted() else 200


def _organisation() -> Organisation:
    party = acting().acts_for
    assert party is not None  # the audience lets nobody else in
    return party
