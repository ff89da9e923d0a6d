"""The filter language of the server as far as it was recorded (no geography)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<sign>[()\[\],]|!=|>=|<=|=|>|<)"""
    r"""|(?P<word>[\w.-]+))"""
)
_KEYWORDS = {"AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "STARTS", "WITH"}
_DEEPEST = 36


class FilterError(Exception):
    """What the server answers with 400."""


def normal(value: object) -> str:
    if isinstance(value, bool):
        value = str(value).lower()
    return unicodedata.normalize("NFKD", str(value)).lower().strip()


def number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def at(document: Mapping[str, Any], attribute: str) -> tuple[bool, Any]:
    """Whether the (possibly nested) attribute is there, and its value."""
    found: Any = document
    for part in [attribute] if attribute in document else attribute.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return False, None
        found = found[part]
    return True, found


def values(document: Mapping[str, Any], attribute: str) -> list[Any]:
    present, found = at(document, attribute)
    if not present or found is None:
        return []
    return list(found) if isinstance(found, list) else [found]


def equals(document: Mapping[str, Any], attribute: str, wanted: str) -> bool:
    asked = number(wanted)
    return any(
        normal(each) == normal(wanted) or (asked is not None and number(each) == asked)
        for each in values(document, attribute)
    )


def read_tokens(text: str) -> list[tuple[str, str]]:
    """Kind (quoted, sign, word) and text of each; FilterError where there is none."""
    found: list[tuple[str, str]] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise FilterError("Found unexpected characters in the filter")
        kind = str(match.lastgroup)
        raw = match.group(kind)
        found.append((kind, _unquoted(raw) if kind == "quoted" else raw))
        place = match.end()
    return found


class _Parser:
    def __init__(self, text: str, rules: Mapping[str, bool]) -> None:
        self.rules = rules
        self.tokens = read_tokens(text)
        self.place = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self, wanted: str | None = None) -> tuple[str, str]:
        found = self.peek()
        if wanted is not None and (found[0] == "quoted" or found[1] != wanted):
            raise FilterError(f"Was expecting `{wanted}`")
        self.place += 1
        return found

    def said(self, *words: str) -> bool:
        """Take these unquoted words if they come next."""
        ahead = self.tokens[self.place : self.place + len(words)]
        if [each for each in ahead if each[0] != "quoted"] and tuple(
            text for kind, text in ahead if kind != "quoted"
        ) == words:
            self.place += len(words)
            return True
        return False

    def either(self, depth: int = 0) -> Check:
        if depth > _DEEPEST:
            raise FilterError("The filter exceeded the maximum depth limit.")
        parts = [self.both(depth)]
        while self.said("OR"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda doc: any(each(doc) for each in parts)

    def both(self, depth: int) -> Check:
        parts = [self.negated(depth)]
        while self.said("AND"):
            parts.append(self.negated(depth))
        return parts[0] if len(parts) == 1 else lambda doc: all(each(doc) for each in parts)

    def negated(self, depth: int) -> Check:
        if self.said("NOT"):
            inner = self.negated(depth)
            return lambda doc: not inner(doc)
        if self.said("("):
            inner = self.either(depth + 1)
            self.take(")")
            return inner
        return self.condition()

    def value(self) -> str:
        kind, text = self.take()
        if kind == "word" and text in _KEYWORDS:
            raise FilterError(f"`{text}` is a reserved keyword")
        if kind not in ("word", "quoted"):
            raise FilterError("Was expecting a value")
        return text

    def condition(self) -> Check:
        name = self.value()
        if name not in self.rules:
            raise FilterError(f"Attribute `{name}` is not filterable.")
        if self.said("NOT", "EXISTS"):
            return lambda doc: not at(doc, name)[0]
        if self.said("EXISTS"):
            return lambda doc: at(doc, name)[0]
        if self.said("IS", "NOT", "NULL"):
            return lambda doc: at(doc, name) != (True, None)
        if self.said("IS", "NULL"):
            return lambda doc: at(doc, name) == (True, None)
        if self.said("IS", "NOT", "EMPTY"):
            return lambda doc: not at(doc, name)[0] or at(doc, name)[1] not in ("", [], {})
        if self.said("IS", "EMPTY"):
            return lambda doc: at(doc, name)[0] and at(doc, name)[1] in ("", [], {})
        if self.said("STARTS", "WITH"):
            start = normal(self.value())
            return lambda doc: any(normal(v).startswith(start) for v in values(doc, name))
        inverse = self.said("NOT", "IN")
        if inverse or self.said("IN"):
            chosen = self.chosen()
            return lambda doc: any(equals(doc, name, each) for each in chosen) is not inverse
        return self.compared(name)

    def chosen(self) -> list[str]:
        self.take("[")
        found: list[str] = []
        while not self.said("]"):
            found.append(self.value())
            self.said(",")
        return found

    def compared(self, name: str) -> Check:
        for sign in ("=", "!="):
            if self.said(sign):
                wanted = self.value()
                if sign == "=":
                    return lambda doc: equals(doc, name, wanted)
                return lambda doc: not equals(doc, name, wanted)
        signs = {
            ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
            ">": lambda a, b: a > b, "<": lambda a, b: a < b,
        }  # fmt: skip
        for sign, compare in signs.items():
            if self.said(sign):
                self.ordered(name, sign)
                limit = number(self.value())
                return lambda doc: (
                    limit is not None
                    and any(
                        compare(v, limit) for v in map(number, values(doc, name)) if v is not None
                    )
                )
        low = number(self.value())
        if low is None or not self.said("TO"):
            raise FilterError("Was expecting an operation")
        self.ordered(name, "TO")
        high = number(self.value())
        return lambda doc: any(
            low <= v <= (high or 0) for v in map(number, values(doc, name)) if v is not None
        )

    def ordered(self, name: str, sign: str) -> None:
        if not self.rules[name]:
            raise FilterError(f"Filter operator `{sign}` is not allowed for `{name}`.")


def _unquoted(raw: str) -> str:
    def plain(match: re.Match[str]) -> str:
        if match.group(1) not in "\"'\\n":
            raise FilterError(f"Malformed value: `{raw}`.")
        return "\n" if match.group(1) == "n" else match.group(1)

    return re.sub(r"\\(.)", plain, raw[1:-1])


def filter_check(asked: object, rules: Mapping[str, bool]) -> Check:
    """A test of one document. `rules`: the filterable attributes, and whether they compare."""
    if asked is None or asked == "" or asked == []:
        return lambda doc: True
    if isinstance(asked, str):
        parser = _Parser(asked, rules)
        found = parser.either()
        if parser.peek()[0] != "end":
            raise FilterError("Found unexpected characters at the end of the filter")
        return found
    if not isinstance(asked, list):
        raise FilterError("Invalid syntax for the filter parameter")
    parts: list[Check] = []
    for each in asked:
        inner = each if isinstance(each, list) else [each]
        if not all(isinstance(one, str) for one in inner):
            raise FilterError("Invalid syntax for the filter parameter")
        anyone = [filter_check(one, rules) for one in inner]
        parts.append(lambda doc, anyone=anyone: any(one(doc) for one in anyone))  # type: ignore[misc]
    return lambda doc: all(each(doc) for each in parts)
