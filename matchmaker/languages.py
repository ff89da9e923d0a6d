"""Which languages are far enough translated to be offered; the others answer, unadvertised.

The list of all languages is `config.LANGUAGES`. A translation that lags behind would show pages
half in English, so a language is offered only while nearly all texts have been translated.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from matchmaker.config import LANGUAGES, ROOT

TRANSLATIONS = ROOT / "templates" / "translations"
SOURCE = "en"  # the language the texts are written in: it needs no catalogue
ENOUGH = 0.95
# Pages behind the sign-in. They may lag in a language that public pages are offered in; all
# that a firm reads is complete in Malayalam (a test holds it), what only desks read may lag.
ROOMS = ("accounts", "security", "catalogue", "certification", "notices", "sourcing", "desk", "api")
BEHIND_SIGN_IN = tuple(f"{top}/{room}/" for top in ("matchmaker", "templates") for room in ROOMS)
FOR_DESKS_ONLY = tuple(
    f"{top}/{r}/" for top in ("matchmaker", "templates") for r in ("desk", "api")
)


def keys_of(catalog: Catalog) -> frozenset[str]:
    """What a catalogue is about: its texts, a plural one by its singular."""
    return frozenset(_key(message.id) for message in catalog if message.id)


def _key(message_id: str | list[str] | tuple[str, ...]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def texts_outside(catalog: Catalog, folders: tuple[str, ...]) -> frozenset[str]:
    """The texts that stand somewhere else than only in these folders."""
    return frozenset(
        _key(message.id)
        for message in catalog
        if message.id
        and not (
            message.locations and all(name.startswith(folders) for name, _line in message.locations)
        )
    )


def completeness(language: str, folder: Path = TRANSLATIONS) -> float:
    """The part of all texts of public pages, 0 to 1, that a language's compiled catalogue holds."""
    if language == SOURCE:
        return 1.0
    compiled = folder / language / "LC_MESSAGES" / "messages.mo"
    template = folder / "messages.pot"
    if not compiled.is_file() or not template.is_file():
        return 0.0
    asked = _asked_in_public(template, template.stat().st_mtime_ns)
    with compiled.open("rb") as translated:
        held = keys_of(read_mo(translated))
    return len(asked & held) / len(asked) if asked else 1.0


@lru_cache(maxsize=1)
def _asked_in_public(template: Path, _changed_at: int) -> frozenset[str]:
    """What public pages say. Read once for all languages: every process does so at its start."""
    with template.open("rb") as source:
        return texts_outside(read_po(source), BEHIND_SIGN_IN)


def offered(
    languages: Iterable[str], folder: Path = TRANSLATIONS, at_least: float = ENOUGH
) -> tuple[str, ...]:
    """Those of the languages that are complete enough to be shown to readers, in their order."""
    return tuple(code for code in languages if completeness(code, folder) >= at_least)


@cache
def offered_languages() -> dict[str, str]:
    """The languages readers may choose, with their own names: read once, catalogues are files."""
    return {code: LANGUAGES[code] for code in offered(LANGUAGES)}
