"""Pages on which firms and cluster bodies keep their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pycountry
from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.actor import WRITING_ROLES
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm
from matchmaker.certification import groups, papers, services
from matchmaker.certification.fields import FACTS
from matchmaker.certification.finder import find_schemes, unlisted_by_words
from matchmaker.certification.forms import EvidenceForm, form_for
from matchmaker.certification.history import history_of
from matchmaker.certification.models import Evidence, MarketRule, Scheme
from matchmaker.certification.pages import pages
from matchmaker.certification.queries import (
    evidence_kept,
    find_cover,
    find_evidence,
    firm_of,
    groups_of,
    products_of,
    renewals_of,
)
from matchmaker.certification.rules import BLOCS, EVERYWHERE, ORIGIN
from matchmaker.certification.shelves import lapsed_products, shelves_of, state_of, waits_its_turn
from matchmaker.database import get_db
from matchmaker.errors import BadInput, Conflict, NotFound, Unavailable
from matchmaker.orm import utc_now
from matchmaker.store import get_store
from matchmaker.wording import gettext as _

Page = str | Response | tuple[str, int]


@pages.get("/firm/evidence")
@open_to("holder")
def evidence() -> str:
    """All that is held, what needs attention first."""
    holder, today = _holder(), _today()
    kept = evidence_kept(get_db(), holder.id)
    return render_template(
        "certification/evidence.html",
        shelves=shelves_of(kept, today),
        groups=groups_of(get_db(), holder.id),
        state_of=lambda each: state_of(each, today),
        lapsed=lapsed_products,
        may_write=_may_write(),
    )


@pages.get("/firm/evidence/find")
@open_to("holder")
def find() -> str:
    """What there is, by product, market and words."""
    db, holder = get_db(), _holder()
    own = products_of(db, holder.id)
    chosen = next((p for p in own if p.public_id == request.args.get("product")), None)
    words = request.args.get("q", "").strip()[:80]
    markets = _markets(db)
    market = request.args.get("market", "") if chosen is not None else ""
    market = market if market in markets else ""
    found = find_schemes(db, words=words, product=chosen, market=market, today=_today())
    return render_template(
        "certification/find.html",
        found=found,
        besides=unlisted_by_words(db, found, words),
        words=words,
        products=own,
        chosen=chosen,
        market=market,
        markets=markets,
        may_write=_may_write(),
    )


@pages.route("/firm/evidence/new/<code>", methods=["GET", "POST"])
@open_to("holder")
def declare(code: str) -> Page:
    """Enter something of a scheme; of what is made per shipment, say when to get it."""
    db, holder = get_db(), _holder()
    scheme = db.scalar(select(Scheme).where(Scheme.code == code))
    if scheme is None:
        raise NotFound(_("There is no such scheme here."))
    if not scheme.is_held:
        return render_template("certification/per_shipment.html", scheme=scheme)
    form = _form(db, holder, scheme)
    _choose_product(form)
    if form.validate_on_submit():
        saved = _save(form, lambda facts: services.declare_evidence(
            db, acting(), holder, scheme, **vars(facts)))  # fmt: skip
        if saved is not None:
            flash(_said(saved), "success")
            return redirect(url_for("certification.piece", public_id=saved.public_id))
    return _form_page(form, scheme, None, _("Enter it"))


@pages.get("/firm/evidence/<public_id>")
@open_to("holder")
def piece(public_id: str) -> str:
    """One piece of evidence: how it stands, its documents, what one can do.

    A firm that a body's certificate covers reads what it says, and may decline.
    """
    db = get_db()
    cover = find_cover(db, _holder().id, public_id)
    if cover is not None:
        return render_template(
            "certification/covered.html",
            cover=cover,
            evidence=cover.evidence,
            words=FACTS[cover.evidence.scheme.evidence_type],
            state=state_of(cover.evidence, _today()),
            may_write=_may_write(),
        )
    found = _own(public_id)
    candidates = _candidates(db, found)
    earlier, renewals = renewals_of(db, found)
    return render_template(
        "certification/piece.html",
        evidence=found,
        words=FACTS[found.scheme.evidence_type],
        state=state_of(found, _today()),
        lapsed=lapsed_products(found),
        history=history_of(db, found),
        renews=earlier,
        waits=waits_its_turn(found, earlier, _today()),
        renewals=renewals,
        candidates=candidates,
        may_cover=groups.may_cover(found.holder, found.scheme),
        may_write=_may_write() and found.withdrawn_at is None,
        may_enter=_may_write(),
    )


@pages.route("/firm/evidence/<public_id>/edit", methods=["GET", "POST"])
@open_to("holder")
def edit(public_id: str) -> Page:
    """Correct it; what a desk has checked is checked again then."""
    db, found = get_db(), _own(public_id)
    form = _form(db, found.holder, found.scheme, found)

    def change(facts: services.EvidenceFacts) -> Evidence:
        services.change_evidence(db, acting(), found, facts)
        return found

    if form.validate_on_submit() and _save(form, change) is not None:
        flash(_said(found), "success")
        return redirect(url_for("certification.piece", public_id=public_id))
    return _form_page(form, found.scheme, found, _("Correct it"))


@pages.route("/firm/evidence/<public_id>/renew", methods=["GET", "POST"])
@open_to("holder")
def renew(public_id: str) -> Page:
    """Enter the next one; the earlier stays until it expires."""
    db, found = get_db(), _own(public_id)
    form = _form(db, found.holder, found.scheme, found)
    if request.method == "GET":
        form.issued_on.data = form.expires_on.data = None
    if form.validate_on_submit():
        saved = _save(form, lambda facts: services.renew_evidence(db, acting(), found, facts))
        if saved is not None:
            waits = waits_its_turn(saved, found, _today())
            said = _("Saved. Until it takes over, buyers see the earlier one.")
            flash(said if waits else _said(saved), "success")
            return redirect(url_for("certification.piece", public_id=saved.public_id))
    return _form_page(form, found.scheme, found, _("Renew it"))


@pages.get("/firm/evidence/<public_id>/withdraw")
@open_to("holder")
def withdraw(public_id: str) -> Page:
    """Ask first what taking it back means: it cannot be undone."""
    found = _own(public_id)
    if found.withdrawn_at is not None:
        return redirect(url_for("certification.piece", public_id=public_id))
    return render_template("certification/withdraw.html", evidence=found, may_write=_may_write())


@pages.post("/firm/evidence/<public_id>/withdraw")
@open_to("holder")
def withdraw_now(public_id: str) -> Response:
    """Take it back: buyers see it no more."""
    found, reason = _own(public_id), request.form.get("reason", "").strip()[:400]
    return _do(
        found,
        lambda: services.withdraw_evidence(get_db(), acting(), found, reason),
        _("It is taken back. Buyers see it no more."),
    )


@pages.post("/firm/evidence/<public_id>/answer")
@open_to("holder")
def answer(public_id: str) -> Response:
    """Answer the desk's question."""
    found, said = _own(public_id), request.form.get("answer", "")[:2000]
    return _do(
        found,
        lambda: services.answer_question(get_db(), acting(), found, said),
        _("Your answer is with the desk."),
    )


