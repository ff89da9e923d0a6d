"""What is typed into the pages of accounts."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[import-untyped]
    BooleanField,
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import (  # type: ignore[import-untyped]
    DataRequired,
    Length,
    Optional,
)

from matchmaker.accounts.messages import WEAKNESSES
from matchmaker.accounts.models import User
from matchmaker.accounts.passwords import weakness_of
from matchmaker.accounts.phones import phone_of
from matchmaker.errors import BadInput
from matchmaker.wording import gettext as _


class Form(FlaskForm):  # type: ignore[misc]
    """Base of our forms; each carries its CSRF token, and spaces around words do not count."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound: Any, options: dict[str, Any]) -> Any:
            if unbound.field_class in (StringField, EmailField, TextAreaField):
                options["filters"] = [*unbound.kwargs.get("filters", ()), _trimmed]
            return unbound.bind(form=form, **options)


def _trimmed(text: str | None) -> str | None:
    return text.strip() if text else text


NEEDED = DataRequired(lazy_gettext("Please fill this in."))
AGREED = DataRequired(lazy_gettext("Please tick this to go on."))


def an_email(_form: Form, field: Any) -> None:
    """The address in its usual form; an error where it cannot be one."""
    try:
        field.data = validate_email(field.data or "", check_deliverability=False).normalized
    except EmailNotValidError as wrong:
        raise ValidationError(_("Enter an address like name@example.com.")) from wrong


def a_phone(_form: Form, field: Any) -> None:
    """The number with its country; an error where it cannot be one."""
    try:
        field.data = phone_of(field.data or "")
    except BadInput as wrong:
        raise ValidationError(wrong.remedy) from wrong


class PasswordChoice(Form):
    """A new password, held against what everybody knows of the person."""

    password = PasswordField(lazy_gettext("Password"), [NEEDED])

    def known(self) -> list[str]:
        """What was typed beside it that everybody knows."""
        return [
            str(getattr(self, name).data or "")
            for name in ("name", "email", "organisation")
            if hasattr(self, name)
        ]

    def validate_password(self, field: Any) -> None:
        weakness = weakness_of(field.data or "", *self.known())
        if weakness:
            raise ValidationError(_(WEAKNESSES[weakness]))


class JoinForm(PasswordChoice):
    """What everybody who joins is asked."""

    name = StringField(lazy_gettext("Your name"), [NEEDED, Length(max=120)])
    email = EmailField(lazy_gettext("E-mail address"), [NEEDED, Length(max=254), an_email])
    organisation = StringField(lazy_gettext("Name of your organisation"), [NEEDED, Length(max=200)])
    notice = BooleanField(lazy_gettext("I have read the privacy notice"), [AGREED])


class JoinAsTraderForm(JoinForm):
    """Buyers and intermediaries."""

    country = SelectField(lazy_gettext("Country"), [NEEDED])


class JoinAsFirmForm(JoinForm):
    """Makers, who belong to a cluster."""

    cluster = SelectField(lazy_gettext("Cluster"), [NEEDED])
    town = StringField(lazy_gettext("Town"), [NEEDED, Length(max=120)])


class AcceptForm(PasswordChoice):
    """Somebody invited by mail makes an account."""

    name = StringField(lazy_gettext("Your name"), [NEEDED, Length(max=120)])
    notice = BooleanField(lazy_gettext("I have read the privacy notice"), [AGREED])


class ConfirmForm(PasswordChoice):
    """Who reads an address says by which password it is theirs from now on."""


class FirstPasswordForm(PasswordChoice):
    """Who came in by links until now gets a password with their address."""

    def __init__(self, user: User, email: str) -> None:
        super().__init__()
        self._known = [user.name, email, *(each.organisation.name for each in user.memberships)]

    def known(self) -> list[str]:
        return self._known


class AddressForm(Form):
    """The e-mail address a person would like to have."""

    email = EmailField(lazy_gettext("E-mail address"), [NEEDED, an_email])


class AcceptByPhoneForm(Form):
    """Somebody invited by link or QR makes an account without a password."""

    name = StringField(lazy_gettext("Your name"), [NEEDED, Length(max=120)])
    notice = BooleanField(lazy_gettext("I have read the privacy notice"), [AGREED])


class InviteForm(Form):
    """Whom to invite, and as what."""

    name = StringField(lazy_gettext("Name"), [NEEDED, Length(max=120)])
    email = EmailField(lazy_gettext("E-mail address"), [Optional(), Length(max=254), an_email])
    phone = StringField(lazy_gettext("Phone number"), [Optional(), Length(max=24), a_phone])
    role = RadioField(lazy_gettext("Role"), [NEEDED])

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.email.data or self.phone.data:
            return True
        self.email.errors = [_("Enter an e-mail address or a phone number.")]
        return False


class MandateForm(Form):
    """Whom to let act for us, and how it was agreed."""

    agent = SelectField(lazy_gettext("Who may act for you"), [NEEDED])
    how = TextAreaField(lazy_gettext("How it was agreed"), [NEEDED, Length(max=1000)])


class EraseForm(Form):
    """The box that keeps a slip of the finger from erasing an account."""

    sure = BooleanField(lazy_gettext("Yes, erase my account for good"), [AGREED])


class AskForm(AddressForm):
    """The address whose data are asked for."""
