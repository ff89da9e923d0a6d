"""Keys of programs: what an organisation lets its own software do in its name."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import ApiKey
from matchmaker.accounts.mandates import clients_of
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.tokens import hash_of, new_secret
from matchmaker.errors import N_, BadInput, NotAllowed, NotFound
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

# What a key may do, as programs and as people call it.
SCOPES = {
    "catalogue:read": N_("read products, also those that are not published"),
    "catalogue:write": N_("add and change products and prices"),
    "evidence:read": N_("read certificates"),
    "evidence:write": N_("enter and change certificates"),
    "capacity:read": N_("read what can be made in which month"),
    "capacity:write": N_("change what can be made in which month"),
}
PREFIX = "mmk_"  # by which people and secret scanners know one


def can_use_keys(db: Session, organisation: Organisation) -> bool:
    """Whether a key would open anything: programs work for firms, or for clients that are firms."""
    if organisation.kind == "firm":
        return True
    return any(each.client.kind == "firm" for each in clients_of(db, organisation))


def make_key(
    db: Session, actor: Actor, organisation: Organisation, *, name: str, scopes: list[str]
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown once and never kept. The caller commits.

    Raises BadInput for an unknown scope, none, or no name; NotAllowed for who is no owner, and
    where no key would open anything.
    """
    _must_own(actor, organisation)
    if not can_use_keys(db, organisation):
        raise NotAllowed(_("Keys are for firms, and for those who act for one."))
    if not name.strip() or len(name) > 80:
        raise BadInput("name", name, "Say in a few words which program this is for.")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise BadInput("scopes", ", ".join(unknown), f"Choose among {', '.join(SCOPES)}.")
    secret = new_secret()
    key = ApiKey(
        organisation_id=organisation.id,
        name=name.strip(),
        secret_hash=secret.hash,
        scopes=[each for each in SCOPES if each in scopes],
        made_by_id=actor.user.id if actor.user else None,
    )
    db.add(key)
    db.flush()
    after = {"key": key.public_id, "scopes": key.scopes}
    record(db, actor, "key.made", "organisation", organisation.public_id, after=after)
    return key, PREFIX + secret.text


def revoke_key(db: Session, actor: Actor, organisation: Organisation, public_id: str) -> ApiKey:
    """End a key at once. Raises NotFound for keys of others. The caller commits."""
    _must_own(actor, organisation)
    key = db.scalar(
        select(ApiKey).where(
            ApiKey.public_id == public_id, ApiKey.organisation_id == organisation.id
        )
    )
    if key is None:
        raise NotFound("There is no such key.")
    if key.revoked_at is None:
        key.revoked_at = utc_now()
        before = {"key": key.public_id}
        record(db, actor, "key.revoked", "organisation", organisation.public_id, before=before)
    return key


def keys_of(db: Session, organisation: Organisation) -> list[ApiKey]:
    """All keys of an organisation, living ones first, the youngest on top."""
    found = db.scalars(
        select(ApiKey).where(ApiKey.organisation_id == organisation.id).order_by(ApiKey.id.desc())
    )
    return sorted(found, key=lambda key: key.revoked_at is not None)


def living_key(db: Session, text: str) -> ApiKey | None:
    """The key with this text, unless it was revoked."""
    if not text.startswith(PREFIX):
        return None
    wanted = hash_of(text.removeprefix(PREFIX))
    return db.scalar(
        select(ApiKey).where(ApiKey.secret_hash == wanted, ApiKey.revoked_at.is_(None))
    )


def note_use(key: ApiKey, today: dt.date) -> None:
    """The day a key last came; once a day is enough to see which are forgotten."""
    if key.last_used_on != today:
        key.last_used_on = today


def _must_own(actor: Actor, organisation: Organisation) -> None:
    if actor.is_system:
        return
    own = actor.organisation is not None and actor.organisation.id == organisation.id
    if actor.is_suspended or not own or "owner" not in actor.roles:
        raise NotAllowed("Only owners of the organisation make and revoke keys.")
