"""The blueprint of the pages about notices."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("notices", __name__)
