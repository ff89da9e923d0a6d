"""The blueprint of the pages about notices, and what it brings to all templates."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date, format_time
from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale

from matchmaker.notices.zones import zone_named

pages = Blueprint("notices", __name__)


def for_reader(moment: dt.datetime, zone: str) -> str:
    """'21 Nov 2026, 14:05' on the reader's clock."""
    there, spoken = moment.astimezone(zone_named(zone)), get_locale()
    return f"{format_date(there, locale=spoken)}, {format_time(there, 'short', locale=spoken)}"


@pages.record_once
def _give_to_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters["for_reader"] = for_reader
