"""Words are cut and folded alike in documents, queries and highlights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import Seeker, fold, tokens, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rubber mats, 18mm", ["rubber", "mat", "18", "mm"]),
        ("ISO9001 and ISO 9001", ["iso", "9001", "and", "iso", "9001"]),
        ("600 g/m2 or 600 g/m²", ["600", "g", "m2", "or", "600", "g", "m2"]),
        ("3.5 mm", ["3.5", "mm"]),
        ("HS 4016.99.90", ["hs", "40169990"]),
        ("İSTANBUL Istanbul ISTANBUL", ["istanbul"] * 3),
        ("ışık IŞIK isik", ["isik"] * 3),
        ("Straße strasse STRASSE", ["strasse"] * 3),
        ("café CAFE\u0301", ["cafe", "cafe"]),
        # a chillu letter, and the same letter as older texts spell it
        ("കയർ കയര്\u200d", ["കയര്", "കയര്"]),
        ("ഇടുക്കിയിലെ", ["ഇടുക്കിയിലെ"]),
        ("हिन्दी", ["हिन्दी"]),
        ("चमड़ा चमडा", ["चमडा", "चमडा"]),
        ("مَكْتَبَة مكتبه", ["مكتبه", "مكتبه"]),
        ("أحمد احمد", ["احمد", "احمد"]),
        ("١٢٣ १२३", ["123", "123"]),
        ("accessories glass brass canvas boxes", ["accessory", "glass", "brass", "canva", "box"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("\x00 -- \ud800 …", []),
    ],
)
def test_words_are_folded_to_one_spelling(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=300))
def test_tokens_stand_in_order_inside_the_text(text: str) -> None:
    found = tokens(text)
    ends = [0]
    for each in found:
        assert ends[-1] <= each.start < each.end <= len(text)
        assert 0 < len(each.text) <= 80
        ends.append(each.end)
    assert words(text) == [each.text for each in found]


@given(st.text(max_size=60))
def test_folding_twice_changes_no_foreign_script(text: str) -> None:
    for each in words(text):
        if not each.isascii():
            assert fold(each) == each


PARTS = [
    "mat",
    "Mats,",
    "format",
    "18mm",
    "ışık",
    "3.5",
    "Accessories",
    "HS 4016.99",
    "g/m2 a\tmat",
]


@given(st.lists(st.sampled_from(PARTS), max_size=8))
def test_a_seeker_finds_what_asking_every_token_would(parts: list[str]) -> None:
    text = " ".join(parts)
    accepted = frozenset({"mat", "isik", "18", "accessory", "401699", "m2"})
    expected = [each for each in tokens(text) if each.text in accepted or each.text[:2] == "ru"]
    seeker = Seeker(accepted, ("ru",))
    assert seeker.find(text) == expected
    assert seeker.find(text + " Rubber") == [*expected, *tokens(text + " Rubber")[-1:]]


def test_a_seeker_of_nothing_finds_nothing() -> None:
    assert Seeker(frozenset()).find("mat 18 ışık") == []
