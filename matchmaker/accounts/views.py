"""Pages of one's own account."""

from __future__ import annotations

from flask import Blueprint, render_template

from matchmaker.access import acting, open_to

pages = Blueprint("accounts", __name__)


@pages.get("/account")
@open_to("person")
def home() -> str:
    """Who one is here, for whom one acts, and where to go on."""
    return render_template("accounts/home.html", actor=acting())
