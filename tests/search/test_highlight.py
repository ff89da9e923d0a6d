"""Marks stand around what was found, and a long text is cut to it."""

from search.analysis import Seeker
from search.highlight import highlight


def shown(text: str, *accepted: str, size: int = 240) -> str:
    found = highlight(text, Seeker(frozenset(accepted)), size)
    return found.replace("\ue000", "[").replace("\ue001", "]")


def test_found_words_are_marked_in_their_own_spelling() -> None:
    assert shown("Rubber Mats, RUBBER", "rubber", "mat") == "[Rubber] [Mats], [RUBBER]"
    assert shown("yumuşak IŞIK", "isik") == "yumuşak [IŞIK]"


def test_only_the_matching_part_of_a_seam_is_marked() -> None:
    assert shown("18mm thick", "18") == "[18]mm thick"


def test_a_long_text_is_cut_around_its_matches() -> None:
    text = "filler " * 60 + "the rubber mat lies here " + "filler " * 60
    cut = shown(text, "rubber", "mat", size=100)
    assert "[rubber] [mat]" in cut
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert len(cut) <= 106


def test_without_a_match_the_beginning_is_shown() -> None:
    assert shown("word " * 100, "rubber", size=20) == "word word word word…"


def test_html_is_left_to_the_page_and_forged_marks_are_removed() -> None:
    assert shown("<b>mat</b> \ue000x\ue001", "mat") == "<b>[mat]</b> x"
