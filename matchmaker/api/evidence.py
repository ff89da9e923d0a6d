"""Evidence a firm holds: read what the desk says of it, declare more."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.api.door import key_actor, who_asks, with_key
from matchmaker.api.models import ApiDone
from matchmaker.api.pages import own
from matchmaker.api.paging import page_of
from matchmaker.api.schemas import EvidenceHeld, EvidenceList, EvidenceSaid, PageQuery
from matchmaker.api.shown import evidence_held
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.queries import firm_of
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.database import get_db
from matchmaker.errors import BadInput, Conflict, NotFound
from matchmaker.limits import limiter, search_limit

WHOLE = (joinedload(Evidence.scheme), selectinload(Evidence.scope))
KEY = re.compile(r"[\x21-\x7e]{1,80}")


@own.route("/evidence")
@with_key("evidence:read")
@limiter.limit(search_limit, key_func=who_asks)
@own.arguments(PageQuery, location="query")
@own.response(200, EvidenceList)
def own_evidence(asked: dict[str, Any]) -> dict[str, Any]:
    """All evidence of the firm that it has not taken back."""
    actor, db = key_actor(), get_db()
    firm = firm_of(db, actor)
    query = _held(firm).order_by(Evidence.public_id).limit(asked["limit"] + 1)
    if "cursor" in asked:
        query = query.where(Evidence.public_id > asked["cursor"])
    rows, skus = db.scalars(query).all(), _skus(db, firm)
    return page_of(
        rows, asked["limit"], lambda each: each.public_id, lambda each: evidence_held(each, skus)
    )


@own.route("/evidence/<id>")
@with_key("evidence:read")
@limiter.limit(search_limit, key_func=who_asks)
@own.response(200, EvidenceHeld)
def read_evidence(id: str) -> dict[str, Any]:
    """One piece of evidence of the firm."""
    actor, db = key_actor(), get_db()
    firm = firm_of(db, actor)
    return evidence_held(_found(db, firm, id), _skus(db, firm))


@own.route("/evidence", methods=["POST"])
@with_key("evidence:write")
@limiter.limit(search_limit, key_func=who_asks)
@own.arguments(EvidenceSaid)
@own.response(201, EvidenceHeld)
def declare(said: dict[str, Any]) -> dict[str, Any]:
    """Declare evidence; it counts as self-declared until a desk has seen its document.

    Send an `Idempotency-Key` of your own: the same key again gives the same evidence.
    """
    actor, db = key_actor(), get_db()
    firm = firm_of(db, actor)
    actor.must_write_for(firm.organisation_id)
    key = _idempotency_key()
    before = db.get(ApiDone, (actor.key, key)) if key else None
    if before is not None:
        return evidence_held(_found(db, firm, before.made), _skus(db, firm))
    skus = _skus(db, firm)
    made = declare_evidence(
        db,
        actor,
        firm.organisation,
        _scheme(db, said.pop("scheme")),
        products=_products(skus, said.pop("products")),
        **said,
    )
    if key:
        _note(db, actor, key, made.public_id)
    db.commit()
    return evidence_held(made, skus)


def _held(firm: Firm) -> Any:
    living = (Evidence.holder_id == firm.organisation_id, Evidence.withdrawn_at.is_(None))
    return select(Evidence).where(*living).options(*WHOLE)


def _found(db: Session, firm: Firm, public_id: str) -> Evidence:
    evidence = db.scalar(_held(firm).where(Evidence.public_id == public_id))
    if evidence is None:
        raise NotFound("There is no such evidence of your firm.")
    found: Evidence = evidence
    return found


def _skus(db: Session, firm: Firm) -> dict[int, str]:
    rows = db.execute(select(Product.id, Product.sku).where(Product.firm_id == firm.id))
    return {row.id: row.sku for row in rows}


def _products(skus: dict[int, str], wanted: list[str]) -> list[int]:
    numbers = {sku: number for number, sku in skus.items()}
    for each in wanted:
        if each not in numbers:
            raise BadInput("products", each, "Name products by your own numbers.")
    return [numbers[each] for each in dict.fromkeys(wanted)]


def _scheme(db: Session, code: str) -> Scheme:
    scheme = db.scalar(select(Scheme).where(Scheme.code == code))
    if scheme is None:
        raise BadInput("scheme", code, "Use the code of a scheme, such as ISO9001.")
    return scheme


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if key and not KEY.fullmatch(key):
        raise BadInput("Idempotency-Key", key, "Use 1 to 80 letters, figures or signs.")
    return key


def _note(db: Session, actor: Actor, key: str, made: str) -> None:
    try:
        with db.begin_nested():
            db.add(ApiDone(key_id=str(actor.key), key=key, made=made))
    except IntegrityError as twice:
        raise Conflict("The same Idempotency-Key arrived twice at the same moment.") from twice
