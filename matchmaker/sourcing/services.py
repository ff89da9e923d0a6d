"""What happens between a buyer and one firm: a question, answers, an end. The caller commits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.drafts import made_of, note_draft
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.standing import may_contact
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import can_see_firm, can_see_product
from matchmaker.errors import N_, BadInput, Conflict, NotAllowed, NotFound
from matchmaker.measures import UNITS
from matchmaker.notices.services import tell_members
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Enquiry, EnquiryMessage
from matchmaker.sourcing.visibility import has_answered, side_of
from matchmaker.wording import gettext as _

LONGEST = 4000  # signs of a message
QUOTED = 300  # signs of it in a notice
MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class Question:
    """What a buyer wants to know; only the words are needed."""

    text: str
    quantity: Decimal | None = None
    unit: str = ""
    ship_by: dt.date | None = None


def send_enquiry(
    db: Session,
    actor: Actor,
    firm: Firm,
    product: Product | None,
    question: Question,
    *,
    draft_key: str = "",
) -> Enquiry:
    """Put a question to one firm; sent twice under one draft key it is kept once.

    Raises NotFound for what the actor may not see, NotAllowed with what to do about it (three
    firms until a desk verifies the buyer), BadInput.
    """
    kept = _kept(db, actor, draft_key)
    if kept is not None:
        return kept
    _must_see(actor, firm, product)
    allowance = may_contact(db, actor, firm_id=firm.id, lock=True)
    if not allowance.allowed or actor.acts_for is None:
        raise NotAllowed(allowance.reason)
    text, unit = _words(question.text), _checked_unit(question)
    if question.ship_by is not None and question.ship_by < utc_now().date():
        raise BadInput(_("Needed by"), question.ship_by, _("Choose a day to come."))
    enquiry = Enquiry(
        organisation_id=actor.acts_for.id,
        firm_id=firm.id,
        product_id=product.id if product else None,
        sent_by_id=actor.user.id if actor.user else None,
        quantity=question.quantity,
        unit=unit,
        ship_by=question.ship_by,
        is_verified=allowance.is_verified,
    )
    enquiry.messages.append(_message(actor, actor.acts_for, text))
    db.add(enquiry)
    db.flush()
    note_draft(db, actor, draft_key, enquiry.public_id)
    record(db, actor, "enquiry.sent", "enquiry", enquiry.public_id, after={"firm": firm.public_id})
    _tell_firm(db, enquiry, firm, product, text)
    return enquiry


def write_message(
    db: Session, actor: Actor, enquiry: Enquiry, text: str, *, draft_key: str = ""
) -> None:
    """Answer or ask on; the other side is told. Raises NotFound, NotAllowed, BadInput, Conflict."""
    if _kept(db, actor, draft_key) is not None:
        return
    side = _side(actor, enquiry)
    _must_write(actor, enquiry)
    if enquiry.state not in ("new", "answered"):
        raise Conflict(_("This enquiry is closed; nothing more can be written in it."))
    assert actor.acts_for is not None
    enquiry.messages.append(_message(actor, actor.acts_for, _words(text)))
    if side == "firm":
        enquiry.state = "answered"
    db.flush()
    note_draft(db, actor, draft_key, enquiry.public_id)
    record(db, actor, "enquiry.message", "enquiry", enquiry.public_id)
    _tell_other_side(db, enquiry, side, text)


def close_enquiry(db: Session, actor: Actor, enquiry: Enquiry) -> None:
    """Either side ends it; what was written stays to be read."""
    _side(actor, enquiry)
    _must_write(actor, enquiry)
    _change(db, actor, enquiry, "closed")


def mark_spam(db: Session, actor: Actor, enquiry: Enquiry) -> None:
    """The firm wants no such mail: the buyer can write no more in it, and desks count the mark."""
    _must_be_firm(actor, enquiry)
    _change(db, actor, enquiry, "spam")


def reopen_enquiry(db: Session, actor: Actor, enquiry: Enquiry) -> None:
    """The firm takes back the mark, or either side the end. Raises Conflict.

    What the firm marked as spam the buyer cannot open again.
    """
    side = _side(actor, enquiry)
    _must_write(actor, enquiry)
    if side == "buyer" and enquiry.state != "closed":
        raise Conflict(_("This enquiry cannot be opened again."))
    state = "answered" if has_answered(enquiry) else "new"
    _change(db, actor, enquiry, state, "enquiry.reopened")


def _kept(db: Session, actor: Actor, draft_key: str) -> Enquiry | None:
    made = made_of(db, actor, draft_key)
    return db.scalar(select(Enquiry).where(Enquiry.public_id == made)) if made else None


def _must_see(actor: Actor, firm: Firm, product: Product | None) -> None:
    if not can_see_firm(actor, firm):
        raise NotFound(_("This firm is not here."))
    if product is not None and (product.firm_id != firm.id or not can_see_product(actor, product)):
        raise NotFound(_("This product is not here."))


def _words(text: str) -> str:
    # PostgreSQL keeps no NUL; nobody types one, but programs send them.
    words = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not words:
        raise BadInput(_("Message"), text, _("Write what you want to say."))
    if len(words) > LONGEST:
        raise BadInput(_("Message"), text, _("Write at most %(count)s letters.", count=LONGEST))
    return words


def _checked_unit(question: Question) -> str | None:
    if question.quantity is None:
        return None
    if not 0 < question.quantity < MOST:
        raise BadInput(_("Quantity"), question.quantity, _("Enter a number above nothing."))
    if question.unit not in UNITS:
        raise BadInput(_("Unit"), question.unit, _("Choose a unit."))
    return question.unit


def _message(actor: Actor, organisation: Organisation, text: str) -> EnquiryMessage:
    sender = actor.user.id if actor.user else None
    return EnquiryMessage(sender_id=sender, organisation_id=organisation.id, text=text)


def _side(actor: Actor, enquiry: Enquiry) -> str:
    side = side_of(actor, enquiry)
    if side not in ("buyer", "firm"):
        raise NotFound(_("This enquiry is not here."))
    return side


def _must_be_firm(actor: Actor, enquiry: Enquiry) -> None:
    if side_of(actor, enquiry) != "firm":
        raise NotFound(_("This enquiry is not here."))
    _must_write(actor, enquiry)


def _must_write(actor: Actor, enquiry: Enquiry) -> None:
    assert actor.acts_for is not None
    actor.must_write_for(actor.acts_for.id)


def _change(db: Session, actor: Actor, enquiry: Enquiry, state: str, action: str = "") -> None:
    before, enquiry.state = enquiry.state, state
    db.flush()
    record(
        db,
        actor,
        action or f"enquiry.{state}",
        "enquiry",
        enquiry.public_id,
        before={"state": before},
        after={"state": state},
    )


def _tell_firm(
    db: Session, enquiry: Enquiry, firm: Firm, product: Product | None, text: str
) -> None:
    buyer = db.get_one(Organisation, enquiry.organisation_id)
    if product is not None:
        subject = N_("%(buyer)s asks about %(thing)s")
        words = N_("%(buyer)s asks %(firm)s about %(thing)s:\n\n“%(words)s”")
    else:
        subject = N_("%(buyer)s asks %(firm)s")
        words = N_("%(buyer)s asks %(firm)s:\n\n“%(words)s”")
    tell_members(
        db,
        firm.organisation,
        kind="enquiry.received",
        subject=subject,
        text=words,
        values={
            "buyer": buyer.name,
            "firm": firm.name,
            "thing": product.title if product else "",
            "words": _shortened(text),
        },
        address=f"/firm/enquiries/{enquiry.public_id}",
    )


def _tell_other_side(db: Session, enquiry: Enquiry, side: str, text: str) -> None:
    buyer = db.get_one(Organisation, enquiry.organisation_id)
    firm = enquiry.firm
    writer, reader = (firm.name, buyer) if side == "firm" else (buyer.name, firm.organisation)
    folder = "/enquiries" if side == "firm" else "/firm/enquiries"
    tell_members(
        db,
        reader,
        kind="enquiry.message",
        subject=N_("%(writer)s has written to you"),
        text=N_("%(writer)s writes about your enquiry:\n\n“%(words)s”")
        if side == "firm"
        else N_("%(writer)s writes again:\n\n“%(words)s”"),
        values={"writer": writer, "words": _shortened(text)},
        address=f"{folder}/{enquiry.public_id}",
    )


def _shortened(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[:QUOTED].rstrip()}…"
