"""What a maker calls a product, in English or Malayalam, leads to its family."""

from __future__ import annotations

import pytest

from matchmaker.catalogue.guessing import Families, FamilyWords, Guess, in_english
from seed.families import all_families

FAMILIES = Families(
    FamilyWords(each.key, each.name, tuple(each.aliases), each.sector) for each in all_families()
)


@pytest.mark.parametrize(
    ("name", "sector", "family"),
    [
        ("Rubber cow mat 18 mm", "rubber", "stable-mat"),
        ("mats for cattle", "rubber", "stable-mat"),
        ("Hand gloves", "rubber", "latex-household-gloves"),
        ("Marine ply 19 mm", "wood and plywood", "marine-plywood"),
        ("kasavu saree", "handloom", "kasavu-saree"),
        ("പശുത്തൊഴുത്തിനുള്ള റബ്ബർ മാറ്റ്", "rubber", "stable-mat"),
        ("മറൈൻ പ്ലൈവുഡ്", "wood and plywood", "marine-plywood"),
        ("കസവു സാരി", "handloom", "kasavu-saree"),
        ("മാങ്ങ അച്ചാർ", "food processing", "pickle"),
        ("ഏലക്ക", "spices", "small-cardamom"),
        ("മുളകുപൊടി", "spices", "chilli-powder"),
        ("കുരുമുളക്", "spices", "black-pepper"),
        ("മുള വിളക്ക്", "bamboo", "bamboo-lamp"),
        ("മട്ട അരി", "rice milling", "matta-rice"),
        ("ഓട്", "ceramics and clay", "clay-roof-tile"),
        ("ചകിരിച്ചോറ് ബ്ലോക്ക്", "coir", "coir-pith-block"),
    ],
)
def test_the_first_guess_is_right(name: str, sector: str, family: str) -> None:
    assert FAMILIES.rank(name, sectors=[sector])[0].key == family


def test_where_two_are_as_likely_no_guess_is_sure() -> None:
    two = FAMILIES.rank("coir door mat", sectors=["coir"])[:2]
    assert {each.key for each in two} == {"coir-handloom-mat", "coir-tufted-mat"}
    assert not any(each.is_sure for each in two)


def test_a_name_that_says_nothing_gives_no_guess() -> None:
    assert FAMILIES.rank("Xqzt 900", sectors=["rubber"]) == []
    assert FAMILIES.rank("", sectors=["rubber"]) == []


def test_the_cluster_breaks_the_tie() -> None:
    mats = Families([
        FamilyWords("a", "Coir mats", sector="coir"),
        FamilyWords("b", "Rubber mats", sector="rubber"),
    ])  # fmt: skip
    assert [each.key for each in mats.rank("mat", sectors=["rubber"])] == ["b", "a"]
    assert [each.key for each in mats.rank("mat", sectors=["coir"])] == ["a", "b"]


def test_meaning_finds_what_no_word_says() -> None:
    kinds = Families([FamilyWords("a", "Door mats"), FamilyWords("b", "Gloves")])
    found = kinds.rank("foot scraper", meanings={"a": 0.85, "b": 0.2})
    assert found == [Guess("a", 0.72, is_sure=True)]


def test_malayalam_endings_do_not_hide_the_word() -> None:
    assert in_english("റബ്ബർ മാറ്റുകൾ") == in_english("റബ്ബർ മാറ്റ്") == "rubber mat"
    assert in_english("മുള") == "bamboo"
    assert in_english("മുളക്") == "chilli"
