"""Names in a file that nobody knows: a slip of the pen finds nothing, and nothing would say so.

Pure: what is known is an argument (`KnownNames`), which the doors have from the database or from
the reference data. A name that requirement and offers share needs no list: a file may bring
families and clusters of its own. Nothing is refused; the answer stands, and this beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from matchmaker.codes import indian_state
from matchmaker.matching.exchange.told import RemarkTold
from matchmaker.matching.problem import Offer, Requirement

Kind = Literal["family", "cluster", "state", "payment", "scheme", "rules"]
# Of payment terms there is no list: firms word them as they like, and each side of a file is
# compared with the other.
KnownNames = Mapping[Kind, frozenset[str]]
Named = tuple[Kind, str, str]  # of what, the name, where it stands

SAID: Mapping[Kind, str] = {
    "family": "No product family of this name is known.",
    "cluster": "No cluster of this name is known.",
    "state": "No cluster is known in a state of this name.",
    "payment": "Requirement and offers write these payment terms in different ways.",
    "scheme": "No scheme has this code.",
    "rules": "No rules of a market are filed under this name.",
}
LIKE_ENOUGH = 70  # of 100: 'alapuzha' is meant for 'alappuzha-coir', 'ball-valve' for no other
MOST_MEANT = 3
_FIGURES, _BETWEEN_WORDS = re.compile(r"\d+"), re.compile(r"[\W_]+")


@dataclass
class _Places:
    """Where a name stands first, and how often in all."""

    first: str
    count: int = 0


_Found = Mapping[tuple[Kind, str], _Places]


def remarks_on(
    asked: Requirement,
    offers: Iterable[Offer],
    known: KnownNames,
    *,
    path: str = "$.",
    offers_path: str = "$.offers",
) -> tuple[RemarkTold, ...]:
    """Every name that nobody knows, once: where it first stands, and what may be meant.

    `offers`: those that a file brings; what the database holds needs no remark. `path` stands
    before the names of the requirement's fields, `offers_path` is where the offers' list stands.
    """
    wanted = _found(_asked(asked, path))
    offered = _found(
        each for at, one in enumerate(offers) for each in _offer(one, f"{offers_path}[{at}]")
    )
    of_offers = _names(offered)
    shared = _names(wanted.keys() & offered.keys())
    right = {kind: known.get(kind, frozenset()) | shared[kind] for kind in SAID}
    # A buyer may have meant what only offers name; what a firm means is not for the buyer to say.
    near = {kind: right[kind] | of_offers[kind] for kind in SAID}
    return (*_remarks(wanted, right, near), *_remarks(offered, right, right))


def _asked(asked: Requirement, path: str) -> Iterator[Named]:
    """The requirement's names. Its schemes are not among them: one that is unknown is refused."""
    wants = asked.prefers
    yield "family", asked.family, f"{path}family"
    yield from _all("cluster", wants.clusters, f"{path}prefers.clusters")
    yield from _all("state", wants.states, f"{path}prefers.states")
    yield from _all("payment", wants.payment_terms, f"{path}prefers.payment_terms")


def _offer(offer: Offer, path: str) -> Iterator[Named]:
    maker = offer.maker
    yield "family", offer.family, f"{path}.family"
    yield "cluster", maker.cluster, f"{path}.maker.cluster"
    yield "state", maker.state, f"{path}.maker.state"
    yield from _all("payment", maker.payment_terms, f"{path}.maker.payment_terms")
    for at, name in enumerate(offer.rule_families):
        yield "rules", name, f"{path}.rule_families[{at}]"
    for at, piece in enumerate(offer.pieces):
        yield "scheme", piece.code, f"{path}.pieces[{at}].code"


def _all(kind: Kind, values: Iterable[str], field: str) -> Iterator[Named]:
    """Names of a field that has no order."""
    return ((kind, each, field) for each in sorted(values))


def _found(named: Iterable[Named]) -> dict[tuple[Kind, str], _Places]:
    """Where every name stands; what nobody named is no name."""
    found: dict[tuple[Kind, str], _Places] = {}
    for kind, value, field in named:
        if value:
            found.setdefault((kind, value), _Places(field)).count += 1
    return found


def _names(found: Iterable[tuple[Kind, str]]) -> KnownNames:
    every: dict[Kind, set[str]] = {kind: set() for kind in SAID}
    for kind, value in found:
        every[kind].add(value)
    return {kind: frozenset(names) for kind, names in every.items()}


def _remarks(found: _Found, right: KnownNames, near: KnownNames) -> Iterator[RemarkTold]:
    """On what is not `right`; `near`: what may be meant instead."""
    for (kind, value), places in found.items():
        if value in right[kind]:
            continue
        meant = MEANT.get(kind, names_meant)(value, near[kind])
        if meant or kind != "payment":
            yield RemarkTold(places.first, value, SAID[kind], meant, places.count - 1)


def names_meant(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The name that is spelt nearly so, or else the few that hold all words of the text."""
    names = sorted(known)
    folded = [_folded(each) for each in names]
    found = process.extractOne(_folded(text), folded, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH)
    if found:
        return (names[found[2]],)
    words = set(_folded(text).split())
    holding = [name for name, each in zip(names, folded, strict=True) if words <= set(each.split())]
    return tuple(holding) if words and len(holding) <= MOST_MEANT else ()


def _state_meant(text: str, known: Collection[str]) -> tuple[str, ...]:
    """By its name, or by its ISO code, such as KL for Kerala."""
    return names_meant(indian_state(text) or text, known)


def _terms_meant(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Terms with the same figures: '60 days' is another wish than '30 days', and no slip."""
    return names_meant(text, [each for each in known if _figures(each) == _figures(text)])


MEANT: Mapping[Kind, Callable[[str, Collection[str]], tuple[str, ...]]] = {
    "state": _state_meant,
    "payment": _terms_meant,
}


def _figures(text: str) -> list[str]:
    return _FIGURES.findall(text)


def _folded(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text.casefold()).strip()
