"""How people sign in: Flask-Security with our templates, our outbox and our audiences.

It brings the sign-in page, confirmation of addresses, recovery, change of password and the
second factor. Registration, invitations and links handed over are ours (`accounts/`), because
they found organisations too.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import wraps
from html import unescape
from typing import Any

from flask import (
    Flask,
    Response,
    after_this_request,
    has_request_context,
    redirect,
    request,
    session,
)
from flask import render_template as render
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import FSQLALiteUserDatastore, MailUtil, PasswordUtil, RoleMixin, Security
from flask_security.confirmable import confirm_email_token_status
from flask_security.utils import hash_password

from matchmaker.access import ACTING_FOR, ACTING_IN, open_to
from matchmaker.accounts import attempts, messages
from matchmaker.accounts.forms import ConfirmForm
from matchmaker.accounts.models import User
from matchmaker.accounts.passwords import LEAST, weakness_of
from matchmaker.arriving import way_on
from matchmaker.config import Config
from matchmaker.database import database, get_db
from matchmaker.errors import MatchmakerError
from matchmaker.languages import TRANSLATIONS
from matchmaker.notices.services import write_letter
from matchmaker.orm import ONLY_READING, utc_now

View = Callable[..., Any]
# Who may use the views that Flask-Security brings; a view of it that is not listed stops the
# start (`access.require_audiences`).
AUDIENCES = {
    "security.login": "anyone",
    "security.logout": "anyone",
    "security.verify": "user",
    "security.forgot_password": "anyone",
    "security.reset_password": "anyone",
    "security.change_password": "user",
    "security.send_confirmation": "anyone",
    "security.confirm_email": "anyone",
    "security.two_factor_setup": "user",
    "security.two_factor_setup_validate": "user",
    "security.two_factor_token_validation": "anyone",
    "security.two_factor_rescue": "anyone",
    "security.tf_select": "anyone",
    "security.mf_recovery_codes": "user",
    "security.mf_recovery": "anyone",
}
# Views where a secret can be guessed, and views that make us write to an address.
GUESSED_AT = (
    "security.login",
    "security.verify",
    "security.change_password",
    "security.two_factor_token_validation",
    "security.mf_recovery",
)
WRITES_MAIL = ("security.forgot_password", "security.send_confirmation")
# Mails that anybody can have sent to any address; so many an hour, then no more.
ASKED_FOR_BY_ANYBODY = (
    "reset_instructions",
    "confirmation_instructions",
    "welcome_existing",
    "address_confirmation",
    "address_taken",
)


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
        name = template.rsplit("/", 1)[-1]
        if name in ASKED_FOR_BY_ANYBODY and not attempts.may_write_to(address):
            return
        user: User | None = kwargs.get("user")
        write_letter(
            get_db(),
            address=address,
            kind=f"account.{name}",
            subject=str(subject),
            # Templates escape what they fill in; in plain words O'Brien is no O&#39;Brien.
            text=unescape(body or "").strip() + "\n",
            html=html,
            user=user,
            language=user.language if user else "en",
        )
        if has_request_context():
            # Its views that only ask for a mail change nothing else and commit nothing.
            after_this_request(_commit)


def _commit(response: Response) -> Response:
    get_db().commit()
    return response


class Passwords(PasswordUtil):
    """Our rules for passwords in place of the library's."""

    def validate(
        self, password: str, is_register: bool, **kwargs: Any
    ) -> tuple[list[str] | None, str]:
        """The complaints, or None, and the password as it is hashed."""
        user: User | None = kwargs.get("user")
        known = (user.name, user.email or "") if user else ()
        weakness = weakness_of(password, *known)
        normal = self.normalize(password)
        return ([_(messages.WEAKNESSES[weakness])] if weakness else None), normal


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
        # What links carry of an address or of a password's hash. The library's own choice takes
        # half a second of work for each mail that anybody may ask for, and hides nothing better:
        # the link is signed, and goes to who owns both.
        SECURITY_HASHING_SCHEMES=["hex_sha256"],
        SECURITY_DEPRECATED_HASHING_SCHEMES=[],
        SECURITY_PASSWORD_LENGTH_MIN=LEAST,
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
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=8,
        # Nobody learns here which addresses have an account.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_LOGIN_WITHOUT_CONFIRMATION=False,
        # Who confirms has just chosen the password and read the mail: nothing is left to ask.
        SECURITY_AUTO_LOGIN_AFTER_CONFIRM=True,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_LOGOUT_METHODS=["GET", "POST"],
        SECURITY_RESET_URL="/recover",
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_CONFIRM_URL="/confirm",
        SECURITY_TWO_FACTOR_SETUP_URL="/account/second-factor",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/sign-in/second-factor",  # noqa: S106
        SECURITY_TWO_FACTOR_RESCUE_URL="/sign-in/second-factor-lost",
        SECURITY_TWO_FACTOR_SELECT_URL="/sign-in/second-factor-which",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/account/recovery-codes",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/sign-in/recovery-code",
        SECURITY_VERIFY_URL="/sign-in/again",
        SECURITY_POST_LOGIN_VIEW="arriving.begin",
        SECURITY_POST_LOGOUT_VIEW="storefront.home",
        SECURITY_POST_CONFIRM_VIEW="security.login",
        SECURITY_POST_CHANGE_VIEW="accounts.home",
        SECURITY_POST_RESET_VIEW="security.login",
        SECURITY_EMAIL_SENDER=config.mail_from,
        SECURITY_EMAIL_HTML=False,
        # Whether a domain takes mail shows when we write; a lookup would make people wait.
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_DATETIME_FACTORY=utc_now,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        # Its texts come out of our catalogues.
        SECURITY_I18N_DOMAIN="messages",
        SECURITY_I18N_DIRNAME=[str(TRANSLATIONS)],
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=https,
        REMEMBER_COOKIE_SAMESITE="Lax",
        **messages.settings(),
    )
    store = FSQLALiteUserDatastore(database, User, NoRoles)
    Security(app, store, mail_util_cls=Outbox, password_util_cls=Passwords)
    # No tokens in addresses or headers: programs have keys of their own (`api/`).
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.jinja_env.globals["mail_url"] = lambda endpoint, **values: mail_url(
        app, config, endpoint, **values
    )
    app.jinja_env.globals["mail_goes_to_folder"] = not config.mail_url
    _guard_views(app)


