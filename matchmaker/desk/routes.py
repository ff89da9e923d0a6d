"""All pages of the desk on their one blueprint: importing a module of views adds its pages."""

from __future__ import annotations

from matchmaker.desk import (
    evidence,
    views,
    views_audit,
    views_buyers,
    views_contacts,
    views_firms,
    views_people,
    views_reports,
)
from matchmaker.desk.pages import pages

__all__ = [
    "evidence",
    "pages",
    "views",
    "views_audit",
    "views_buyers",
    "views_contacts",
    "views_firms",
    "views_people",
    "views_reports",
]
