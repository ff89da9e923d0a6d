"""The blueprint of a firm's own pages; the views_*.py and views.py beside it fill it."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("catalogue", __name__)
