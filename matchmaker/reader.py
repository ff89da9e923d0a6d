"""Who reads: language (from the address), currency, market and port (chosen, kept in a cookie)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Request, g, request

from matchmaker.config import LANGUAGES
from matchmaker.money import OFFERED

COOKIE = "reader"
# The currency somebody most likely thinks in, until they say otherwise.
CURRENCY_OF = {"hi": "INR", "ml": "INR", "de": "EUR", "es": "EUR", "fr": "EUR", "ar": "AED"}
RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True)
class Reader:
    """What pages are shown in: `currency` ISO 4217, `port` UN/LOCODE of arrival, or empty."""

    language: str = "en"
    currency: str = "USD"
    port: str = ""

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def country(self) -> str:
        """ISO 3166 code of the country of the chosen port, or empty."""
        return self.port[:2]


class LanguagePrefix:
    """Takes a language off the front of the address: /ml/search is /search in Malayalam.

    The prefix becomes SCRIPT_NAME, so that every address the application makes carries it by
    itself. English has no prefix.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        first = path[1:].split("/", 1)[0]
        if first in LANGUAGES and first != "en":
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
            environ["PATH_INFO"] = path[len(first) + 1 :] or "/"
            environ["matchmaker.language"] = first
        return self.app(environ, start)


def language_of(asked: Request) -> str:
    """The language the address carries."""
    return str(asked.environ.get("matchmaker.language", "en"))


def current_reader() -> Reader:
    """The reader of this request; a cookie that cannot be read counts as none."""
    if "reader" not in g:
        g.reader = reader_of(request)
    return g.reader  # type: ignore[no-any-return]


def reader_of(asked: Request) -> Reader:
    language = language_of(asked)
    currency, _, port = asked.cookies.get(COOKIE, "").partition("-")
    if currency not in OFFERED:
        currency = CURRENCY_OF.get(language, "USD")
    if not (len(port) == 5 and port.isascii() and port.isalnum()):
        port = ""
    return Reader(language, currency, port.upper())


def remember(reader: Reader) -> tuple[str, dict[str, Any]]:
    """The cookie's value and settings that keep a choice for a year; it tells nothing private."""
    options = {"max_age": 31_536_000, "path": "/", "samesite": "Lax", "httponly": True}
    return f"{reader.currency}-{reader.port}", options
