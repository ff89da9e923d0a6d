"""Telling people: a notice in the bell, and a letter in the outbox. The caller commits.

    tell(db, user, kind="evidence.decided", subject=N_("“%(name)s” was approved"),
         text=N_("Buyers see it from now on."), values={"name": name}, address="/firm/evidence")

`subject` and `text` are marked texts with their places still open: each person reads them in
their own language, whoever caused them. `address` is the path of the page to open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import WRITING_ROLES
from matchmaker.accounts.models import Mandate, Membership, Organisation, User
from matchmaker.config import LANGUAGES
from matchmaker.notices.kinds import kind_of
from matchmaker.notices.models import PACES, Letter, Notice, Wish
from matchmaker.notices.surroundings import settings, spoken, wide_address
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

LONGEST_SUBJECT = 200
_NO_VALUES: Mapping[str, Any] = {}


def tell(
    db: Session,
    user: User,
    *,
    kind: str,
    subject: str,
    text: str,
    address: str = "",
    values: Mapping[str, Any] = _NO_VALUES,
) -> Notice:
    """Put it into the person's bell, and mail it now, in the digest or not at all, as they wish.

    Who has no confirmed address, or one from which mail comes back, has only the bell. Raises
    UnknownKind.
    """
    with spoken(user.language):
        subject, text = _(subject, **values), _(text, **values)
    return _put(db, user, kind, subject, text, address)


def tell_anew(
    db: Session, user: User, *, kind: str, subject: str, text: str, address: str
) -> Notice:
    """One notice for all that gathers at an address: what is said anew replaces the old words.

    `subject` and `text` come in the person's language already. It is mailed once, and counts as
    unread again whenever it says something else.
    """
    before = db.scalar(
        select(Notice)
        .where(Notice.user_id == user.id, Notice.kind == kind, Notice.address == address)
        .order_by(Notice.id.desc())
        .limit(1)
    )
    if before is None:
        return _put(db, user, kind, subject, text, address)
    if before.text != text.strip():
        before.subject, before.text, before.read_at = _one_line(subject), text.strip(), None
        db.flush()
    return before


def _put(db: Session, user: User, kind: str, subject: str, text: str, address: str) -> Notice:
    pace = pace_of(db, user, kind)
    notice = Notice(
        user_id=user.id,
        kind=kind,
        subject=_one_line(subject),
        text=text.strip(),
        address=_without_language(address),
        for_digest=pace == "digest",
    )
    db.add(notice)
    if pace == "at once" and can_be_mailed(db, user):
        notice.letter_id = _letter_for(db, user, notice).id
    db.flush()
    return notice


def tell_members(
    db: Session,
    organisation: Organisation,
    *,
    kind: str,
    subject: str,
    text: str,
    address: str = "",
    values: Mapping[str, Any] = _NO_VALUES,
    except_for: User | None = None,
) -> list[Notice]:
    """Tell everybody who may act here; agents too, where no member can be reached by mail."""
    own = writers_of(db, organisation.id)
    told = [(user, address) for user in own]
    if not any(can_be_mailed(db, user) for user in own):
        through = _through_the_client(organisation, address)
        told += [(user, through) for user in _agents(db, organisation.id) if user not in own]
    return [
        tell(db, user, kind=kind, subject=subject, text=text, address=there, values=values)
        for user, there in told
        if except_for is None or user.id != except_for.id
    ]


def write_letter(
    db: Session,
    *,
    address: str,
    kind: str,
    subject: str,
    text: str,
    html: str | None = None,
    user: User | None = None,
    language: str = "en",
) -> Letter:
    """Put a mail into the outbox, in the caller's transaction; the worker sends it after."""
    letter = Letter(
        address=address,
        kind=kind,
        subject=_one_line(subject),
        text=text,
        html=html,
        user_id=user.id if user else None,
        language=language,
    )
    db.add(letter)
    db.flush()
    return letter


def pace_of(db: Session, user: User, kind: str) -> str:
    """'at once', 'digest' or 'off': the person's wish, else what the kind has of itself."""
    known = kind_of(kind)
    if not known.may_be_off:
        return "at once"
    wish = db.get(Wish, (user.id, known.key))
    return wish.pace if wish else known.pace


def set_pace(db: Session, user: User, kind: str, pace: str) -> None:
    """Keep a wish. What may not be switched off stays as it is; the caller commits."""
    known = kind_of(kind)
    if pace not in PACES:
        raise ValueError(f"{pace!r} is not one of {PACES}")
    if not known.may_be_off:
        return
    wish = db.get(Wish, (user.id, known.key))
    if wish is None:
        db.add(Wish(user_id=user.id, kind=known.key, pace=pace))
    else:
        wish.pace = pace
    db.flush()


def mark_read(db: Session, user: User, notice: Notice | None = None) -> int:
    """One notice, or all of the person's, are read; how many were not before."""
    unread = update(Notice).where(Notice.user_id == user.id, Notice.read_at.is_(None))
    if notice is not None:
        unread = unread.where(Notice.id == notice.id)
    return int(getattr(db.execute(unread.values(read_at=utc_now())), "rowcount", 0))


def can_be_mailed(db: Session, user: User) -> bool:
    """Whether a letter has a chance: the address was confirmed and mail does not come back.

    People of the demonstration have made-up addresses: nobody is to get their mail.
    """
    if not (user.email and user.confirmed_at and user.active) or user.is_demo:
        return False
    return not comes_back(db, user)


def comes_back(db: Session, user: User) -> bool:
    """Whether the last mail to the person's present address, as far as is known, came back."""
    last = db.scalar(
        select(Letter.state)
        .where(
            Letter.user_id == user.id,
            Letter.address == user.email,
            Letter.state.in_(("accepted", "bounced")),
        )
        .order_by(Letter.id.desc())
        .limit(1)
    )
    return last == "bounced"


def _letter_for(db: Session, user: User, notice: Notice) -> Letter:
    opened = wide_address(settings(), notice.address, user.language) if notice.address else ""
    body = "\n\n".join(part for part in (notice.text, opened) if part)
    return write_letter(
        db,
        address=str(user.email),
        kind=notice.kind,
        subject=notice.subject,
        text=f"{body}\n",
        user=user,
        language=user.language,
    )


def writers_of(db: Session, organisation_id: int) -> list[User]:
    """Everybody who may act in the organisation as a member of it."""
    roles = WRITING_ROLES | {"desk_officer", "desk_head"}
    return list(
        db.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.role.in_(roles),
                User.active,
            )
            .order_by(User.id)
        )
    )


def _agents(db: Session, organisation_id: int) -> list[User]:
    """Those who act for the organisation under a living mandate."""
    agents = db.scalars(
        select(Mandate.agent_id)
        .where(Mandate.client_id == organisation_id, Mandate.ended_at.is_(None))
        .order_by(Mandate.id)
    )
    return [user for agent_id in agents for user in writers_of(db, agent_id)]


def _through_the_client(client: Organisation, address: str) -> str:
    """Where an agent opens it: pages of a client open only to who acts for it (views_acting)."""
    if not address:
        return ""
    asked = {"client": client.public_id, "next": _without_language(address)}
    return f"/account/act?{urlencode(asked)}"


def _one_line(subject: str) -> str:
    """A header holds no line breaks."""
    line = " ".join(subject.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _without_language(address: str) -> str:
    """The path as in English: whoever opens it gets the prefix of their own language."""
    first, _slash, rest = address.removeprefix("/").partition("/")
    return f"/{rest}" if first in LANGUAGES and first != "en" else address
