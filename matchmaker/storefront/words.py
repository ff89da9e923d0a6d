"""Translated words, quickly: the reader's translations and locale are looked up once a request.

A page of results asks for some three hundred words; the look-up cost more than the words.
"""

from __future__ import annotations

from typing import Any

import flask_babel
from babel import Locale
from flask import Flask, g
from markupsafe import Markup

ENGLISH = Locale("en")


def set_up(app: Flask) -> None:
    """Let templates ask the same way; Jinja's own gettext takes four calls to do this."""
    app.jinja_env.globals.update(_=_written, gettext=_written, ngettext=_written_many)


def _written(text: str, /, **values: Any) -> Markup:
    """The text for a template: it is ours and may hold markup, its values are escaped."""
    found = Markup(_translations().ugettext(text))  # noqa: S704
    return found % values if values or "%" in found else found


def _written_many(one: str, many: str, num: int, /, **values: Any) -> Markup:
    found = Markup(_translations().ungettext(one, many, num))  # noqa: S704
    return found % {"num": num, **values}


def gettext(text: str, /, **values: Any) -> str:
    """The text in the reader's language, with values put in."""
    found = str(_translations().ugettext(text))
    return found % values if values else found


def ngettext(one: str, many: str, num: int, /, **values: Any) -> str:
    """The form of the text that fits the number, in the reader's language."""
    return str(_translations().ungettext(one, many, num)) % {"num": num, **values}


def locale() -> Locale:
    """The reader's locale; English outside requests."""
    return _spoken() or flask_babel.get_locale() or ENGLISH


def _spoken() -> Locale | None:
    """The locale that Flask-Babel has already found for this request, without asking it again."""
    try:
        kept = g._get_current_object().__dict__.get("_flask_babel")
    except RuntimeError:
        return None
    return getattr(kept, "babel_locale", None)


def _translations() -> Any:
    # Kept by locale: a mail written within a request may be forced into another language.
    # Asked some four hundred times a page, so each way through a proxy counts.
    spoken = _spoken() or locale()
    try:
        kept = g._get_current_object().__dict__
    except RuntimeError:
        return flask_babel.get_translations()
    if kept.get("spoken") is not spoken:
        kept["spoken"], kept["translations"] = spoken, flask_babel.get_translations()
    return kept["translations"]
