"""English as if it were a foreign language: every translated text in ⟦…⟧, all else left bare.

What a page shows outside the brackets was never given to a translator. It may be data (a name, a
description, a code), which `Data` recognises from the database; anything else was forgotten.
Dates, numbers and names of countries are bracketed through the locale's own data, so that those
which went around the locale stand out too.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any

import flask_babel
import pytest
from babel import Locale, localedata
from flask import Flask
from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Session

from matchmaker.config import LANGUAGES
from matchmaker.measures import UNITS
from matchmaker.money import OFFERED
from matchmaker.orm import Model
from matchmaker.storefront import filters, words

OPEN, CLOSE = "⟦", "⟧"
VALUE = re.compile(r"%\(\w+\)[sd]")
WRAPPED = re.compile(r"⟦[^⟦⟧]*⟧")
LETTER = re.compile(r"[^\W\d_]")
WORD = re.compile(r"[^\W_](?:[\w'’./&+-]*\w)?")
SHOWN = ("title", "alt", "aria-label", "placeholder", "data-label", "data-listed", "data-found")
SHOWN_META = ("description", "og:title", "og:description", "og:site_name")
UNSEEN = ("script", "style", "template")
MACHINE = ("kbd", "code", "samp")  # the number of a request and the like
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
# Part of a sentence, or what search marks inside it: the text around belongs to it.
INLINE = ("mark", "em", "strong", "b", "i")
PARTS = re.compile(r"[,;:·()“”]\s*")  # lists of names are put together with these
WHOLE_SENTENCE = 4  # words from which a piece of a description is recognised as such


class Pseudo:
    """Translations that bracket each text; `longer` adds two fifths, as German does to English."""

    def __init__(self, longer: bool = False) -> None:
        self.longer = longer

    def ugettext(self, text: str) -> str:
        padding = self._padding(text) if self.longer else ""
        # What is put in later is not translated by being put in: it stays outside the brackets.
        inside = VALUE.sub(lambda value: f"{CLOSE}{value[0]}{OPEN}", text)
        return f"{OPEN}{inside}{padding}{CLOSE}".replace(OPEN + CLOSE, "")

    def ungettext(self, one: str, many: str, count: int) -> str:
        return self.ugettext(one if count == 1 else many)

    def upgettext(self, _context: str, text: str) -> str:
        return self.ugettext(text)

    def unpgettext(self, _context: str, one: str, many: str, count: int) -> str:
        return self.ungettext(one, many, count)

    @staticmethod
    def _padding(text: str) -> str:
        """Two fifths of its length, in words no longer than those of a compounding language."""
        missing = max(2, round(len(text) * 0.4))
        words = ["ōöō" * 4] * (missing // 13) + ["ō" * (missing % 13)]
        # A single word grows; a sentence gets more words.
        return ("" if " " not in text else " ") + " ".join(words).strip()


def speak_pseudo(app: Flask, monkeypatch: pytest.MonkeyPatch, *, longer: bool = False) -> None:
    """Let English pages speak the pseudo-locale until the test ends."""
    pseudo = Pseudo(longer)
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _self: pseudo)
    english = localedata.load("en")
    for part in ("months", "days", "territories", "languages"):
        monkeypatch.setitem(english, part, _bracketed(english[part]))
    symbols = copy.deepcopy(english["number_symbols"])
    symbols["latn"].update(group="’", decimal="·")
    monkeypatch.setitem(english, "number_symbols", symbols)
    # Locale objects keep what they read; one made before would not notice.
    monkeypatch.setattr(flask_babel, "get_locale", lambda: Locale("en"))
    monkeypatch.setattr(words, "_spoken", lambda: None)
    # Evidence that pages have written before is kept in the application.
    monkeypatch.setitem(app.extensions, "proofs", {})
    # Nor would figures that pages remember as other tests have shown them, and the other way round.
    for name in ("_money", "_number", "_date"):
        monkeypatch.setattr(filters, name, cache(getattr(filters, name).__wrapped__))


def _bracketed(data: Any) -> Any:
    if isinstance(data, str):
        return f"{OPEN}{data}{CLOSE}"
    if isinstance(data, Mapping):
        return {key: _bracketed(value) for key, value in data.items()}
    if isinstance(data, tuple):  # an alias and what differs from it
        return (data[0], _bracketed(data[1]))
    return data


class Texts(HTMLParser):
    """Collects what a page shows or says, with where it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in INLINE:
            self._end_text()
        self.found += [(f"<{tag} {name}>", values[name] or "") for name in SHOWN if name in values]
        if tag == "meta" and (values.get("name") or values.get("property")) in SHOWN_META:
            self.found.append(("<meta>", values.get("content") or ""))
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.found.append(("<input value>", values.get("value") or ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self._end_text()
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(tag in (*UNSEEN, *MACHINE) for tag in self._open):
            self._text += data

    def close(self) -> None:
        super().close()
        self._end_text()

    def _end_text(self) -> None:
        if self._text.strip():
            self.found.append((f"<{self._open[-1] if self._open else ''}>", self._text))
        self._text = ""


def texts_of(html: str) -> list[tuple[str, str]]:
    """What a page shows: (where, text)."""
    parser = Texts()
    parser.feed(html)
    parser.close()
    return [(where, " ".join(text.split())) for where, text in parser.found]


class Data:
    """Knows the texts of a database, whole and in parts, and codes that need no words."""

    def __init__(self, strings: Iterable[str]) -> None:
        known = {tidy(text) for text in strings if text.strip()}
        self.whole = "\n".join(known)
        parts = {part for text in known for part in PARTS.split(text)} | known
        self.phrases = {tuple(WORD.findall(text)) for text in parts}
        self.longest = min(12, max((len(phrase) for phrase in self.phrases), default=1))

    def left_over(self, text: str, asked: Collection[str] = ()) -> str:
        """The words of a text that are neither data nor what was asked for, or ''."""
        text = tidy(text)
        if len(WORD.findall(text)) >= WHOLE_SENTENCE and text.strip(" …·,.") in self.whole:
            return ""
        left = (word for part in PARTS.split(text) for word in self._unknown(part, asked))
        return " ".join(left)

    def _unknown(self, part: str, asked: Collection[str]) -> Iterator[str]:
        if part.endswith("…") and part[:-1] in self.whole:  # a name that was cut short
            return
        words = WORD.findall(part)
        at = 0
        while at < len(words):
            size = self._phrase_at(words, at)
            if size == 0 and LETTER.search(words[at]) and words[at] not in asked:
                yield words[at]
            at += size or 1

    def _phrase_at(self, words: list[str], at: int) -> int:
        for size in range(min(self.longest, len(words) - at), 0, -1):
            if tuple(words[at : at + size]) in self.phrases:
                return size
        return 0


def tidy(text: str) -> str:
    return " ".join(text.split()).casefold()


def strings_of(db: Session) -> Iterator[str]:
    """Every text in every table, and those inside JSON."""
    for table in Model.metadata.sorted_tables:
        kinds = (String, Text, JSON)
        for column in (c for c in table.columns if isinstance(c.type, kinds)):
            for value in db.execute(select(column).distinct()).scalars():
                yield from _leaves(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield value.replace("_", " ")  # codes are shown without their underscores
    elif isinstance(value, dict):
        yield from (leaf for part in value.values() for leaf in _leaves(part))
        yield from (key.replace("_", " ") for key in value if isinstance(key, str))
    elif isinstance(value, list | tuple):
        yield from (leaf for part in value for leaf in _leaves(part))


def codes() -> Iterator[str]:
    """Signs that read alike everywhere: units, delivery terms, currencies, languages' own names."""
    yield from (unit.symbol for unit in UNITS.values())
    yield from ("HS", "km", "ms", "Incoterms", "EXW", "FOB", "CIF")
    yield from OFFERED
    yield from LANGUAGES.values()
    yield from localedata.load("en")["currency_symbols"].values()


def forgotten(html: str, is_data: Callable[[str], str]) -> list[str]:
    """Texts of a page that nobody translates and that are no data."""
    found = []
    for where, text in texts_of(html):
        # Brackets inside brackets: a translated word put into a translated sentence.
        for bare in re.split(r"⟦[^⟦⟧]*⟧", text):
            if left := is_data(bare):
                found.append(f"{where} {text!r}: {left}")
    return found


def written_by_hand(html: str, data: Data) -> list[str]:
    """Numbers of a page that did not go through the reader's locale (which writes 1’234·5)."""
    found = []
    for where, text in texts_of(html):
        for number in re.findall(r"\d+(?:[.,]\d+)+|\d{5,}", WRAPPED.sub(" ", text)):
            if number not in data.whole:
                found.append(f"{where} {text!r}: {number}")
    return found
