"""What an address of the search page means, and that it says the same when written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.storefront.refinements import Asked, Range, number, read, tidy
from search.contract import MARK_START


def test_everything_asked_stands_in_the_address() -> None:
    asked = read(
        [
            ("q", "cow mats"),
            ("sector", "rubber"),
            ("sector", "leather"),
            ("gi", "1"),
            ("moq_piece_to", "500"),
            ("price_from", "2,5"),
            ("currency", "EUR"),
            ("sort", "price"),
            ("page", "3"),
        ]
    )

    assert asked == Asked(
        text="cow mats",
        chosen={"sector": ("rubber", "leather")},
        flags=frozenset({"gi"}),
        ranges={"price": Range(2.5, None), "moq_piece": Range(None, 500)},
        sort="price",
        page=3,
        currency="EUR",
    )
    assert asked.address("/search") == (
        "/search?q=cow+mats&sector=rubber&sector=leather&gi=1"
        "&price_from=2.5&moq_piece_to=500&currency=EUR&sort=price&page=3"
    )


@given(st.lists(st.tuples(st.sampled_from(["q", "tab", "sector", "lead_to", "page"]), st.text())))
def test_an_address_read_and_written_is_the_same_address(pairs: list[tuple[str, str]]) -> None:
    once = read(pairs)
    again = read(once.pairs())

    assert again.pairs() == once.pairs()
    assert again.ignored == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1000", 1000),
        ("1,000", 1000),
        ("1 000", 1000),
        ("1.000.000", 1_000_000),
        ("1.000,5", 1000.5),
        ("12,5", 12.5),
        ("٥٠٠", 500),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("many", None),
    ],
)
def test_numbers_are_read_as_people_of_several_countries_type_them(
    typed: str, meant: float | None
) -> None:
    assert number(typed) == meant


def test_limits_in_the_wrong_order_are_turned_round() -> None:
    assert read([("lead_from", "60"), ("lead_to", "10")]).ranges == {"lead": Range(10, 60)}


def test_what_is_not_understood_is_left_out_and_said() -> None:
    asked = read([("moq_mass_from", "a few"), ("page", "last"), ("q", "x" * 900)])

    assert asked.ranges == {}
    assert asked.page == 1
    assert len(asked.text) == 500
    assert set(asked.ignored) == {"moq_mass_from", "page", "long"}


def test_what_cannot_be_seen_is_taken_out_of_the_words() -> None:
    assert tidy(f"cow\x00\n{MARK_START}mats\ud800 ") == "cow mats"


def test_another_tab_keeps_only_what_it_can_be_asked() -> None:
    asked = read([("q", "mats"), ("sector", "rubber"), ("cluster", "x"), ("moq_piece_to", "5")])

    assert asked.on_tab("clusters") == Asked(
        text="mats", tab="clusters", chosen={"sector": ("rubber",)}
    )


def test_a_chip_takes_away_one_value_and_goes_back_to_the_first_page() -> None:
    asked = read([("sector", "rubber"), ("sector", "coir"), ("page", "4")])

    assert asked.without_value("sector", "coir").pairs() == [("sector", "rubber")]
