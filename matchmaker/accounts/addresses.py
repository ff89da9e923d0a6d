"""One's own e-mail address: added or changed once its mailbox has answered.

Who came in by a link handed over has none; others change theirs. Nothing changes until who asked
opens the mailed link *where they are signed in*: a letter to a mistyped address opens no account,
and who types the address of somebody else gets nothing of it.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import AddressChange
from matchmaker.accounts.errors import AddressLinkSpent, AddressTaken
from matchmaker.accounts.links import revoke_links
from matchmaker.accounts.models import User
from matchmaker.accounts.tokens import hash_of, new_secret
from matchmaker.accounts.vouching import vouch_for
from matchmaker.errors import BadInput
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

LASTS = dt.timedelta(days=2)


def account_of(db: Session, email: str) -> User | None:
    """Who has this address, however it is spelled."""
    return db.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))


def ask_for_address(db: Session, user: User, email: str) -> str:
    """Note that a person would like this address; returns the secret of the link to mail to it.

    The same is noted where the address is somebody else's: what the person sees must not tell.
    Then the caller mails no link. Links to other addresses stop working; earlier ones to the same
    go on, for the newest letter may be the one that is held back as one too many. The caller
    commits.
    """
    address = email.strip().lower()
    if user.confirmed_at and address == (user.email or "").lower():
        raise BadInput("email", email, _("This is your address already."))
    mine = AddressChange.user_id == user.id
    db.execute(delete(AddressChange).where(mine, AddressChange.email != address))
    secret = new_secret()
    db.add(
        AddressChange(
            user_id=user.id,
            email=address,
            secret_hash=secret.hash,
            expires_at=utc_now() + LASTS,
        )
    )
    db.flush()
    # Without the address: the trail outlives the account, and may name nobody.
    record(db, Actor(user), "user.address_asked", "user", user.public_id)
    return secret.text


def waiting_address(db: Session, user: User) -> str | None:
    """The address that still waits to be confirmed by this person."""
    return db.scalar(
        select(AddressChange.email)
        .where(AddressChange.user_id == user.id, AddressChange.expires_at > utc_now())
        .order_by(AddressChange.id.desc())
        .limit(1)
    )


def change_of(db: Session, secret: str) -> AddressChange:
    """What the link with this secret would change; looking spends nothing.

    Raises AddressLinkSpent.
    """
    change = db.scalar(
        select(AddressChange).where(
            AddressChange.secret_hash == hash_of(secret), AddressChange.expires_at > utc_now()
        )
    )
    if change is None or not change.user.active:
        raise AddressLinkSpent
    return change


def confirm_address(db: Session, change: AddressChange, password_hash: str | None) -> str | None:
    """The person has the address now; returns the confirmed one they had before. Caller commits.

    `password_hash` is chosen by who had no password; links handed to them end. All sessions of
    the person end, and with them links that recover the password by the former address: the
    caller signs them in anew. Raises AddressLinkSpent, AddressTaken.
    """
    user, email = change.user, change.email
    # Deleting it is the spending: of two who press at once, one gets on.
    spent = db.execute(delete(AddressChange).where(AddressChange.id == change.id))
    if int(getattr(spent, "rowcount", 0)) != 1:
        raise AddressLinkSpent
    former = user.email if user.confirmed_at else None
    _give(db, user, email)
    if password_hash is not None and not user.password:
        user.password = password_hash
        revoke_links(db, Actor(user), user)
    user.fs_uniquifier = uuid.uuid4().hex
    db.execute(delete(AddressChange).where(AddressChange.user_id == user.id))
    _record_and_vouch(db, user, former)
    return former


def withdraw_address(db: Session, user: User) -> None:
    """The links mailed to the new address stop working; nothing has changed. Caller commits."""
    gone = db.execute(delete(AddressChange).where(AddressChange.user_id == user.id))
    if int(getattr(gone, "rowcount", 0)):
        record(db, Actor(user), "user.address_given_up", "user", user.public_id)


def forget_old_addresses(db: Session) -> None:
    """What nobody confirmed in time is swept."""
    db.execute(delete(AddressChange).where(AddressChange.expires_at < utc_now()))


def _give(db: Session, user: User, email: str) -> None:
    holder = account_of(db, email)
    if holder is not None and holder.id != user.id:
        raise AddressTaken
    try:
        with db.begin_nested():
            user.email, user.confirmed_at = email, utc_now()
    except IntegrityError as faster:
        raise AddressTaken from faster


def _record_and_vouch(db: Session, user: User, former: str | None) -> None:
    if former is not None:
        record(db, Actor(user), "user.address_changed", "user", user.public_id)
        return
    record(db, Actor(user), "user.address_added", "user", user.public_id)
    # Who opened a link mailed to them is known, and what waited for that is shown.
    for membership in user.memberships:
        vouch_for(db, membership.organisation)
