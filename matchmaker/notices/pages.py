"""The blueprint of the pages about notices, and what it brings to all templates."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_datetime
from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale

from matchmaker.access import current_actor
from matchmaker.database import get_db
from matchmaker.notices.queries import MANY, unread_of
from matchmaker.notices.zones import zone_named

pages = Blueprint("notices", __name__)


def unread_notices() -> str:
    """The figure at the bell: '', '3', '99+'."""
    actor = current_actor()
    count = unread_of(get_db(), actor.user) if actor and actor.user else 0
    return f"{MANY}+" if count > MANY else str(count or "")


def for_reader(moment: dt.datetime, zone: str) -> str:
    """'21 Nov 2026, 14:05' on the reader's clock."""
    return str(format_datetime(moment, "medium", tzinfo=zone_named(zone), locale=get_locale()))


@pages.record_once
def _give_to_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["unread_notices"] = unread_notices
    state.app.jinja_env.filters["for_reader"] = for_reader
