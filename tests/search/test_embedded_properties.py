"""Filters, counts and texts of any kind, held against plain Python."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from search.contract import (
    MARK_END,
    MARK_START,
    And,
    AnyOf,
    Between,
    Document,
    Engine,
    Equals,
    Exists,
    Field,
    Filter,
    IndexSettings,
    Not,
    Or,
    Page,
    Query,
)
from search.embedded import asking
from search.embedded.layout import Place
from search.embedded.snapshot import Snapshot, Watcher
from search.engines import open_engine
from search.errors import BadQuery

SETTINGS = IndexSettings(
    name="random",
    fields=(
        Field("title", "text", weight=1, highlight=True),
        Field("colour", "keyword", facet=True, sort=True),
        Field("marks", "keyword", facet=True, many=True),
        Field("flag", "flag", facet=True),
        Field("size", "number", sort=True),
        Field("lengths", "number", many=True),
    ),
)

COLOURS = ["red", "green", "റോസ്", "a b", "", "NOT", '"']
numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 2.0, -5.0, 1e300, -1e300, 0.1]),
    st.floats(allow_nan=False, allow_infinity=False),
)
documents = st.lists(
    st.fixed_dictionaries(
        {"title": st.sampled_from(["alpha beta", "alpha", "beta gamma", "gamma"])},
        optional={
            "colour": st.sampled_from(COLOURS),
            "marks": st.lists(st.sampled_from(COLOURS), max_size=3),
            "flag": st.booleans(),
            "size": numbers,
            "lengths": st.lists(numbers, max_size=3),
        },
    ),
    max_size=25,
)
leaves = st.one_of(
    st.builds(Equals, st.sampled_from(["colour", "marks"]), st.sampled_from([*COLOURS, "none"])),
    st.builds(
        AnyOf,
        st.sampled_from(["colour", "marks"]),
        st.lists(st.sampled_from([*COLOURS, "none"]), max_size=3).map(tuple),
    ),
    st.builds(Equals, st.just("flag"), st.booleans()),
    st.builds(Equals, st.just("size"), numbers),
    st.builds(Between, st.just("size"), st.none() | numbers, st.none() | numbers),
    st.builds(Equals, st.just("lengths"), numbers),
    st.builds(Between, st.just("lengths"), st.none() | numbers, st.none() | numbers),
    st.builds(Exists, st.sampled_from(["colour", "marks", "flag", "size", "lengths"])),
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple).map(And),
        st.lists(inner, max_size=3).map(tuple).map(Or),
        inner.map(Not),
    ),
    max_leaves=8,
)


def held(values: dict, name: str) -> list:
    value = values.get(name)
    return [] if value is None else value if isinstance(value, list) else [value]


def passes(values: dict, asked: Filter) -> bool:
    """The contract's filters in the plainest words."""
    match asked:
        case And(parts):
            return all(passes(values, each) for each in parts)
        case Or(parts):
            return any(passes(values, each) for each in parts)
        case Not(part):
            return not passes(values, part)
        case Equals(name, value):
            return value in held(values, name)
        case AnyOf(name, several):
            return any(each in held(values, name) for each in several)
        case Between(name, low, high):
            low = -math.inf if low is None else low
            high = math.inf if high is None else high
            return any(low <= each <= high for each in held(values, name))
        case Exists(name):
            return bool(held(values, name))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return open_engine(tmp_path_factory.mktemp("random"))


def fill(engine: Engine, stored: list[dict]) -> None:
    engine.rebuild(SETTINGS, (Document(str(at), each) for at, each in enumerate(stored)))


quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
quicker = settings(quick, max_examples=25)


