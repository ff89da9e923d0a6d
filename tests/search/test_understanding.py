"""A typed query, read: slots, phrases, exclusions, synonyms, repairs."""

from search.spelling import Vocabulary, typos_allowed
from search.understanding import Alternative, Understood, synonym_table, understand

VOCABULARY = Vocabulary(
    [
        ("rubber", 900), ("rubbed", 2), ("mat", 300), ("stable", 80), ("cardamom", 60),
        ("cushion", 40), ("galvanised", 30), ("natural", 100), ("horseshoe", 5), ("horse", 9),
        ("shoe", 50), ("401699", 7), ("|", 5000), ("material", 400), ("polypropylene", 20),
    ]
)  # fmt: skip
SYNONYMS = synonym_table([("nr", "natural rubber"), ("cardamom", "elaichi")])


def read(text: str) -> Understood:
    return understand(text, SYNONYMS, VOCABULARY)


def accepted(text: str) -> list[set[tuple[str, ...]]]:
    return [{each.words for each in slot.alternatives} for slot in read(text).slots]


def test_typos_are_forgiven_by_length_and_never_in_codes() -> None:
    assert [typos_allowed(word) for word in ("matt", "matte", "galvanise", "iso9001")] == [
        0, 1, 2, 0,
    ]  # fmt: skip


def test_a_known_word_stays_itself() -> None:
    assert accepted("rubber mat") == [{("rubber",)}, {("mat",)}]
    assert read("mat").prefixes == ()


def test_an_unknown_word_is_repaired_and_the_repair_is_worth_less() -> None:
    assert accepted("ruber mat ")[0] == {("ruber",), ("rubber",)}
    (slot,) = read("polyproplene ").slots
    assert Alternative(("polypropylene",), 0.6) in slot.alternatives
    assert read("ruber mat").corrections == ("rubber mat",)


def test_a_rare_misspelling_in_the_index_does_not_hide_the_right_word() -> None:
    assert ("rubber",) in accepted("rubbed ")[0]


def test_the_first_letter_is_trusted_unless_nothing_else_is_near() -> None:
    assert ("cushion",) in accepted("kushion ")[0]
    assert [each for each, _ in VOCABULARY.repairs("rubbe")] == ["rubber", "rubbed"]


def test_synonyms_go_both_ways_and_over_several_words() -> None:
    assert ("natural", "rubber") in accepted("nr mat")[0]
    (slot,) = read("natural rubber").slots
    assert slot.apart == ("natural", "rubber")
    assert ("nr",) in {each.words for each in slot.alternatives}
    assert accepted("elaichi")[0] >= {("cardamom",)}


def test_the_unfinished_last_word_is_a_prefix_and_a_finished_one_is_not() -> None:
    assert read("mat sta").prefixes == ("sta",)
    assert ("stable",) in accepted("mat sta")[1]
    assert read("sta ").prefixes == ()


def test_a_tariff_code_stands_for_all_below_it() -> None:
    assert read("4016 mat").prefixes == ("4016",)
    assert ("401699",) in accepted("40169990")[0]


def test_words_are_split_and_joined_where_the_index_does() -> None:
    assert ("stable", "mat") in accepted("stablemat ")[0]
    assert all(("horseshoe",) in each for each in accepted("horse shoe"))


def test_quotes_and_minus() -> None:
    read_one = read('"rubber mat" -cardamom -"natural rubber" hand-made')
    assert read_one.excluded == (("cardamom",), ("natural", "rubber"))
    assert read_one.slots[0].alternatives == (Alternative(("rubber", "mat")),)
    assert [slot.asked for slot in read_one.slots[1:]] == ["hand", "made"]


def test_unbalanced_quotes_are_just_characters() -> None:
    assert [slot.asked for slot in read('"rubber mat').slots] == ["rubber", "mat"]


def test_small_words_are_left_out_unless_alone() -> None:
    assert [slot.asked for slot in read("mat for the stable").slots] == ["mat", "stable"]
    assert [slot.asked for slot in read("for the").slots] == ["for", "the"]


def test_a_text_too_long_is_cut_and_the_rest_is_named() -> None:
    found = read("mat " * 30)
    assert (len(found.slots), len(found.ignored)) == (24, 6)


def test_tariff_codes_are_read_as_people_write_them() -> None:
    vocabulary = Vocabulary([("570320", 3), ("080132", 5), ("mat", 9)])

    def prefixes(text: str) -> list[str]:
        return [slot.prefix for slot in understand(text, {}, vocabulary).slots]

    for text in ("HS 5703.20", "hsn code: 570320", "ITC-HS 5703 20", "5703.20.10", "57032010"):
        assert prefixes(text) == ["570320"], text
    # Where nothing has the subheading its heading answers.
    assert prefixes("080131") == ["0801"]
    assert prefixes("mat 5 mm ")[0] == ""


def test_what_is_typed_in_one_stands_in_a_row_or_counts_less() -> None:
    known = Vocabulary(
        (word, 9) for word in ["ps", "4", "game", "tn", "2110", "toner", "hand", "knotted"]
    )

    def slots(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        found = understand(text, {}, known).slots
        return [(each.asked, each.alternatives[0].words, each.apart) for each in found]

    assert slots("ps4 game") == [("ps4", ("ps", "4"), ("ps", "4")), ("game", ("game",), ())]
    assert slots("tn-2110 toner")[0] == ("tn-2110", ("tn", "2110"), ("tn", "2110"))
    assert [asked for asked, *_ in slots("hand-knotted")] == ["hand", "knotted"]
    assert [asked for asked, *_ in slots("ps 4")] == ["ps", "4"]
    # a part that nothing holds may be a typo, so each is looked at by itself
    assert [asked for asked, *_ in slots("tm2110")] == ["tm", "2110"]
    assert understand("ps4", {}, known).slots[0].apart_boost < 1
