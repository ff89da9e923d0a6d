"""Reports of wrong or harmful content: anybody makes them, a desk settles them. Caller commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import can_see_firm, can_see_product
from matchmaker.certification.queries import concerned_by
from matchmaker.desk.models import Flag
from matchmaker.errors import N_, BadInput, Conflict, NotFound
from matchmaker.notices.services import tell_members
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

REASONS = {
    "wrong": N_("Something stated is wrong"),
    "stolen": N_("Pictures or words of somebody else"),
    "evidence": N_("A certificate seems false"),
    "prohibited": N_("It must not be sold"),
    "fraud": N_("It looks like fraud"),
    "other": N_("Something else"),
}
LONGEST = 2000  # signs
OUTCOMES = {"hidden": N_("Hidden"), "kept": N_("Let stand")}


def reported_thing(db: Session, actor: Actor | None, kind: str, slug: str) -> Product | Firm:
    """What is to be reported, if this reader can see it. Raises NotFound."""
    query = {
        "products": select(Product).where(Product.slug == slug),
        "firms": select(Firm)
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .where(Organisation.slug == slug),
    }.get(kind)
    found = db.scalar(query) if query is not None else None
    if isinstance(found, Product) and can_see_product(actor, found):
        return found
    if isinstance(found, Firm) and can_see_firm(actor, found):
        return found
    raise NotFound(_("There is nothing at this address. Try the search."))


def report(
    db: Session, actor: Actor | None, thing: Product | Firm, *, reason: str, text: str
) -> Flag:
    """Tell the desks. A member who reports the same thing again adds to their open report."""
    text = text.strip()
    if reason not in REASONS:
        raise BadInput("reason", reason, _("Choose what is the matter."))
    if reason == "other" and not text:
        raise BadInput("text", text, _("Say in a few words what is wrong."))
    if len(text) > LONGEST:
        raise BadInput("text", text, _("Say it in fewer words."))
    user = actor.user if actor else None
    kind = "product" if isinstance(thing, Product) else "firm"
    if user is not None:
        earlier = db.scalar(
            select(Flag).where(
                Flag.subject == thing.public_id, Flag.by_id == user.id, Flag.settled_at.is_(None)
            )
        )
        if earlier is not None:
            earlier.reason, earlier.text = reason, text or earlier.text
            return earlier
    flag = Flag(
        subject_kind=kind,
        subject=thing.public_id,
        reason=reason,
        text=text,
        by_id=user.id if user else None,
    )
    db.add(flag)
    db.flush()
    return flag


def flagged_thing(db: Session, flag: Flag) -> Product | Firm | None:
    """What a report is about, or None if it is gone."""
    if flag.subject_kind == "product":
        return db.scalar(select(Product).where(Product.public_id == flag.subject))
    return db.scalar(select(Firm).where(Firm.public_id == flag.subject))


def settle(db: Session, actor: Actor, flag: Flag, *, outcome: str, reason: str) -> int:
    """'hidden' or 'kept', with the reason; closes all open reports of the thing; how many.

    Only products are hidden so; a firm is suspended on its own page, by a head. The firm is
    told what was hidden and why. Raises Conflict if somebody settled it already.
    """
    actor.must_be_desk()
    if flag.settled_at is not None:
        raise Conflict(_("Somebody has settled this report already."))
    if outcome not in OUTCOMES:
        raise BadInput("outcome", outcome, _("Choose what is to happen."))
    if not reason.strip():
        raise BadInput("reason", reason, _("Say why: those concerned will read it."))
    thing = flagged_thing(db, flag)
    if outcome == "hidden":
        if not isinstance(thing, Product):
            raise BadInput("outcome", outcome, _("Only products can be hidden."))
        hide_product(db, actor, thing, reason=reason)
    open_ones = db.scalars(
        select(Flag).where(
            Flag.subject_kind == flag.subject_kind,
            Flag.subject == flag.subject,
            Flag.settled_at.is_(None),
        )
    ).all()
    for each in open_ones:
        each.settled_at, each.outcome = utc_now(), f"{outcome}: {reason.strip()}"
        each.settled_by_id = actor.user.id if actor.user else None
    subject = flag.subject_kind, flag.subject
    record(db, actor, f"report.{outcome}", *subject, reason=reason.strip())
    return len(open_ones)


def hide_product(db: Session, actor: Actor, product: Product, *, reason: str) -> None:
    """Take a product off the public pages and tell its firm why."""
    before, product.state = product.state, "hidden"
    product.hidden_because = reason.strip()
    record(
        db,
        actor,
        "product.hidden",
        "product",
        product.public_id,
        before={"state": before},
        after={"state": "hidden"},
        reason=reason.strip(),
    )
    _tell_firm(
        db,
        product,
        reason,
        subject=N_("The export desk has hidden “%(title)s”"),
        text=N_("Why: %(reason)s\n\nCorrect it and ask the desk to look again."),
    )


def restore_product(db: Session, actor: Actor, product: Product, *, reason: str) -> None:
    """Take back that the desk has hidden it, and tell its firm why. Raises Conflict.

    What the firm has made a draft meanwhile stays one: only the firm publishes it.
    """
    actor.must_be_desk()
    if product.hidden_because is None:
        raise Conflict(_("This product is not hidden by the desk."))
    if not reason.strip():
        raise BadInput("reason", reason, _("Say why: those concerned will read it."))
    before = {"state": product.state, "reason": product.hidden_because}
    product.hidden_because = None
    product.state = "published" if product.state == "hidden" else product.state
    record(
        db,
        actor,
        "product.restored",
        "product",
        product.public_id,
        before=before,
        after={"state": product.state},
        reason=reason.strip(),
    )
    _tell_firm(
        db,
        product,
        reason,
        subject=N_("The export desk shows “%(title)s” again"),
        text=N_("Why: %(reason)s"),
    )


def hidden_products(db: Session, firm: Firm) -> Sequence[Product]:
    """What of a firm a desk has hidden, by title."""
    asked = select(Product).where(Product.firm_id == firm.id, Product.hidden_because.is_not(None))
    return db.scalars(asked.order_by(Product.title, Product.id)).all()


def _tell_firm(db: Session, product: Product, reason: str, *, subject: str, text: str) -> None:
    """The index and the firm's people learn of it."""
    organisation = product.firm.organisation
    changes = concerned_by(db, [organisation.id], [product.id])
    note_changes(db, [*changes, Change("product", product.id, "saved")])
    tell_members(
        db,
        organisation,
        kind="listing.changed",
        subject=subject,
        text=text,
        values={"title": product.title, "reason": reason.strip()},
        address=f"/firm/products/{product.public_id}/edit",
    )
