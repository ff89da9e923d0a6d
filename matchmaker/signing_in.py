"""How people sign in: Flask-Security with our templates, our outbox and our audiences.

It brings the sign-in page, confirmation of addresses, recovery, change of password and the
second factor. Registration, invitations and links handed over are ours (`accounts/`), because
they found organisations too.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import Flask
from flask_security import FSQLALiteUserDatastore, MailUtil, RoleMixin, Security

from matchmaker.access import open_to
from matchmaker.accounts.models import User
from matchmaker.config import Config
from matchmaker.database import database, get_db
from matchmaker.notices.services import write_letter
from matchmaker.orm import utc_now

# Who may use the views that Flask-Security brings; a view of it that is not listed stops the
# start (`access.require_audiences`).
AUDIENCES = {
    "security.login": "anyone",
    "security.logout": "anyone",
    "security.verify": "person",
    "security.forgot_password": "anyone",
    "security.reset_password": "anyone",
    "security.change_password": "person",
    "security.send_confirmation": "anyone",
    "security.confirm_email": "anyone",
    "security.two_factor_setup": "person",
    "security.two_factor_setup_validate": "person",
    "security.two_factor_token_validation": "anyone",
    "security.two_factor_rescue": "anyone",
    "security.tf_select": "anyone",
    "security.mf_recovery_codes": "person",
    "security.mf_recovery": "anyone",
}


class Outbox(MailUtil):
    """Flask-Security's mail goes into our outbox, in the transaction of what it tells."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        address = recipient if isinstance(recipient, str) else recipient[1]
        user: User | None = kwargs.get("user")
        write_letter(
            get_db(),
            address=address,
            kind=f"account.{template}",
            subject=str(subject),
            text=body or "",
            html=html,
            user=user,
            language=user.language if user else "en",
        )


class NoRoles(RoleMixin):
    """Flask-Security's own roles are not used: ours belong to memberships."""


def set_up(app: Flask, config: Config) -> None:
    """Add sign-in to the application."""
    https = config.public_url.startswith("https://")
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  (the name of the hash)
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        # Signs what is mailed; derived, so that one secret is enough to configure.
        SECURITY_PASSWORD_SALT=_derived(config.secret_key, "password"),
        SECURITY_TOTP_SECRETS={"1": _derived(config.secret_key, "totp")},
        SECURITY_TOTP_ISSUER="Matchmaker",
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_CONFIRMABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=False,
        SECURITY_TWO_FACTOR_VALIDITY_COOKIE={
            "httponly": True,
            "secure": https,
            "samesite": "Strict",
        },
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        # Nobody learns here which addresses have an account.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_LOGIN_WITHOUT_CONFIRMATION=False,
        SECURITY_AUTO_LOGIN_AFTER_CONFIRM=False,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_RESET_URL="/recover",
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_CONFIRM_URL="/confirm",
        SECURITY_TWO_FACTOR_SETUP_URL="/account/second-factor",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/sign-in/second-factor",  # noqa: S106
        SECURITY_TWO_FACTOR_RESCUE_URL="/sign-in/second-factor-lost",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/account/recovery-codes",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/sign-in/recovery-code",
        SECURITY_VERIFY_URL="/sign-in/again",
        SECURITY_POST_LOGIN_VIEW="accounts.home",
        SECURITY_POST_LOGOUT_VIEW="storefront.home",
        SECURITY_POST_CONFIRM_VIEW="security.login",
        SECURITY_EMAIL_SENDER=config.mail_from,
        SECURITY_DATETIME_FACTORY=utc_now,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_API_ENABLED_METHODS=["session"],
    )
    store = FSQLALiteUserDatastore(database, User, NoRoles)
    Security(app, store, mail_util_cls=Outbox)
    # No tokens in addresses or headers: programs have keys of their own (`api/`).
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    for endpoint, audience in AUDIENCES.items():
        app.view_functions[endpoint] = open_to(audience)(app.view_functions[endpoint])


def _derived(secret: str, purpose: str) -> str:
    """A secret for one purpose, from which neither the first nor the others can be told."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