@pages.post("/firm/evidence/<public_id>/documents")
@open_to("holder")
def add_document(public_id: str) -> Response:
    """Send one more document."""
    found, sent = _own(public_id), request.files.get("document")
    content, name = (sent.read(), sent.filename or "") if sent else (b"", "")
    return _do(
        found,
        lambda: papers.add_document(get_db(), acting(), get_store(), found, content, name),
        _("The document is with the desk."),
    )


@pages.post("/firm/evidence/<public_id>/members")
@open_to("holder")
def add_member(public_id: str) -> Response:
    """Let a group certificate stand for a member firm."""
    db, found = get_db(), _own(public_id)
    wanted = request.form.get("firm", "")
    firm = next((each for each in _candidates(db, found) if each.public_id == wanted), None)
    if firm is None:
        raise NotFound(_("There is no such firm among those you serve."))
    return _do(
        found,
        lambda: groups.cover_member(db, acting(), found, firm, _today()),
        _("%(firm)s shows it from now on.", firm=firm.name),
    )


@pages.post("/firm/evidence/<public_id>/members/<member>/end")
@open_to("holder")
def end_member(public_id: str, member: str) -> Response:
    """End a firm's cover: by the body that holds the certificate, or by the firm itself."""
    db = get_db()
    found = db.scalar(select(Evidence).where(Evidence.public_id == public_id))
    firm = db.scalar(select(Organisation).where(Organisation.public_id == member))
    holder = _holder()
    if found is None or firm is None or holder.id not in (found.holder_id, firm.id):
        raise NotFound(_("There is no such certificate or report here."))
    groups.end_cover(db, acting(), found, firm)
    db.commit()
    flash(_("It no longer covers %(firm)s.", firm=firm.name), "success")
    if holder.id == found.holder_id:
        return redirect(url_for("certification.piece", public_id=public_id))
    return redirect(url_for("certification.evidence"))


