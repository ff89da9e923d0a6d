"""How buyers write: phrases of a trade put together to a short letter. Pure.

The phrases are in `demand/*.toml`, written by hand for each family in words that buyers use,
which are seldom those of the makers (`families/*.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from seed.grammar import expand

FOLDER = Path(__file__).parent / "demand"
INCH = 2.54  # centimetres, exactly
_NAMED = re.compile(r"\{([a-z0-9_]+)\}")


@dataclass(frozen=True, eq=False)  # one object a family: compared and hashed as itself
class Trade:
    """How one family is asked for; the fields are those of `[[demand]]`."""

    family: str
    units: tuple[str, ...]
    nouns: tuple[str, ...]
    specs: tuple[str, ...]
    uses: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """What goes into a letter. `values`: of attributes, and `city` and `country`."""

    trade: Trade
    values: Mapping[str, object]
    specs: tuple[str, ...]
    quantity: str
    months: int = 0
    musts: tuple[str, ...] = ()
    nice: tuple[str, ...] = ()
    tells: frozenset[str] = field(default_factory=frozenset)


@lru_cache(maxsize=1)
def common() -> dict[str, Any]:
    """Letters, names of schemes, markets and strange products."""
    return tomllib.loads((FOLDER / "common.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def trades() -> dict[str, Trade]:
    """Every family that has phrases, by key."""
    found = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for raw in tomllib.loads(file.read_text(encoding="utf-8")).get("demand", ()):
            lists = {name: tuple(value) for name, value in raw.items() if name != "family"}
            found[raw["family"]] = Trade(family=raw["family"], **lists)
    return found


def attributes_of(phrase: str) -> tuple[str, ...]:
    """The attributes that a phrase names, inches counted as the centimetres they are."""
    return tuple(re.sub(r"_inches$", "_cm", name) for name in _NAMED.findall(phrase))


def in_inches(phrase: str) -> str:
    """The same size as an American writes it; unchanged where nothing is in centimetres."""
    if not re.search(r"_cm\}( x \{\w+_cm\})* cm", phrase):
        return phrase
    return re.sub(r"_cm\}", "_inches}", phrase).replace(" cm", " in")


def write(letter: Letter, random: Random) -> str:
    """The letter as text, of a manner drawn at random."""
    manner = random.choice(sorted(common()["letters"]))
    parts = _parts(letter, random)
    sentences = (_filled(each, parts, random) for each in common()["letters"][manner])
    return " ".join(sentence for sentence in sentences if sentence)


def _parts(letter: Letter, random: Random) -> dict[str, str]:
    noun = _said(random.choice(letter.trade.nouns), letter.values, random)
    use = _said(random.choice(letter.trade.uses), letter.values, random)
    note = random.choice(letter.trade.notes) if random.random() < 0.6 else ""
    return {
        "noun": noun,
        "ask": f"{noun} {use}",
        "spec": ", ".join(_said(each, letter.values, random) for each in letter.specs),
        "note": note,
        "proof": _proof(letter, random) if "evidence" in letter.tells else "",
        "amount": _amount(letter, random) if "quantity" in letter.tells else "",
        "close": random.choice(common()["closings"]["lines"]) if random.random() < 0.4 else "",
    }


def _proof(letter: Letter, random: Random) -> str:
    """Musts and nice-to-haves, in a sentence each."""
    sentences = []
    for kind, codes in (("musts", letter.musts), ("nice", letter.nice)):
        if codes:
            pattern = random.choice(common()["proofs"][kind])
            sentences.append(expand(pattern, {kind: _names(codes, random)}, random))
    return " ".join(sentences)


def _names(codes: Sequence[str], random: Random) -> str:
    named = common()["schemes"]
    return " and ".join(random.choice(named.get(code, [code])) for code in codes)


def _amount(letter: Letter, random: Random) -> str:
    kind = "monthly" if letter.months else "once"
    about = {"quantity": letter.quantity, "months": letter.months}
    return expand(random.choice(common()["amounts"][kind]), about, random)


def _filled(sentence: str, parts: Mapping[str, str], random: Random) -> str:
    """A sentence of a letter, or nothing when a part it needs is empty."""
    names = _NAMED.findall(sentence)
    if "spec" in names and not parts["spec"]:
        # What is asked for stays, only its specification falls out.
        sentence = sentence.replace(", {spec}", "") if len(names) > 1 else ""
    if not all(parts[name] for name in _NAMED.findall(sentence)):
        return ""
    return expand(sentence, parts, random)


def _said(phrase: str, values: Mapping[str, object], random: Random) -> str:
    """A phrase inside a sentence: `expand` would begin it with a capital, hence the mark."""
    inches = {
        f"{name[:-3]}_inches": round(value / INCH, 0 if value > 30 else 1)
        for name, value in values.items()
        if name.endswith("_cm") and isinstance(value, int | float)
    }
    return expand(f"~{phrase}", {**values, **inches}, random)[1:]
