"""What every page is given: language, navigation, currencies, addresses of itself and of files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, request, url_for

from matchmaker.languages import offered_languages
from matchmaker.money import OFFERED
from matchmaker.reader import current_reader, language_of
from matchmaker.storefront import words
from matchmaker.storefront.words import gettext as _


def set_up(app: Flask) -> None:
    """Give templates their surroundings. Asks no database: error pages need them too."""
    app.jinja_env.globals["static_url"] = static_addresses(Path(str(app.static_folder)))
    app.context_processor(surroundings)
    app.after_request(hide_unfinished)
    words.set_up(app)


def hide_unfinished(response: Response) -> Response:
    """Keep pages half in English out of search engines; whoever has the address may read them."""
    if language_of(request) not in offered_languages():
        response.headers.setdefault("X-Robots-Tag", "noindex")
    return response


def static_addresses(folder: Path) -> Callable[[str], str]:
    """Addresses of static files that change with their content, so browsers may keep them.

    They carry no language: seven languages share one copy in the reader's cache.
    """

    @cache
    def static_url(filename: str) -> str:
        file = folder / filename
        if not file.is_file():
            return f"/static/{quote(filename)}"
        version = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
        return f"/static/{quote(filename)}?v={version}"

    return static_url


def surroundings() -> dict[str, Any]:
    """The context of base.html."""
    reader = current_reader()
    return {
        "lang": reader.language,
        "dir": reader.direction,
        "home_url": url_for("storefront.home"),
        "navigation": _navigation(),
        "languages": _languages(),
        "currencies": OFFERED,
        "currency": reader.currency,
        "currency_url": url_for("storefront.preferences"),
        "here": _here(),
        "footer_links": _footer(),
        "canonical": canonical_address(),
        "alternates": alternate_addresses(),
    }


def _link(endpoint: str, label: str) -> dict[str, Any] | None:
    """A link, unless the page does not exist."""
    if endpoint not in current_app.view_functions:
        return None
    return {"label": label, "url": url_for(endpoint), "current": request.endpoint == endpoint}


def _navigation() -> list[dict[str, Any]]:
    links = [
        _link("storefront.search", _("Search")),
        _link("storefront.clusters", _("Clusters")),
        _link("storefront.about_data", _("About the data")),
    ]
    return [link for link in links if link]


def _footer() -> list[dict[str, Any]]:
    links = [
        _link("storefront.about_data", _("Where the data comes from")),
        _link("accounts.privacy", _("Privacy notice")),
        _link("health.health", _("State of the site")),
    ]
    return [link for link in links if link]


def _root() -> str:
    """The path under which the site lies, without the language."""
    language = language_of(request)
    root = request.script_root
    return root if language == "en" else root.removesuffix(f"/{language}")


def _address_in(language: str, query: str = "") -> str:
    prefix = "" if language == "en" else f"/{language}"
    path = quote(request.path, safe="/", errors="replace")
    return f"{_root()}{prefix}{path}{query}"


def _query() -> str:
    pairs = list(request.args.items(multi=True))
    return f"?{urlencode(pairs, errors='replace')}" if pairs else ""


def _here() -> str:
    return _address_in(language_of(request), _query())


def _languages() -> list[dict[str, Any]]:
    query, spoken = _query(), language_of(request)
    return [
        {"code": code, "name": name, "url": _address_in(code, query), "current": code == spoken}
        for code, name in offered_languages().items()
    ]


def canonical_address() -> str:
    """The one address of this page for search engines: its path, without what was chosen in it."""
    if request.url_rule is None:
        return ""
    return _public() + _address_in(language_of(request))


def alternate_addresses() -> list[dict[str, str]]:
    """The same page in the other languages that are translated far enough."""
    if request.url_rule is None:
        return []
    found = [{"code": code, "url": _public() + _address_in(code)} for code in offered_languages()]
    return [*found, {"code": "x-default", "url": found[0]["url"]}]


def _public() -> str:
    return str(current_app.extensions["config"].public_url)
