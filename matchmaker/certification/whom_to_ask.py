"""Whom to ask about a step: who is in charge of it, and who in the cluster may help. Pure.

What each institution offers for a given scheme nobody has written down: those that may know
are named as 'ask', never as if they did it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

How = Literal["in charge", "tests", "helps", "together"]
# Kinds of institutions by what they are for. A common facility centre may have a laboratory.
TESTS = frozenset({"lab", "R&D lab", "R&D", "state service centre", "CFC", "SPV and CFC",
                   "NGO and CFC", "inspection"})  # fmt: skip
HELPS = frozenset({"DIC", "export council", "export authority", "commodity board"})
TOGETHER = frozenset({"CFC", "SPV and CFC", "NGO and CFC", "association", "co-operative",
                      "society", "state cluster nodal agency"})  # fmt: skip
TESTED = frozenset({"test report", "declaration"})
MOST = 4


class Body(Protocol):
    """An institution of the cluster."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...


class Scheme(Protocol):
    """What of a scheme decides whom to ask."""

    @property
    def code(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def evidence_type(self) -> str: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def group_holding(self) -> str: ...


@dataclass(frozen=True)
class Council:
    """A body that issues the RCMC for goods under some HS codes ('*': for any)."""

    code: str
    name: str
    hs: tuple[str, ...]


@dataclass(frozen=True)
class Contact:
    """Somebody to ask, and why: in charge | may test | may help | may hold it for several."""

    name: str
    how: How


def whom_to_ask(
    scheme: Scheme, councils: Iterable[Council], cluster: Iterable[Body]
) -> tuple[Contact, ...]:
    """First who is in charge, then at most four of the cluster, each once.

    `councils`: those for the HS code of the goods; they matter for the RCMC alone.
    """
    bodies = sorted(cluster, key=lambda each: each.name)
    issuers = list(councils) if scheme.code == "RCMC" else []
    names = [name for each in issuers for name in (each.code, each.name)]
    names = names or [scheme.owner, scheme.code.partition("_")[0]]
    here = [each.name for each in bodies if _is_one_of(each.name, names)]
    found = {name: Contact(name, "in charge") for name in here or _away(scheme, issuers)}
    for how, kinds in _wanted(scheme):
        for each in bodies:
            if each.kind in kinds and len(found) <= MOST:
                found.setdefault(each.name, Contact(each.name, how))
    return tuple(found.values())


def councils_for(hs_code: str, known: Iterable[Council]) -> tuple[Council, ...]:
    """Those that name most digits of the code; the one for all goods where none names it."""

    def digits(council: Council) -> int:
        fits = [len(each) for each in council.hs if hs_code.startswith(each)]
        return max(fits, default=0 if "*" in council.hs else -1)

    ranked = {council: digits(council) for council in known}
    most = max(ranked.values(), default=-1)
    return tuple(each for each, fit in ranked.items() if fit == most >= 0)


def _away(scheme: Scheme, issuers: Iterable[Council]) -> list[str]:
    """Who is in charge where the cluster has nobody of that name."""
    return [f"{each.name} ({each.code})" for each in issuers] or [scheme.owner]


def _wanted(scheme: Scheme) -> list[tuple[How, frozenset[str]]]:
    wanted: list[tuple[How, frozenset[str]]] = []
    if scheme.evidence_type in TESTED or scheme.kind == "product certification":
        wanted.append(("tests", TESTS))
    if scheme.group_holding in ("yes", "partial", "via-ICS"):
        wanted.append(("together", TOGETHER))
    if scheme.jurisdiction == "IN":
        wanted.append(("helps", HELPS))
    return wanted


def _is_one_of(name: str, wanted: Iterable[str]) -> bool:
    """Whether an institution bears one of the names: 'Coir Board, Kochi' is the Coir Board."""
    words = set(re.findall(r"\w+", name))
    return any(name.startswith(each) or (each.isupper() and each in words) for each in wanted)