def _holder() -> Organisation:
    holder = acting().acts_for
    assert holder is not None  # the audience lets nobody else in
    return holder


def _own(public_id: str) -> Evidence:
    """One of those whose pages these are; desks have their own."""
    found = find_evidence(get_db(), acting(), public_id)
    if found.holder_id != _holder().id:
        raise NotFound(_("There is no such certificate or report here."))
    return found


def _form(
    db: Session, holder: Organisation, scheme: Scheme, evidence: Evidence | None = None
) -> EvidenceForm:
    firm = firm_of(db, holder.id)
    sites = firm.sites if firm is not None and len(firm.sites) > 1 else []
    return form_for(scheme, products_of(db, holder.id), sites, evidence)


def _choose_product(form: EvidenceForm) -> None:
    """Coming from a product's line in the finder, that product is ticked."""
    wanted = request.args.get("product", type=int)
    if request.method == "GET" and wanted in {each.value for each in form.products.choices}:
        form.covers.data, form.products.data = "some", [wanted]


def _save(
    form: EvidenceForm, work: Callable[[services.EvidenceFacts], Evidence]
) -> Evidence | None:
    """Do it and commit, with the document that came along; None if a field is to blame."""
    db = get_db()
    try:
        accepted = form.accepted()
        saved: Evidence = work(form.facts())
        if form.document.errors:
            db.rollback()
            return None
        if accepted is not None:
            papers.keep(db, acting(), get_store(), saved, accepted)
        elif saved.review == "none":
            services.submit(saved)
        db.commit()
    except (BadInput, Unavailable) as wrong:
        db.rollback()
        form.blame(wrong)
        return None
    return saved


def _form_page(form: EvidenceForm, scheme: Scheme, evidence: Evidence | None, title: str) -> Page:
    page = render_template(
        "certification/form.html",
        form=form,
        scheme=scheme,
        evidence=evidence,
        title=title,
        words=FACTS[scheme.evidence_type],
        mistakes=form.mistakes(),
        may_write=_may_write(),
    )
    return (page, 422) if form.errors else page


def _do(evidence: Evidence, work: Callable[[], object], said: str) -> Response:
    """Do it, commit, say so, and go back to the piece; what is wrong is said there too."""
    db, public_id = get_db(), evidence.public_id
    try:
        work()
        db.commit()
        flash(said, "success")
    except (BadInput, Conflict, Unavailable) as wrong:
        db.rollback()
        flash(wrong.remedy if isinstance(wrong, BadInput) else wrong.message, "error")
    return redirect(url_for("certification.piece", public_id=public_id))


def _said(evidence: Evidence) -> str:
    if evidence.review == "waiting":
        return _("Saved. It waits for the desk; until then buyers see it as self-declared.")
    return _("Saved. Send the document, so that the desk can check it.")


def _candidates(db: Session, evidence: Evidence) -> list[Firm]:
    if not groups.may_cover(evidence.holder, evidence.scheme):
        return []
    members = {each.organisation_id for each in evidence.members}
    every = groups.possible_members(db, evidence.holder)
    return [each for each in every if each.organisation_id not in members]


def _markets(db: Session) -> list[str]:
    """Countries that a market rule speaks of, blocs by their members."""
    named = set(db.scalars(select(MarketRule.market).distinct())) - {ORIGIN, EVERYWHERE}
    countries = {each for each in named if pycountry.countries.get(alpha_2=each)}
    return sorted(countries.union(*(BLOCS.get(each, frozenset()) for each in named)))


def _may_write() -> bool:
    return bool(acting().roles & WRITING_ROLES)


def _today() -> dt.date:
    return utc_now().date()
