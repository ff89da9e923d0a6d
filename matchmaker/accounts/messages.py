"""What Flask-Security says, in our words; the catalogues translate them like all other texts.

A message of it that is not listed here cannot come up with the features we switch on.
"""

from __future__ import annotations

from matchmaker.errors import N_

MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (N_("What was sent could not be used."), "error"),
    "GENERIC_AUTHN_FAILED": (
        N_(
            "This address and password do not belong together, or the address is not confirmed"
            " yet. Check both, or recover your password."
        ),
        "error",
    ),
    "GENERIC_RECOVERY": (N_("If there is an account, a mail is on its way."), "info"),
    "UNAUTHORIZED": (N_("This page is not for this account."), "error"),
    "UNAUTHENTICATED": (N_("Please sign in first."), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("Please enter your password again to go on."), "info"),
    "EMAIL_CONFIRMED": (N_("Your address is confirmed, and you are signed in."), "success"),
    "ALREADY_CONFIRMED": (N_("Your address was confirmed before. You can sign in."), "info"),
    "INVALID_CONFIRMATION_TOKEN": (
        N_("This link does not work. Ask for a new one below."),
        "error",
    ),
    "CONFIRMATION_REQUEST": (
        N_("If %(email)s waits to be confirmed, a mail with a link is on its way."),
        "info",
    ),
    "CONFIRMATION_EXPIRED": (N_("This link has expired. Ask for a new one below."), "error"),
    "CONFIRMATION_REQUIRED": (N_("Confirm your e-mail address first."), "error"),
    "PASSWORD_RESET_REQUEST": (
        N_("If %(email)s has an account, a mail with a link is on its way."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (N_("This link has expired. Ask for a new one below."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("This link does not work. Ask for a new one below."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (
        N_("Your new password is set. Sign in with it."),
        "success",
    ),
    "PASSWORD_CHANGE": (N_("Your password was changed."), "success"),
    "PASSWORD_IS_THE_SAME": (N_("This is the password you have. Choose another one."), "error"),
    "PASSWORD_MISMATCH": (N_("The two passwords differ."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords differ."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter your password."), "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    "INVALID_PASSWORD_CODE": (N_("This is not your password."), "error"),
    "EMAIL_NOT_PROVIDED": (N_("Enter your e-mail address."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("Enter an address like name@example.com."), "error"),
    "USER_DOES_NOT_EXIST": (N_("This address is not known."), "error"),
    "DISABLED_ACCOUNT": (N_("This account was closed."), "error"),
    "INVALID_REDIRECT": (N_("The link would lead away from this site."), "error"),
    "INVALID_CODE": (N_("This code is wrong or too old. Enter the one shown now."), "error"),
    "INVALID_INPUT": (N_("What was sent could not be used."), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This code is wrong or too old. Enter the one shown now."),
        "error",
    ),
    "INVALID_RECOVERY_CODE": (N_("This recovery code is wrong or was used."), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("There are no recovery codes yet."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you, go on."), "info"),
    "REFRESH": (N_("Please enter your password again to go on."), "info"),
    "LOGIN": (N_("Please sign in first."), "info"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        N_("From now on signing in asks for a code from your app. Get recovery codes too."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please sign in first."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("What was sent could not be used."), "error"),
    "TWO_FACTOR_DISABLED": (N_("Signing in asks for your password only."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("That took too long. Start again."), "error"),
    "FORGOT_PASSWORD": (N_("Forgotten your password?"), "info"),
}
SUBJECTS = {
    "REGISTER": N_("Your account at Matchmaker"),
    "CONFIRM": N_("Confirm your e-mail address"),
    "PASSWORD_RESET": N_("Choose a new password"),
    "PASSWORD_NOTICE": N_("Your password was changed"),
    "PASSWORD_CHANGE_NOTICE": N_("Your password was changed"),
}
# By what `passwords.weakness_of` finds.
WEAKNESSES = {
    "short": N_("Take at least ten letters, figures or signs. Three or four words are best."),
    "same": N_("Take more different letters."),
    "worn": N_("This is one of the first passwords that strangers try. Take another one."),
    "known": N_("Take a password without your name, address or organisation."),
}


def settings() -> dict[str, object]:
    """All of them as Flask-Security's settings."""
    texts: dict[str, object] = {f"SECURITY_MSG_{key}": pair for key, pair in MESSAGES.items()}
    return texts | {f"SECURITY_EMAIL_SUBJECT_{key}": text for key, text in SUBJECTS.items()}
