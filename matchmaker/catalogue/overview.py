"""What the firm's own home shows: its listings, what to do next, what is there in numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from matchmaker.catalogue.doing import Stock, ToDo, to_do
from matchmaker.catalogue.freshness import Standing
from matchmaker.catalogue.models import Firm, PriceTier, Product
from matchmaker.catalogue.reconfirming import Fact, facts_to_confirm
from matchmaker.orm import Model


@dataclass(frozen=True)
class Overview:
    """`published`, `drafts`, `hidden`, `with_photo`: listings; `fresh` of `facts`: confirmed."""

    todo: Sequence[ToDo]
    published: int
    drafts: int
    hidden: int
    with_photo: int
    facts: int
    fresh: int
    enquiries: int

    @property
    def listings(self) -> int:
        return self.published + self.drafts + self.hidden


def look(db: Session, firm: Firm, today: dt.date) -> Overview:
    """Six queries, however much the firm makes."""
    stock = _stock(db, firm)
    facts: list[Fact] = facts_to_confirm(db, firm, today, also_fresh=True)
    standings: list[Standing] = [each.standing for each in facts]
    enquiries = _waiting_enquiries(db, firm)
    states = [each.state for each in stock]
    return Overview(
        todo=to_do(stock, standings, enquiries),
        published=states.count("published"),
        drafts=states.count("draft"),
        hidden=states.count("hidden"),
        with_photo=sum(each.has_photo for each in stock),
        facts=len(facts),
        fresh=len(facts) - standings.count("stale"),
        enquiries=enquiries,
    )


def _stock(db: Session, firm: Firm) -> list[Stock]:
    rows = db.execute(
        select(
            Product.public_id,
            Product.title,
            Product.state,
            Product.family_is_guess,
            Product.has_photo,
            exists().where(PriceTier.product_id == Product.id),
            Product.lead_days.is_not(None),
        )
        .where(Product.firm_id == firm.id)
        .order_by(Product.id.desc())
    )
    return [Stock(*row) for row in rows]


def _waiting_enquiries(db: Session, firm: Firm) -> int:
    """Asked of the table by its name, because the room of enquiries lies to the right."""
    enquiry = Model.metadata.tables["enquiry"]
    waiting = (enquiry.c.firm_id == firm.id) & (enquiry.c.state == "new")
    return db.scalar(select(func.count()).select_from(enquiry).where(waiting)) or 0
