"""All pages of accounts on their one blueprint: importing a module of views adds its pages."""

from __future__ import annotations

from matchmaker.accounts import (
    views_acting,
    views_entries,
    views_language,
    views_mandates,
    views_members,
    views_privacy,
    views_standing,
)
from matchmaker.accounts.views import pages

__all__ = [
    "pages",
    "views_acting",
    "views_entries",
    "views_language",
    "views_mandates",
    "views_members",
    "views_privacy",
    "views_standing",
]
