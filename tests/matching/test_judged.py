"""The labels that ranking is judged by are complete, and nobody could choose what is in them."""

from __future__ import annotations

import gzip
import json
from collections import Counter

from matchmaker.matching.problem import Requirement
from tests.matching.judged.judged import HALVES, OFFERS, half_of, labels, pool, requirements


def frozen_ids() -> set[str]:
    """Ids alone: reading all offers would take a second."""
    with gzip.open(OFFERS, "rt", encoding="utf-8") as file:
        return {json.loads(line)["id"] for line in file}


def asked() -> list[Requirement]:
    return requirements()


def test_eighty_requirements_of_many_kinds_are_judged_on_fifteen_offers_each() -> None:
    assert len(asked()) >= 80
    assert len({each.id for each in asked()}) == len(asked())
    assert len({each.market for each in asked()}) >= 15
    assert sum(each.months > 0 for each in asked()) >= 15
    assert min(len(offers) for offers in pool().values()) >= 15


def test_the_halves_are_disjoint_of_one_size_and_told_by_the_id_alone() -> None:
    halves = {half: {each.id for each in requirements(half)} for half in HALVES}
    assert halves["tuning"].isdisjoint(halves["unseen"])
    assert halves["tuning"] | halves["unseen"] == {each.id for each in asked()}
    assert all(half_of(id) == half for half, ids in halves.items() for id in ids)
    sizes = sorted(len(ids) for ids in halves.values())
    assert sizes[0] >= 0.8 * sizes[1]


def test_every_pair_of_the_pool_has_a_grade_and_nothing_else_has() -> None:
    judged = {asked: set(offers) for asked, offers in pool().items()}
    graded = {asked: set(found) for half in HALVES for asked, found in labels(half).items()}
    assert graded == judged
    assert all(len(offers) == len(set(offers)) for offers in pool().values())
    known = frozen_ids()
    assert all(offers <= known for offers in judged.values())


def test_every_requirement_has_a_usable_offer_and_all_grades_are_given() -> None:
    for half in HALVES:
        grades = labels(half)
        assert set(grades) == {each.id for each in requirements(half)}
        assert all(max(found.values()) >= 1 for found in grades.values())
        counted = Counter(grade for found in grades.values() for grade in found.values())
        assert set(counted) == {0, 1, 2, 3}
        assert min(counted.values()) >= 20
