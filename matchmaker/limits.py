"""How often one address may ask for what costs work."""

from __future__ import annotations

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, strategy="moving-window")


def search_limit() -> str:
    """Searches and suggestions, as configured."""
    return str(current_app.extensions["config"].rate_limit)
