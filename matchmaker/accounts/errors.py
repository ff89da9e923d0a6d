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


class LastOwner(Conflict):
    """Somebody must be left who can manage the organisation."""

    title = N_("An owner must be left")

    def __init__(self) -> None:
        super().__init__(
            _("This is the only owner. Make another member an owner first, then try again.")
        )
