"""The link under a mail that stops its kind, without a sign-in: signed, so nobody forges it."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import User
from matchmaker.config import Config
from matchmaker.errors import NotFound
from matchmaker.notices.kinds import Kind, UnknownKind, kind_of
from matchmaker.notices.surroundings import wide_address
from matchmaker.wording import gettext as _


def stop_address(config: Config, user: User, kind: str) -> str:
    """Where a person stops one kind of mail. It never expires: mails are kept for years."""
    token = _signer(config).dumps([user.public_id, kind])
    return wide_address(config, f"/unsubscribe/{token}", user.language)


def stopped_by(db: Session, config: Config, token: str) -> tuple[User, Kind]:
    """The person and the kind a token names. Raises NotFound for one we did not make."""
    try:
        public_id, key = _signer(config).loads(token)
        user, kind = db.scalar(select(User).where(User.public_id == public_id)), kind_of(key)
    except (BadSignature, UnknownKind, ValueError, TypeError):
        user = kind = None
    if user is None or kind is None or not kind.may_be_off:
        raise NotFound(
            _("This link does not work. Sign in and choose under “Notices” what is mailed to you.")
        )
    return user, kind


def _signer(config: Config) -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key, salt="notices.stop")
