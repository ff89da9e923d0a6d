"""The search page as somebody sees it who types, chooses and turns pages."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote_plus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.catalogue.models import Product
from matchmaker.database import database
from search.contract import Query


def a_title(site: Flask) -> str:
    with site.app_context():
        return str(database.session.scalar(select(Product.title).order_by(Product.id)))


def count_of(page: str) -> int:
    found = re.search(r'id="heading"[^>]*>\s*([\d,]+)', page)
    assert found, "the page says how much was found"
    return int(found[1].replace(",", ""))


def hrefs(page: str, pattern: str) -> list[str]:
    return [each.replace("&amp;", "&") for each in re.findall(rf'href="({pattern})"', page)]


def test_a_product_is_found_by_its_title_with_the_words_marked(
    site: Flask, visitor: FlaskClient
) -> None:
    title = a_title(site)

    page = visitor.get("/search", query_string={"q": title}).text

    first = re.search(r"<h3><a [^>]*><bdi>(.*?)</bdi></a></h3>", page)
    assert first is not None
    assert re.sub("</?mark>", "", first[1]) == title.replace("'", "&#39;")
    assert "<mark>" in first[1]


def test_each_tab_shows_its_own_kind_and_counts_the_others(visitor: FlaskClient) -> None:
    for tab in ("products", "firms", "clusters"):
        page = visitor.get("/search", query_string={"tab": tab}).text
        assert count_of(page) > 0
        assert len(re.findall(r'<nav class="tabs".*?</nav>', page, re.S)) == 1


def test_a_second_value_of_a_facet_adds_results(visitor: FlaskClient) -> None:
    page = visitor.get("/search").text
    values = re.findall(r'name="state" value="([^"]+)"', page)[:2]
    assert len(values) == 2, "the facet offers at least two states"

    one = visitor.get("/search", query_string={"state": values[:1]}).text
    both = visitor.get("/search", query_string={"state": values}).text

    assert count_of(both) > count_of(one) > 0
    assert f'value="{values[1]}"' in one, "the other value can still be chosen"


def test_an_active_filter_can_be_taken_away_by_its_chip(visitor: FlaskClient) -> None:
    page = visitor.get("/search", query_string={"q": "mats", "state": "Kerala"}).text

    chips = re.search(r'<ul class="chips".*?</ul>', page, re.S)
    assert chips is not None
    assert hrefs(chips[0], '/search[^"]*') == ["/search?q=mats"]


def test_a_range_binds_and_is_said_in_a_chip(visitor: FlaskClient) -> None:
    all_of_them = count_of(visitor.get("/search", query_string={"unit": "mass"}).text)
    page = visitor.get("/search", query_string={"unit": "mass", "moq_mass_to": "500"}).text

    assert 0 < count_of(page) < all_of_them
    assert "up to 500 kg" in page


def test_prices_are_compared_only_within_one_way_of_selling(visitor: FlaskClient) -> None:
    page = visitor.get("/search", query_string={"sort": "price"}).text

    assert "Prices compare only within one way of selling" in page
    assert any("unit=" in unquote_plus(each) for each in hrefs(page, '/search[^"]*'))


def test_a_price_range_keeps_its_currency_in_the_address(visitor: FlaskClient) -> None:
    asked = {"unit": "mass", "price_to": "5", "currency": "EUR"}
    page = visitor.get("/search", query_string=asked).text

    assert count_of(page) > 0
    assert '<input type="hidden" name="currency" value="EUR">' in page


def test_pages_follow_each_other_and_end(visitor: FlaskClient) -> None:
    first = visitor.get("/search").text
    second = visitor.get("/search?page=2").text
    titles = [re.findall(r'<h3><a href="([^"]+)"', page) for page in (first, second)]

    assert len(titles[0]) == 20
    assert not set(titles[0]) & set(titles[1])
    beyond = visitor.get("/search?page=1000000000")
    assert beyond.status_code == 404
    assert "There are only" in beyond.text


@pytest.mark.parametrize("words", ["rubber mat", "coir", "leather bags export", "soft toys"])
def test_every_page_that_is_linked_exists(visitor: FlaskClient, words: str) -> None:
    query = {"q": words}
    first = visitor.get("/search", query_string=query).text
    last = max([1, *map(int, re.findall(r"page=(\d+)", first))])
    end = visitor.get("/search", query_string=query | {"page": last})
    beyond = visitor.get("/search", query_string=query | {"page": last + 1})

    assert end.status_code == 200
    assert '<li class="row">' in end.text
    assert beyond.status_code == 404
    back = re.search(r'There are only.*?<a href="([^"]+)"', beyond.text, re.DOTALL)
    assert back and visitor.get(html.unescape(back[1])).status_code == 200


def test_where_the_related_begin_is_said_once_and_in_place(visitor: FlaskClient) -> None:
    query = {"q": "rubber mat"}
    first = visitor.get("/search", query_string=query).text
    last = max([1, *map(int, re.findall(r"page=(\d+)", first))])
    pages = [
        visitor.get("/search", query_string=query | {"page": at}).text for at in range(1, last + 1)
    ]
    said = [page for page in pages if "From here on also" in page]

    assert len(said) == 1
    before, after = said[0].split("From here on also")
    rows = re.findall(r'<li class="row">.*?</h3>.*?(?=<li class="row">|</ol>)', before, re.DOTALL)
    assert rows and not any("without “" in row for row in rows)
    assert '<li class="row">' in after
    assert after.count("without “") == after.count('<li class="row">')


@pytest.mark.parametrize("signs", ['"', "😀", "₹", "-", "…!?"])
def test_signs_alone_are_no_search_but_everything_and_a_word_about_it(
    visitor: FlaskClient, signs: str
) -> None:
    page = visitor.get("/search", query_string={"q": signs}).text

    assert "type a word" in page
    assert page.count('<li class="row">') == 20
    assert count_of(page) == count_of(visitor.get("/search").text)


def test_several_values_of_a_facet_are_said_to_be_alternatives(visitor: FlaskClient) -> None:
    page = visitor.get("/search").text
    values = re.findall(r'name="evidence" value="([^"]+)"', page)[:2]

    one = visitor.get("/search", query_string={"evidence": values[0]}).text
    two = visitor.get("/search", query_string={"evidence": values}).text

    assert "Any of these" not in one
    assert two.count("Any of these") == 1


def test_words_that_nothing_holds_are_said_to_be_left_out(
    site: Flask, visitor: FlaskClient
) -> None:
    page = visitor.get("/search", query_string={"q": f"{a_title(site)} zzyzxqq"}).text

    assert "<s>zzyzxqq</s>" in page


def test_filters_that_exclude_everything_offer_the_way_out(visitor: FlaskClient) -> None:
    page = visitor.get("/search", query_string={"q": "mats", "state": "Atlantis"}).text

    assert "without the filters" in page
    assert "/search?q=mats" in hrefs(page, '/search[^"]*')


def test_what_only_chance_brings_near_is_not_shown(visitor: FlaskClient) -> None:
    page = visitor.get("/search", query_string={"q": "qqxyzzy wwvbnmk"}).text

    assert "Nothing holds these words" in page
    assert '<li class="row">' not in page


def test_who_likes_pictures_sees_a_grid_and_keeps_it(visitor: FlaskClient) -> None:
    page = visitor.get("/search?view=grid").text

    assert '<ol class="rows grid">' in page
    assert "/search?view=grid&page=2" in hrefs(page, '/search[^"]*')
    assert "/search?tab=firms&view=grid" in hrefs(page, '/search[^"]*')


def test_what_was_typed_is_never_markup(visitor: FlaskClient) -> None:
    page = visitor.get("/search", query_string={"q": "<script>alert(1)</script>"}).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_scripts_are_answered_with_the_live_regions_alone(visitor: FlaskClient) -> None:
    whole = visitor.get("/search?q=mats").text
    part = visitor.get("/search?q=mats", headers={"Sec-Fetch-Dest": "empty"}).text

    assert "<header" in whole and "<header" not in part
    for region in ("tabs", "filters", "results"):
        assert f'id="{region}"' in part


def test_a_page_of_results_is_small_on_the_wire(visitor: FlaskClient) -> None:
    answer = visitor.get("/search", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 20_000
    assert len(visitor.get("/search").data) < 70_000


def test_the_page_stands_in_every_language_and_direction(visitor: FlaskClient) -> None:
    page = visitor.get("/ar/search").text

    assert '<html lang="ar" dir="rtl">' in page
    assert hrefs(page, '/ar/products/[^"]*')
    assert "/static/css/base.css?v=" in page, "files are shared by all languages"


def test_suggestions_complete_what_is_being_typed(site: Flask, visitor: FlaskClient) -> None:
    found = visitor.get("/suggest?q=rubb").get_json()

    assert found
    assert set(found[0]) == {"label", "kind", "url"}
    assert visitor.get("/suggest?q=r").get_json() == []
    assert visitor.get("/suggest").get_json() == []


def test_a_firm_is_suggested_by_its_name_and_led_to(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        engine = site.extensions["searching"].engine
        name = str(engine.search("firms", Query(limit=1)).hits[0].values["name"])

    found = visitor.get("/suggest", query_string={"q": name}).get_json()

    assert any(each["label"] == name and "/firms/" in each["url"] for each in found)


def test_another_spelling_is_offered_only_where_it_finds_what_was_typed_does_not(
    visitor: FlaskClient,
) -> None:
    meant = visitor.get("/search", query_string={"q": "plywod"}).text
    assert "Did you mean" in meant
    assert hrefs(meant, r"/search\?q=plywood[^\"]*")
    # The other spelling of the whole finds no more than what was typed.
    for right in ("plywod that keeps cows from slipping", "plywod in the shade of a certificate"):
        page = visitor.get("/search", query_string={"q": right}).text
        assert "Did you mean" not in page
