"""What people and organisations say of themselves, changed by themselves."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.managing import must_manage
from matchmaker.accounts.models import Organisation, User
from matchmaker.errors import BadInput, Conflict
from matchmaker.wording import gettext as _


def change_person(db: Session, user: User, *, name: str, language: str, zone: str) -> None:
    """One's own name, the language of letters, the clock one goes by. The caller commits."""
    if not name.strip():
        raise BadInput("name", name, _("Please fill this in."))
    user.language, user.zone = language, zone
    if name.strip() != user.name:
        user.name = name.strip()
        # Without the names: the trail outlives the account, and may name nobody.
        record(db, Actor(user), "user.renamed", "user", user.public_id)


def change_organisation(
    db: Session, actor: Actor, organisation: Organisation, *, name: str, country: str, website: str
) -> bool:
    """Name, country and website, by who manages it; whether anything changed. Caller commits.

    What a desk has verified stays: else one could be verified and then become somebody else.
    Raises Conflict, NotAllowed, BadInput.
    """
    must_manage(actor, organisation)
    if organisation.standing == "verified":
        raise Conflict(
            _(
                "A desk has verified these details. To change them, ask it to take the"
                " verification back."
            )
        )
    if not name.strip():
        raise BadInput("name", name, _("Please fill this in."))
    now = {"name": name.strip(), "country": country, "website": website_of(website)}
    before = {each: getattr(organisation, each) for each in now}
    changed = {each for each in now if now[each] != before[each]}
    for each in changed:
        setattr(organisation, each, now[each])
    if changed:
        record(
            db,
            actor,
            "organisation.changed",
            "organisation",
            organisation.public_id,
            before={each: before[each] for each in sorted(changed)},
            after={each: now[each] for each in sorted(changed)},
        )
    return bool(changed)


def website_of(typed: str) -> str | None:
    """The address as a link can carry it; `www.example.com` is completed."""
    text = typed.strip()
    if not text:
        return None
    address = text if "://" in text else f"https://{text}"
    wrong = BadInput("website", typed, _("Enter an address like www.example.com."))
    try:
        parts = urlsplit(address)
    except ValueError as odd:
        raise wrong from odd
    host = parts.hostname or ""
    odd_signs = any(sign.isspace() or not sign.isprintable() for sign in address)
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or odd_signs:
        raise wrong
    if parts.username is not None or len(address) > 200:
        raise wrong
    return address
