"""What can go wrong with accounts."""

from __future__ import annotations

from matchmaker.errors import N_, Conflict, NotFound
from matchmaker.wording import gettext as _


class LinkSpent(NotFound):
    """A link that was used, withdrawn, has expired or never was: told alike, on purpose."""

    title = N_("This link no longer works")

    def __init__(self) -> None:
        super().__init__(
            _(
                "A link works once and for a few days. Ask whoever gave it to you for a new one;"
                " they can make it in a moment."
            )
        )


class AddressLinkSpent(NotFound):
    """The same for the link that confirms an address: its owner makes the next one alone."""

    title = N_("This link no longer works")

    def __init__(self) -> None:
        super().__init__(
            _(
                "A link that confirms an e-mail address works once and for two days. Send yourself"
                " a new one from your account page."
            )
        )


class AddressTaken(Conflict):
    """Somebody else's account has the address by now. Only who reads its mail is told so."""

    title = N_("This address has an account")

    def __init__(self) -> None:
        super().__init__(
            _(
                "Another account has this address by now. Sign in to that one, or give another"
                " address on your account page."
            )
        )


class LastOwner(Conflict):
    """Somebody must be left who can manage the organisation."""

    title = N_("An owner must be left")

    def __init__(self) -> None:
        super().__init__(
            _("This is the only owner. Make another member an owner first, then try again.")
        )
