"""The names that the reference data know, for those who have no database (`queries.names_known`).

Read from the files under `seed/`, as the book of rules is (`certification/rulebook.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from matchmaker.certification.knowledge import FOLDER
from matchmaker.certification.rulebook import reference_book
from matchmaker.matching.exchange.remarks import KnownNames
from seed.families import all_families


@cache
def reference_schemes() -> Mapping[str, str]:
    """What the codes of papers stand for."""
    schemes = json.loads((FOLDER / "certifications.json").read_text(encoding="utf-8"))
    return {each["code"]: each["name"] for each in schemes["certifications"]}


@cache
def reference_names() -> KnownNames:
    """What product families, clusters, states, schemes and families of rules are called."""
    clusters = json.loads((FOLDER / "clusters.json").read_text(encoding="utf-8"))["clusters"]
    book, families = reference_book(), all_families()
    return {
        "family": frozenset(each.key for each in families),
        "cluster": frozenset(each["slug"] for each in clusters),
        "state": frozenset(each["state"] for each in clusters),
        "scheme": frozenset(book.schemes),
        "rules": frozenset(each.family for each in book.rules),
    }
