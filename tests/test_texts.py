"""The catalogues: what the sources ask for is in them, and what they hold can be shown."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from matchmaker.config import LANGUAGES
from matchmaker.languages import (
    FOR_DESKS_ONLY,
    TRANSLATIONS,
    completeness,
    offered,
    texts_outside,
)
from matchmaker.texts import (
    catalogue_file,
    compile_all,
    compiled,
    extract,
    is_finished,
    read,
    translated_languages,
    update,
    written,
)

# "%(count)s" of texts made here, "{count}" of texts that a script fills in.
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|\{(\w+)\}|(%%)")
COUNT = {("num", "d", "", ""), ("num", "s", "", ""), ("count", "s", "", "")}


@cache
def asked_for() -> Catalog:
    """What the sources say: reading them all takes seconds."""
    return extract()


def contents(catalog: Catalog) -> dict[str, object]:
    return {str(message.id): message.string for message in catalog if message.id}


def placeholders(text: str) -> set[tuple[str, ...]]:
    return set(PLACEHOLDER.findall(text))


def stray_percent(text: str) -> bool:
    return "%" in PLACEHOLDER.sub("", text)


def test_the_template_holds_what_the_sources_say_today() -> None:
    kept = (TRANSLATIONS / "messages.pot").read_bytes()
    assert kept == written(asked_for()), "run: matchmaker texts update"


@pytest.mark.parametrize("language", translated_languages())
def test_every_catalogue_knows_every_text(language: str) -> None:
    known = {message.id for message in read(catalogue_file(language), language)}
    assert {message.id for message in asked_for()} <= known, "run: matchmaker texts update"


@pytest.mark.parametrize("language", translated_languages())
def test_what_the_application_reads_is_what_the_catalogue_says(language: str) -> None:
    file = catalogue_file(language)
    held = read_mo(io.BytesIO(file.with_suffix(".mo").read_bytes()))
    meant = read_mo(io.BytesIO(compiled(read(file, language))))
    assert contents(held) == contents(meant), "run: matchmaker texts compile"


@pytest.mark.parametrize("language", translated_languages())
def test_translations_keep_the_places_that_are_filled_in(language: str) -> None:
    wrong = []
    for message in read(catalogue_file(language), language):
        if not is_finished(message):
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        plural = not isinstance(message.id, str)
        for text in message.string if plural else (message.string,):
            missing = placeholders(source) - placeholders(text)
            # One, two or none may be said in words: "a day", "two days".
            allowed = COUNT if plural else set()
            added = placeholders(text) - placeholders(source)
            if added or missing - allowed:
                wrong.append((source, text))
            if message.python_format and stray_percent(text):
                wrong.append((source, text))
    assert wrong == []


@pytest.mark.parametrize("language", translated_languages())
def test_plurals_have_every_form_of_their_language(language: str) -> None:
    catalog = read(catalogue_file(language), language)
    wrong = [
        m.id
        for m in catalog
        if m.id
        and isinstance(m.id, tuple)
        and is_finished(m)
        and len(m.string) != catalog.num_plurals
    ]
    assert catalog.num_plurals == (6 if language == "ar" else 2)
    assert wrong == []


def test_all_that_a_firm_reads_is_there_in_malayalam() -> None:
    catalog = read(catalogue_file("ml"), "ml")
    finished = {m.id if isinstance(m.id, str) else m.id[0] for m in catalog if is_finished(m)}
    assert texts_outside(asked_for(), FOR_DESKS_ONLY) - finished == set()


def test_pages_behind_the_sign_in_hold_no_language_back(tmp_path: Path) -> None:
    for room, words in (("storefront", "Ship"), ("accounts", "Sign in")):
        page = tmp_path / "templates" / room / "page.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"{{{{ _('{words}') }}}}")
    folder = tmp_path / "translations"
    update(folder, tmp_path)
    file = catalogue_file("de", folder)
    catalog = read(file, "de")
    catalog["Ship"].string = "Schiff"
    file.write_bytes(written(catalog))
    compile_all(folder)
    assert completeness("de", folder) == 1.0


def test_macros_are_read_though_their_folder_begins_with_an_underscore(tmp_path: Path) -> None:
    (tmp_path / "templates" / "_macros").mkdir(parents=True)
    (tmp_path / "templates" / "_macros" / "a.html").write_text("{{ _('Held') }}")
    (tmp_path / "matchmaker").mkdir()
    (tmp_path / "matchmaker" / "a.py").write_text("_('Seen'); ngettext('%(num)d ox', 'oxen', 2)")
    found = [message.id for message in extract(tmp_path) if message.id]
    assert found == ["Seen", ("%(num)d ox", "oxen"), "Held"]


def test_updating_keeps_what_was_translated_and_says_nothing_of_lines(tmp_path: Path) -> None:
    source = tmp_path / "templates" / "page.html"
    source.parent.mkdir()
    source.write_text("{{ _('Ship') }}{{ _('Port') }}")
    folder = tmp_path / "translations"
    update(folder, tmp_path)
    file = catalogue_file("de", folder)
    file.write_text(
        file.read_text().replace('msgid "Ship"\nmsgstr ""', 'msgid "Ship"\nmsgstr "Schiff"')
    )
    source.write_text("\n\n\n{{ _('Ship') }}{{ _('Haven') }}")
    update(folder, tmp_path)
    assert contents(read(file, "de")) == {"Ship": "Schiff", "Haven": ""}
    assert "page.html\n" in file.read_text()
    assert "page.html:" not in file.read_text()


def test_a_language_is_offered_when_nearly_all_is_translated(tmp_path: Path) -> None:
    source = tmp_path / "templates" / "page.html"
    source.parent.mkdir()
    source.write_text("".join(f"{{{{ _('Text {n}') }}}}" for n in range(20)))
    folder = tmp_path / "translations"
    update(folder, tmp_path)
    for language, missing in (("de", 1), ("fr", 2)):
        file = catalogue_file(language, folder)
        catalog = read(file, language)
        for message in [m for m in catalog if m.id][missing:]:
            message.string = f"{message.id}!"
        file.write_bytes(written(catalog))
    compile_all(folder)
    assert completeness("de", folder) == 0.95
    assert completeness("fr", folder) == 0.9
    assert offered(LANGUAGES, folder) == ("en", "de")


def test_a_plural_with_a_missing_form_counts_as_untranslated(tmp_path: Path) -> None:
    catalog = Catalog(locale="ar")
    catalog.add(("%(num)d day", "%(num)d days"), ("أ", "ب", "ج", "", "ه", "و"))
    catalog.add("Port", "ميناء")
    assert contents(read_mo(io.BytesIO(compiled(catalog)))) == {"Port": "ميناء"}


def test_a_language_without_a_catalogue_is_not_offered(tmp_path: Path) -> None:
    assert offered(LANGUAGES, tmp_path) == ("en",)