@quick
@given(stored=documents, asked=filters, chosen=filters, few=st.booleans())
@example(
    # several numbers of one document in one bar
    stored=[{"title": "alpha", "lengths": [0.0, 1.0]}, {"title": "alpha", "lengths": [1e300]}],
    asked=And(()),
    chosen=And(()),
    few=False,
)
def test_filters_and_counts_agree_with_plain_python(
    engine: Engine, stored: list[dict], asked: Filter, chosen: Filter, few: bool
) -> None:
    """Both ways of counting, rows in numpy and counts within tantivy, are tried."""
    fill(engine, stored)
    before = asking.FEW
    try:
        asking.FEW = before if few else 0
        page = engine.search(
            "random",
            Query(
                "alpha",
                filter=asked,
                refinements={"colour": chosen},
                facets=("colour", "marks", "flag"),
                stats=("size", "lengths"),
                limit=50,
            ),
        )
    finally:
        asking.FEW = before
    bound = [
        (str(at), each)
        for at, each in enumerate(stored)
        if "alpha" in each["title"] and passes(each, asked)
    ]
    hits = [(id, each) for id, each in bound if passes(each, chosen)]
    assert sorted(hit.id for hit in page.hits) == sorted(id for id, _ in hits)
    assert page.total == len(hits)
    # colour ignores its own choice; a chosen value may stand there at zero
    colours = {each.value: each.count for each in page.facets["colour"] if each.count}
    assert colours == Counter(each["colour"] for _, each in bound if "colour" in each)
    marks = Counter(mark for _, each in hits for mark in set(each.get("marks", ())))
    assert {each.value: each.count for each in page.facets["marks"]} == marks
    flags = Counter(str(each["flag"]).lower() for _, each in hits if "flag" in each)
    assert {each.value: each.count for each in page.facets["flag"]} == flags
    sizes = [each["size"] for _, each in hits if "size" in each]
    stats = page.stats["size"]
    assert (stats.count, stats.min, stats.max) == (
        len(sizes), min(sizes, default=None), max(sizes, default=None),
    )  # fmt: skip
    assert sum(bar.count for bar in stats.histogram) == len(sizes)
    lengths = [each for _, held in hits for each in {x + 0.0 for x in held.get("lengths", ())}]
    several = page.stats["lengths"]
    assert (several.count, several.min, several.max) == (
        len(lengths), min(lengths, default=None), max(lengths, default=None),
    )  # fmt: skip
    assert sum(bar.count for bar in several.histogram) == len(lengths)


@quicker
@given(stored=documents, written=documents, gone=st.sets(st.integers(0, 24)), asked=filters)
def test_both_filters_agree_row_by_row_after_every_write(
    tmp_path_factory: pytest.TempPathFactory,
    stored: list[dict],
    written: list[dict],
    gone: set[int],
    asked: Filter,
) -> None:
    """The columns that grow from commit to commit, and the text index of several segments."""
    root = tmp_path_factory.mktemp("grown")
    engine, watcher = open_engine(root), Watcher(Place(root, "random"))
    fill(engine, stored)
    expected = {str(at): each for at, each in enumerate(stored)}
    assert rows_passing(watcher.current(), asked) == ids_passing(expected, asked)
    fresh = [Document(str(at + 10), each) for at, each in enumerate(written)]  # some replace
    ids = {each.id for each in fresh}
    deletes = [str(at) for at in sorted(gone) if str(at) not in ids]
    engine.write("random", fresh, deletes)
    expected |= {each.id: dict(each.values) for each in fresh}
    expected = {id: each for id, each in expected.items() if id not in deletes}
    assert rows_passing(watcher.current(), asked) == ids_passing(expected, asked)


def rows_passing(snapshot: Snapshot, asked: Filter) -> list[str]:
    """The ids that pass by the columns, once the text index has named the very same rows."""
    rows = np.flatnonzero(snapshot.journal.columns.mask(asked))
    everything = np.flatnonzero(snapshot.journal.columns.live)
    # The commit's own document, which is no row, passes where something is asked to be absent
    found = snapshot.text.among(snapshot.text.filter(asked), everything)[0]
    assert sorted(found.tolist()) == rows.tolist()
    return sorted(snapshot.journal.document(int(row))[0] for row in rows)


