"""Every family file says only what the reference data knows, and its sums come out right."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from matchmaker.config import ROOT
from matchmaker.measures import UNITS
from seed.arithmetic import BadSum, calculate
from seed.families import GROUPS, Family, all_families
from seed.grammar import BadPattern, expand
from seed.reference import read, scheme_facts

FAMILIES = all_families()
CLUSTERS = {each["slug"]: each for each in read("clusters")["clusters"]}
HS = {each["code"] for each in read("hs_subset")["codes"]}
RULES = {each["family"] for each in read("market_requirements")["rules"]}


def corners(family: Family) -> list[dict[str, object]]:
    """All combinations of the smallest and largest number of every numeric attribute."""
    numeric = {
        key: sorted(v for v in about["values"] if isinstance(v, int | float))
        for key, about in family.attributes.items()
        if all(isinstance(value, int | float) for value in about["values"])
    }
    ends = [[(key, values[0]), (key, values[-1])] for key, values in numeric.items()]
    return [dict(chosen) for chosen in itertools.product(*ends)]


def test_keys_are_unique_and_every_cluster_makes_something() -> None:
    assert len({family.key for family in FAMILIES}) == len(FAMILIES)
    made = {slug for family in FAMILIES for slug in family.clusters}
    assert made == set(CLUSTERS)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
class TestFamily:
    def test_refers_only_to_what_exists(self, family: Family) -> None:
        assert family.hs in HS
        assert family.unit in UNITS
        assert set(family.rules) <= RULES
        assert set(family.schemes) <= set(scheme_facts())
        kinds = {scheme_facts()[code]["evidence_type"] for code in family.schemes}
        assert "consignment document" not in kinds
        assert family.sector in {each["sector"] for each in CLUSTERS.values()}
        assert (ROOT / "static" / "drawings" / f"{family.drawing}.svg").is_file()

    def test_weighs_what_its_range_says_at_every_corner(self, family: Family) -> None:
        for values in corners(family):
            assert family.unit_kg_range.holds(round(calculate(family.unit_kg, values), 6)), values
            if family.unit_m2:
                assert calculate(family.unit_m2, values) > 0

    def test_every_range_rests_on_a_source(self, family: Family) -> None:
        for name in (
            "unit_kg_range",
            "price_usd_per_kg",
            "output_kg_per_worker_month",
            "stowage_kg_per_m3",
        ):
            found = getattr(family, name)
            assert 0 < found.low <= found.high, name
            assert len(found.source) > 10, name

    def test_every_pattern_can_be_written(self, family: Family) -> None:
        random = Random(1)
        values = {key: random.choice(a["values"]) for key, a in family.attributes.items()}
        for pattern in (*family.titles, *itertools.chain(*family.text.values())):
            assert len(expand(pattern, values, random)) > 3
        assert all(len(family.text[group]) >= 6 for group in GROUPS)
        assert len(family.titles) >= 6


def test_a_pattern_with_an_unknown_attribute_or_open_bracket_is_refused() -> None:
    for pattern in ("{colour} mat", "[a|b mat"):
        with pytest.raises(BadPattern):
            expand(pattern, {}, Random(1))


def test_picks_nest_and_values_are_put_in() -> None:
    seen = {expand("[a [b|c]|d] {mm} mm", {"mm": 5}, Random(n)) for n in range(60)}
    assert seen == {"A b 5 mm", "A c 5 mm", "D 5 mm"}


def test_sums_are_arithmetic_and_nothing_else() -> None:
    assert calculate("a * (b + 2) / 4", {"a": 2, "b": 6}) == 4
    for text in ("__import__('os')", "a ** 2", "missing + 1"):
        with pytest.raises(BadSum):
            calculate(text, {"a": 2})
