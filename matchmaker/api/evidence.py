"""Evidence a firm holds: read what the desk says of it, declare more."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    rows = db.scalars(query).all()
    skus = _skus_in(db, rows)
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
    found = _held_as(db, firm_of(db, actor), id)
    if found is None:
        raise NotFound("There is no such evidence of your firm.")
    return evidence_held(found, _skus_in(db, [found]))


@own.route("/evidence", methods=["POST"])
@with_key("evidence:write")
@limiter.limit(search_limit, key_func=who_asks)
@own.arguments(EvidenceSaid)
@own.response(201, EvidenceHeld)
def declare(said: dict[str, Any]) -> dict[str, Any]:
    """Declare evidence; it counts as self-declared until a desk has seen its document.

    Send an `Idempotency-Key` of your own: the same key again gives the same evidence, and with
    other evidence is refused.
    """
    actor, db = key_actor(), get_db()
    firm = firm_of(db, actor)
    actor.must_write_for(firm.organisation_id)
    key = _idempotency_key()
    before = db.get(ApiDone, (actor.key, key)) if key else None
    if before is not None:
        again = _again(db, firm, before, said)
        return evidence_held(again, _skus_in(db, [again]))
    made = declare_evidence(
        db,
        actor,
        firm.organisation,
        _scheme(db, said.pop("scheme")),
        products=_products(db, firm, said.pop("products")),
        **said,
    )
    if key:
        _note(db, actor, key, made.public_id)
    db.commit()
    return evidence_held(made, _skus_in(db, [made]))


def _held(firm: Firm) -> Any:
    living = (Evidence.holder_id == firm.organisation_id, Evidence.withdrawn_at.is_(None))
    return select(Evidence).where(*living).options(*WHOLE)


def _held_as(db: Session, firm: Firm, public_id: str) -> Evidence | None:
    found: Evidence | None = db.scalar(_held(firm).where(Evidence.public_id == public_id))
    return found


def _again(db: Session, firm: Firm, before: ApiDone, said: dict[str, Any]) -> Evidence:
    """What the first request with this key made; never in answer to another question."""
    made = _held_as(db, firm, before.made)
    if made is None or (made.scheme.code, made.number) != (said["scheme"], said["number"].strip()):
        raise BadInput(
            "Idempotency-Key", before.key, "It was sent with other evidence. Take a new one."
        )
    return made


def _skus_in(db: Session, held: Sequence[Evidence]) -> dict[int, str]:
    """The firm's own numbers of the products in these scopes."""
    ids = {each.product_id for one in held for each in one.scope}
    if not ids:
        return {}
    rows = db.execute(select(Product.id, Product.sku).where(Product.id.in_(ids)))
    return {row.id: row.sku for row in rows}


def _products(db: Session, firm: Firm, wanted: list[str]) -> list[int]:
    rows = db.execute(
        select(Product.sku, Product.id).where(Product.firm_id == firm.id, Product.sku.in_(wanted))
    )
    numbers = {row.sku: row.id for row in rows}
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
