"""The blueprint of this room; its pages live in views*.py."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("sourcing", __name__)
