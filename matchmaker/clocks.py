"""On whose clock times are shown: the reader's own, and always with the name of its zone."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import format_date, format_time, get_timezone_gmt
from flask import Flask
from flask_babel import get_locale
from flask_login import current_user

from matchmaker.notices.zones import zone_named

# Of countries with several clocks, the one by which most of their trade goes.
MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "IN": "Asia/Kolkata",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PG": "Pacific/Port_Moresby",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
ELSE = "UTC"


def set_up(app: Flask) -> None:
    """Give templates the one way to show an instant."""
    app.jinja_env.filters["for_reader"] = for_reader


def reader_zone() -> ZoneInfo:
    """The zone of whoever is signed in; of visitors nobody knows it."""
    return zone_named(current_user.zone if current_user.is_authenticated else ELSE)


def for_reader(moment: dt.datetime, zone: ZoneInfo | None = None) -> str:
    """'21 Nov 2026, 14:05 GMT+05:30' on the reader's clock."""
    there, spoken = moment.astimezone(zone or reader_zone()), get_locale() or "en"
    shown = f"{format_date(there, locale=spoken)}, {format_time(there, 'short', locale=spoken)}"
    return f"{shown} {get_timezone_gmt(there, 'long', locale=spoken)}"


@cache
def zones() -> tuple[str, ...]:
    """Names of all zones of places, and UTC, in order."""
    places = {each for each in get_global("zone_territories") if not each.startswith("Etc/")}
    return (ELSE, *sorted((places | set(MAIN.values())) & available_timezones()))


def choices(now: dt.datetime) -> list[tuple[str, str]]:
    """All zones with how they are called in a list, from west to east."""
    told = []
    for name in zones():
        there = now.astimezone(ZoneInfo(name))
        ahead = get_timezone_gmt(there, "long", locale=get_locale() or "en")
        place = name.split("/", 1)[-1].replace("_", " ").replace("/", ", ")
        told.append((there.utcoffset(), place, name, f"{place} ({ahead})"))
    return [(name, label) for _ahead, _place, name, label in sorted(told)]


def zone_of(country: str, told: str = "") -> str:
    """The zone a browser told of, else the one most likely meant by who names a country."""
    if told in zones():
        return told
    if country in MAIN:
        return MAIN[country]
    found = [
        zone
        for zone, territory in get_global("zone_territories").items()
        if territory == country and zone in zones()
    ]
    return found[0] if len(found) == 1 else ELSE
