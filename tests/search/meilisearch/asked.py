"""Questions put to a Meilisearch server, as questions of our contract.

Requests that use a part of the server which our contract leaves out are named by `outside`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.contract import (
    And,
    AnyOf,
    Between,
    Equals,
    Exists,
    Filter,
    IndexSettings,
    Not,
    Or,
    Query,
    Scalar,
)
from tests.search.meilisearch.filtering import FilterError, read_tokens

# What a request of ours can say; everything else is a part of the server we do without
_KNOWN = {
    "q", "offset", "limit", "page", "hitsPerPage", "attributesToRetrieve", "showRankingScore",
    "attributesToHighlight", "highlightPreTag", "highlightPostTag", "matchingStrategy",
    "filter", "sort", "facets", "vector", "hybrid",
}  # fmt: skip
_PLACES = ("CONTAINS", "STARTS", "_geoRadius", "_geoBoundingBox", "_geoPolygon", "_geoPoint")


def outside(body: Any) -> bool:
    """Whether the request speaks of what our contract leaves out."""
    if not isinstance(body, Mapping) or set(body) - _KNOWN:
        return True
    if body.get("matchingStrategy", "last") not in ("last", "all") or _other_hybrid(body):
        return True
    told = f"{body.get('filter')} {body.get('sort')}"
    return any(each in told for each in _PLACES) or body.get("facets") == ["*"]


def _other_hybrid(body: Mapping[str, Any]) -> bool:
    """We have one encoder, a weight of our own, and no wish for meaning without a vector."""
    hybrid = body.get("hybrid")
    if hybrid is None:
        return "vector" in body
    ratio = hybrid.get("semanticRatio", 0.5)
    return hybrid.get("embedder") != "main" or not 0 <= ratio <= 1 or "vector" not in body


def asked_of(body: Mapping[str, Any], settings: IndexSettings) -> Query:
    """The same question; numbers among the facets are asked for as statistics."""
    counted = body.get("facets") or []
    specs = {name: settings.field(name) for name in counted}
    numbers = tuple(name for name, each in specs.items() if each and each.kind == "number")
    vector, text = None, body.get("q") or ""
    hybrid = body.get("hybrid") or {}
    if body.get("vector") is not None and hybrid.get("semanticRatio") != 0:
        vector = np.array(body["vector"], dtype=np.float32)
        text = "" if hybrid.get("semanticRatio") == 1 else text
    offset, limit = body.get("offset", 0), body.get("limit", 20)
    if "page" in body or "hitsPerPage" in body:
        limit, page = body.get("hitsPerPage", 20), body.get("page", 1)
        offset, limit = (max(0, page - 1) * limit, limit if page else 0)
    return Query(
        text=text,
        vector=vector,
        filter=tree_of(body.get("filter"), settings),
        facets=tuple(name for name in counted if name not in numbers),
        stats=numbers,
        sort=tuple((n, w) for n, _, w in (each.partition(":") for each in body.get("sort") or ())),
        offset=offset,
        limit=min(limit, 1000) if isinstance(limit, int) else limit,
        highlight=bool(body.get("attributesToHighlight")),
        facet_size=1000,
    )


def tree_of(asked: Any, settings: IndexSettings) -> Filter | None:
    """A filter of the server as a tree. FilterError where its text makes no sense."""
    if asked is None or asked in ("", []):
        return None
    if isinstance(asked, str):
        parser = _Trees(read_tokens(asked), settings)
        found = parser.either()
        if parser.left():
            raise FilterError("Found unexpected characters at the end of the filter")
        return found
    if not isinstance(asked, list):
        return asked  # type: ignore[no-any-return]  # for the engine to refuse
    parts: list[Filter] = []
    for each in asked:
        inner = each if isinstance(each, list) else [each]
        if not all(isinstance(one, str) for one in inner):
            raise FilterError("Invalid syntax for the filter parameter")
        anyone = [tree_of(one, settings) for one in inner]
        parts.append(Or(tuple(one for one in anyone if one is not None)))
    return And(tuple(parts))


@dataclass
class _Trees:
    """Reads tokens, as pairs of kind and text."""

    tokens: list[tuple[str, str]]
    settings: IndexSettings
    place: int = 0

    def left(self) -> bool:
        return self.place < len(self.tokens)

    def said(self, *words: str) -> bool:
        ahead = self.tokens[self.place : self.place + len(words)]
        found = [text for kind, text in ahead if kind != "quoted"] == list(words)
        self.place += len(words) if found else 0
        return found

    def either(self) -> Filter:
        parts = [self.both()]
        while self.said("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Filter:
        parts = [self.negated()]
        while self.said("AND"):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self) -> Filter:
        if self.said("NOT"):
            return Not(self.negated())
        if not self.said("("):
            return self.condition()
        inner = self.either()
        if not self.said(")"):
            raise FilterError("Was expecting `)`")
        return And((inner,))  # parentheses count as a level

    def text(self) -> str:
        if not self.left():
            raise FilterError("Was expecting a value")
        kind, found = self.tokens[self.place]
        if kind == "sign" or (kind == "word" and found in ("AND", "OR", "NOT", "IN", "TO")):
            raise FilterError("Was expecting a value")
        self.place += 1
        return found

    def value(self, name: str) -> Scalar:
        found, spec = self.text(), self.settings.field(name)
        try:
            return float(found) if spec is not None and spec.kind == "number" else found
        except ValueError:
            return found

    def condition(self) -> Filter:
        name = self.text()
        if self.said("NOT", "EXISTS") or self.said("IS", "EMPTY") or self.said("IS", "NULL"):
            return Not(Exists(name))
        if self.said("EXISTS") or self.said("IS", "NOT", "EMPTY") or self.said("IS", "NOT", "NULL"):
            return Exists(name)
        inverse = self.said("NOT", "IN")
        if inverse or self.said("IN"):
            found = AnyOf(name, self.several(name))
            return Not(found) if inverse else found
        for sign, made in _SIGNS.items():
            if self.said(sign):
                return made(name, self.value(name))
        low = self.value(name)
        if not self.said("TO"):
            raise FilterError("Was expecting an operation")
        return Between(name, low, self.value(name))  # type: ignore[arg-type]

    def several(self, name: str) -> tuple[Scalar, ...]:
        if not self.said("["):
            raise FilterError("Was expecting `[`")
        found: list[Scalar] = []
        while not self.said("]"):
            found.append(self.value(name))
            self.said(",")
        return tuple(found)


def _next(value: Any, way: float) -> Any:
    """The very next number: `>` and `<` leave the bound out."""
    return float(np.nextafter(value, way)) if isinstance(value, float) else value


_SIGNS: dict[str, Any] = {
    "!=": lambda name, value: Not(Equals(name, value)),
    "=": Equals,
    ">=": lambda name, value: Between(name, value),
    "<=": lambda name, value: Between(name, None, value),
    ">": lambda name, value: Between(name, _next(value, np.inf)),
    "<": lambda name, value: Between(name, None, _next(value, -np.inf)),
}
