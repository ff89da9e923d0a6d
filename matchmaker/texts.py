"""The texts of pages in other languages: collected from the sources, kept, compiled.

    matchmaker texts update     after changing a text: every catalogue gets the new ones, empty
    matchmaker texts compile    after translating: what the application reads
    matchmaker texts status     how far each language is

A catalogue names the file of a text but no line, so that moving a paragraph changes none.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from matchmaker.config import LANGUAGES, ROOT
from matchmaker.languages import SOURCE, TRANSLATIONS, completeness

METHODS = [("matchmaker/**.py", "python"), ("templates/**.html", "jinja2"),
           ("templates/**.txt", "jinja2")]  # fmt: skip
# As the application's own environment, so that both see the same text.
OPTIONS = {"templates/**": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
# Dates in catalogues would change with every run and say nothing that the history does not.
UNDATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def translated_languages() -> list[str]:
    """Every language that needs a catalogue."""
    return [code for code in LANGUAGES if code != SOURCE]


def extract(root: Path = ROOT) -> Catalog:
    """Every text that the sources ask to be translated."""
    found = Catalog(creation_date=UNDATED, fuzzy=False)
    for name, text, comments, context in _extracted(root):
        found.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def _extracted(root: Path) -> Iterator[tuple[str, str | tuple[str, ...], list[str], str | None]]:
    for folder in ("matchmaker", "templates"):
        if not (root / folder).is_dir():
            continue
        messages = extract_from_dir(
            root / folder,
            method_map=[(m.removeprefix(f"{folder}/"), how) for m, how in METHODS
                        if m.startswith(folder)],
            options_map={m.removeprefix(f"{folder}/"): o for m, o in OPTIONS.items()},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
            # Babel by itself leaves out folders that begin with an underscore: our macros.
            directory_filter=lambda path: Path(path).name != "__pycache__",
        )  # fmt: skip
        for name, _line, text, comments, context in messages:
            yield f"{folder}/{name}", text, comments, context


def catalogue_file(language: str, folder: Path = TRANSLATIONS) -> Path:
    """Where the translations of a language are kept."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def read(file: Path, language: str) -> Catalog:
    """The catalogue of a language; an empty one where there is none yet."""
    if not file.is_file():
        return Catalog(locale=language, creation_date=UNDATED, fuzzy=False)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def written(catalog: Catalog) -> bytes:
    """A catalogue as its file holds it: in the order of the sources, without dates."""
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, include_lineno=False,
             sort_by_file=True, ignore_obsolete=True)  # fmt: skip
    head = HEADER.format(language=catalog.locale or "", plurals=catalog.plural_forms)
    return head.encode() + body.getvalue()


def update(folder: Path = TRANSLATIONS, root: Path = ROOT) -> Catalog:
    """Bring template and catalogues to what the sources say; finished translations stay.

    A text that changed comes back empty: a near guess would be shown as if somebody meant it.
    """
    template = extract(root)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "messages.pot").write_bytes(written(template))
    for language in translated_languages():
        file = catalogue_file(language, folder)
        catalog = read(file, language)
        catalog.update(template, no_fuzzy_matching=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(catalog))
    return template


def is_finished(message: Message) -> bool:
    """Translated in every form: a plural with a gap would fall back to English in that form."""
    if message.fuzzy or not message.id:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def compiled(catalog: Catalog) -> bytes:
    """The finished translations in the form the application reads."""
    finished = Catalog(locale=catalog.locale, creation_date=UNDATED, revision_date=UNDATED)
    for message in catalog:
        if is_finished(message):
            finished.add(message.id, message.string, context=message.context)
    body = io.BytesIO()
    write_mo(body, finished)
    return body.getvalue()


def compile_all(folder: Path = TRANSLATIONS) -> None:
    """Compile every catalogue beside itself."""
    for language in translated_languages():
        file = catalogue_file(language, folder)
        if file.is_file():
            file.with_suffix(".mo").write_bytes(compiled(read(file, language)))


@click.group()
def texts() -> None:
    """The texts of pages in other languages."""


@texts.command("update")
def update_command() -> None:
    """Collect the texts of the sources into every catalogue."""
    click.echo(f"{len(update())} texts; now translate what is empty, then compile.")


@texts.command("compile")
def compile_command() -> None:
    """Make what the application reads."""
    compile_all()
    _print_status()


@texts.command("status")
def status_command() -> None:
    """How much of each language is translated."""
    _print_status()


def _print_status() -> None:
    for language in translated_languages():
        click.echo(f"{language}  {completeness(language):4.0%}  {LANGUAGES[language]}")