def ids_passing(stored: dict[str, dict], asked: Filter) -> list[str]:
    return sorted(id for id, values in stored.items() if passes(values, asked))


@quick
@given(stored=documents, asked=filters)
def test_browsing_without_words_agrees_too(
    engine: Engine, stored: list[dict], asked: Filter
) -> None:
    fill(engine, stored)
    page = engine.search("random", Query(filter=asked, sort=(("size", "asc"),), limit=50))
    expected = [(each, str(at)) for at, each in enumerate(stored) if passes(each, asked)]
    expected.sort(key=lambda pair: pair[0].get("size", math.inf))
    assert [hit.id for hit in page.hits] == [id for _, id in expected]


texts = st.one_of(
    st.text(max_size=200),
    st.text(alphabet='"-. \x00\x01\t\n()[]{}*~^:/\\|"«»alphabet0123456789', max_size=80),
    st.text(
        alphabet=st.characters(codec="utf-8", categories=("Lo", "Mn", "Mc", "Nd")), max_size=60
    ),
    st.builds(
        lambda text, times: (text * times)[:10_000], st.text(min_size=1), st.integers(1, 5000)
    ),
)


@pytest.fixture(scope="module")
def filled(engine: Engine) -> Engine:
    fill(
        engine,
        [
            {"title": "alpha beta gamma", "colour": "red", "size": 1},
            {"title": "alphabet soup കയർ ışık 4016.99", "colour": "red"},
            {"title": "rubber mat चमड़ा سجاد 3.5 mm", "marks": ["a b"]},
        ],
    )
    return engine


@settings(max_examples=250, deadline=None)
@given(text=texts)
@example("\ud800 lone surrogate")
@example("a" * 10_000)
@example("x " * 5_000)
@example('"' * 9_999)
@example("-" * 10_000)
@example("\x00\x1b[0m\u202e\ufeff")
@example("alph.*")
@example("١٢٣٤")
@example("1234.")
@example("² ½ ⑦ 𝟙 Ⅷ")
def test_any_text_gives_a_page(filled: Engine, text: str) -> None:
    try:
        page = filled.search("random", Query(text, facets=("colour",), highlight=True))
    except BadQuery:
        return
    assert isinstance(page, Page)
    for hit in page.hits:
        for marked in hit.highlighted.values():
            assert marked.count(MARK_START) == marked.count(MARK_END)
    filled.suggest("random", text)
    filled.facet_values("random", "colour", text)


def test_each_of_many_words_is_told_apart_and_counting_alone_agrees(filled: Engine) -> None:
    """More words than one search tells apart, of which a document holds some."""
    nonsense = [f"qx{chr(97 + at)}v" for at in range(21)]
    text = " ".join(["alpha", *nonsense, "gamma"])
    page = filled.search("random", Query(text, refinements={"colour": Equals("colour", "red")}))
    (hit,) = page.hits
    assert (hit.id, hit.matched_words) == ("0", ("alpha", "gamma"))
    assert (hit.dropped_words, page.dropped) == (tuple(nonsense), tuple(nonsense))
    for colour, total in (("red", 1), ("green", 0)):
        chosen = {"colour": Equals("colour", colour)}
        counted = filled.search("random", Query(text, refinements=chosen, limit=0))
        assert (counted.total, counted.dropped) == (total, tuple(nonsense))


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300))
@example("\ud800 lone surrogate")
@example("\ue000 forged mark \ue001")
def test_any_text_can_be_stored_and_found(engine: Engine, text: str) -> None:
    fill(engine, [{"title": text + " needle", "colour": text[:50]}])
    page = engine.search("random", Query("needle", highlight=True, facets=("colour",)))
    assert [hit.id for hit in page.hits] == ["0"]
    assert page.hits[0].highlighted["title"].count(MARK_START) >= 1
    if text:
        (count,) = page.facets["colour"]
        found = engine.search("random", Query(filter=Equals("colour", count.value)))
        assert found.total == 1
