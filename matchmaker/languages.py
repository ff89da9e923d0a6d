"""Which languages are far enough translated to be offered; the others answer, unadvertised.

The list of all languages is `config.LANGUAGES`. A translation that lags behind would show pages
half in English, so a language is offered only while nearly all texts have been translated.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from matchmaker.config import LANGUAGES, ROOT

TRANSLATIONS = ROOT / "templates" / "translations"
SOURCE = "en"  # the language the texts are written in: it needs no catalogue
ENOUGH = 0.95


def keys_of(catalog: Catalog) -> frozenset[str]:
    """What a catalogue is about: its texts, a plural one by its singular."""
    return frozenset(_key(message.id) for message in catalog if message.id)


def _key(message_id: str | list[str] | tuple[str, ...]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def completeness(language: str, folder: Path = TRANSLATIONS) -> float:
    """The part of all texts, 0 to 1, that the compiled catalogue of a language holds."""
    if language == SOURCE:
        return 1.0
    compiled = folder / language / "LC_MESSAGES" / "messages.mo"
    template = folder / "messages.pot"
    if not compiled.is_file() or not template.is_file():
        return 0.0
    with template.open("rb") as source, compiled.open("rb") as translated:
        asked, held = keys_of(read_po(source)), keys_of(read_mo(translated))
    return len(asked & held) / len(asked) if asked else 1.0


def offered(
    languages: Iterable[str], folder: Path = TRANSLATIONS, at_least: float = ENOUGH
) -> tuple[str, ...]:
    """Those of the languages that are complete enough to be shown to readers, in their order."""
    return tuple(code for code in languages if completeness(code, folder) >= at_least)


@cache
def offered_languages() -> dict[str, str]:
    """The languages readers may choose, with their own names: read once, catalogues are files."""
    return {code: LANGUAGES[code] for code in offered(LANGUAGES)}