def mail_url(app: Flask, config: Config, endpoint: str, **values: Any) -> str:
    """The address for a mail: on our own host, whatever host the request named."""
    return config.public_url + app.url_for(endpoint, **values)


def _guard_views(app: Flask) -> None:
    """Audiences, limits and the button of the confirmation, around the library's views."""
    views = app.view_functions
    views["security.confirm_email"] = _confirm_by_button(views["security.confirm_email"])
    views["security.logout"] = _sign_out_by_button(views["security.logout"])
    for endpoint in GUESSED_AT:
        views[endpoint] = _count_tries(views[endpoint])
    for endpoint in WRITES_MAIL:
        views[endpoint] = _count_mails(views[endpoint])
    for endpoint, audience in AUDIENCES.items():
        views[endpoint] = open_to(audience)(_forms_only(views[endpoint]))


def _forms_only(view: View) -> View:
    """The library would take JSON too, past the limits that read the form."""

    @wraps(view)
    def forms_only(**values: Any) -> Any:
        if request.is_json:
            refusal = MatchmakerError(_("What was sent could not be used."))
            refusal.status = 415
            raise refusal
        return view(**values)

    return forms_only


def _count_tries(view: View) -> View:
    @wraps(view)
    def counted(**values: Any) -> Any:
        if request.method != "POST" or _is_inside_already():
            return view(**values)
        attempt = attempts.attempt_at(_who_tries())
        attempt.begin()
        answer = view(**values)
        if _has_succeeded(answer):
            attempt.succeeded()
        return answer

    return counted


def _is_inside_already() -> bool:
    """Signing in once more tries nothing, and must not clear the count of tries elsewhere."""
    return request.endpoint == "security.login" and bool(current_user.is_authenticated)


def _who_tries() -> str:
    """The account that is tried: signed in, halfway in, or as typed."""
    if current_user.is_authenticated:
        return str(current_user.fs_uniquifier)
    if request.endpoint == "security.login":
        return request.form.get("email", "")[:254]
    return str(session.get("tf_user_id", ""))


def _has_succeeded(answer: Any) -> bool:
    """A right secret is answered with a redirect, and leaves somebody at least halfway in."""
    inside = current_user.is_authenticated or "tf_user_id" in session
    return inside and getattr(answer, "status_code", 200) in (301, 302, 303)


def _count_mails(view: View) -> View:
    @wraps(view)
    def counted(**values: Any) -> Any:
        if request.method == "POST":
            attempts.asks_for_mail()
        return view(**values)

    return counted


def _confirm_by_button(view: View) -> View:
    """Looking at the link confirms nothing: programs that check mail look at every link.

    The password is typed again, and counts from now on: whoever joined may have typed the address
    of somebody else, and would know the password of the account that they confirm.
    """

    @wraps(view)
    def confirm(token: str) -> Any:
        expired, invalid, user = confirm_email_token_status(token)  # type: ignore[no-untyped-call]
        waits = user and not (expired or invalid) and user.confirmed_at is None
        if waits:
            form = ConfirmForm()
            if not form.validate_on_submit():
                shown = {"email": user.email, "token": token, "form": form}
                return render("security/confirm_email.html", **shown)
            user.password = hash_password(form.password.data)
        # What is said of a link that does not work is the library's part.
        writing = ONLY_READING.set(False)
        try:
            answer = view(token=token)
        finally:
            ONLY_READING.reset(writing)
        return _go_on() if waits and current_user == user else answer

    return confirm


def _sign_out_by_button(view: View) -> View:
    """A link from anywhere leads to the button; looking at it signs nobody out."""

    @wraps(view)
    def sign_out() -> Any:
        if request.method != "POST" and current_user.is_authenticated:
            return render("security/logout_user.html")
        return view()

    return sign_out


def _go_on() -> Any:
    """Signed in by confirming, as oneself: for whom somebody acted here before is over."""
    session.pop(ACTING_IN, None)
    session.pop(ACTING_FOR, None)
    return redirect(way_on())


def _derived(secret: str, purpose: str) -> str:
    """A secret for one purpose, from which neither the first nor the others can be told."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
