"""The labelled set: requirements, the frozen offers, the grades and the two halves."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from matchmaker.json_data import read
from matchmaker.matching.problem import Offer, Requirement

HERE = Path(__file__).parent
OFFERS = HERE / "offers.jsonl.gz"
REQUIREMENTS = HERE / "requirements.jsonl"
POOL = HERE / "pool.jsonl"
TODAY = dt.date(2026, 11, 22)

Half = Literal["tuning", "unseen"]
HALVES: tuple[Half, ...] = ("tuning", "unseen")


def half_of(requirement_id: str) -> Half:
    """Which half a requirement is in: by its id alone, so that nobody can choose."""
    digest = hashlib.sha256(f"judged/{requirement_id}".encode()).digest()
    return HALVES[digest[0] % 2]


def labels_file(half: Half) -> Path:
    return HERE / f"labels-{half}.jsonl"


@lru_cache(maxsize=1)
def offers() -> dict[str, Offer]:
    """Every offer of the frozen world by id; reading takes about a second."""
    with gzip.open(OFFERS, "rt", encoding="utf-8") as file:
        found = [read(Offer, each) for each in _lines(file.read())]
    return {offer.id: offer for offer in found}


def requirements(half: Half | Literal["both"] = "both") -> list[Requirement]:
    """The judged requirements of one half, or of both."""
    found = [read(Requirement, each) for each in _lines(REQUIREMENTS.read_text(encoding="utf-8"))]
    return [each for each in found if half in ("both", half_of(each.id))]


def pool() -> dict[str, list[str]]:
    """The offers that were judged for each requirement, in the shuffled order of judging."""
    pairs: dict[str, list[str]] = defaultdict(list)
    for each in _lines(POOL.read_text(encoding="utf-8")):
        pairs[each["requirement"]].append(each["offer"])
    return dict(pairs)


def labels(half: Half) -> dict[str, dict[str, int]]:
    """Grades of a half by requirement id and offer id; what is not there was not judged: 0."""
    graded: dict[str, dict[str, int]] = defaultdict(dict)
    for each in _lines(labels_file(half).read_text(encoding="utf-8")):
        graded[each["requirement"]].update(each["grades"])
    return dict(graded)


def _lines(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.split("\n") if line)
