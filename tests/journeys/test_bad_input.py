"""Whatever is typed or sent, the running server answers with a page that helps or says why not."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from matchmaker.config import Config
from matchmaker.storefront.refinements import FACETS, FLAGS, RANGES, SORTS, TABS
from tests.journeys.running import Answer, RunningSite, copy_of, running_on, until

SCRIPTS = (
    "ab c",
    "ഇഞ്ചി ച",
    "रबर मैट",
    "مطاط طبيعي",
    "kauçuk İıŞ",
    "橡胶垫",
    "каучук",
    "👩‍🏭🧵",
    "ΑΒΓ",
    "ゴム",
)
PARAMETERS = sorted(
    {"q", "tab", "sort", "page", "more", "currency", "market", "port", "next"}
    | {name for tab in TABS for name in (*FACETS[tab], *FLAGS[tab])}
    | {f"{name}_{side}" for tab in TABS for name in RANGES[tab] for side in ("from", "to")}
)
PATHS = (
    "/search",
    "/suggest",
    "/ml/search",
    "/ar/search",
    "/products/x",
    "/clusters",
    "/preferences",
)

ODD = (
    *("-1", "0", "1e309", "nan", "inf", "-inf", "9" * 24, "0x10", "1,2,3", "٣", "10" * 500),
    *("true", "null", "[]", "{}", "../../etc/passwd", "' OR 1=1 --", "<script>alert(1)</script>"),
    *("{{7*7}}", "%s%n", "\ue000\ue001", "price", "products", "fit", "EUR", "DEHAM"),
)
NASTY = (
    *("/search?q=%", "/search?q=%zz", "/search?q=%E0%A4", "/search?q=%00", "/search?q=%ED%A0%80"),
    *("/%00", "/products/%00", "/firms/%FF%FE", "/clusters/" + "a" * 3000, "/static/%00"),
    *("/static/../../pyproject.toml", "/static/..%2f..%2fpyproject.toml", "/xx/search"),
    *("//search", "/ml/ml/search", "/ml", "/sitemaps/999999999999.xml", "/sitemaps/-1.xml"),
    *("/.%2e/%2e%2e/", "/search?" + "&".join(f"sector=s{n}" for n in range(600))),
    *("/preferences?next=//evil.example", "/preferences?currency=XXX", "/preferences?port=%00"),
    "/search?q=" + "%F0%9F%98%80" * 600,
)
IDLE = 400  # connections
CLOSE = b"\r\nConnection: close\r\n\r\n"
RUDE = (
    b"\x00\x01\x02\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"BREW /search HTTP/1.1\r\nHost: x" + CLOSE,
    b"GET /search HTTP/1.1\r\nHost: \xff\xfe" + CLOSE,
    b"GET / HTTP/1.1\r\nHost: x\r\nCookie: reader=\x80\xff; session=%00" + CLOSE,
    b"GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: \xff,,;q=x" + CLOSE,
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + b"a" * 5000 + CLOSE,
)


def examples(count: int) -> settings:
    """One example at a time on a shared server: its pace is not what is tested here."""
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),  # shrinking would ask for minutes more
    )


anything = st.text(st.characters(), max_size=60)
controls = st.text(
    st.sampled_from([chr(n) for n in range(32)] + ["\x7f", "\x85", "\u2028", "\ufeff", "\u202e"])
)
marks = st.text(st.sampled_from("\"'“”«»()[]{}<>-+*?~^:/\\|&!%#$;,. aA1"), max_size=80)
nonsense = st.one_of(
    anything,
    controls,
    marks,
    st.sampled_from(ODD),
)


@pytest.fixture(scope="module")
def live(site_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder = tmp_path_factory.mktemp("bad-input")
    data = copy_of(site_config.data_dir, folder / "data")
    with running_on(data, folder / "log") as site:
        until(lambda: site.get("/search?q=mat").status == 200, 120)
        yield site


def assert_helps(answer: Answer) -> None:
    """Never a 5xx; never nothing; a refusal is a page with a sentence for its reader."""
    assert answer.status < 500, answer.text[:500]
    if answer.status in (301, 302, 303, 304, 307, 308):
        return
    assert answer.text.strip()
    assert "Traceback" not in answer.text
    if answer.status >= 400:
        assert answer.headers["content-type"].startswith("text/html")
        assert re.search(r"<h1[^>]*>\s*\S", answer.text)
        assert re.search(r"<p[^>]*>\s*\S{2}", answer.text)


@examples(90)
@given(text=st.one_of(anything, controls, marks))
def test_any_text_in_the_search_box(live: RunningSite, text: str) -> None:
    assert_helps(live.get("/search?" + urlencode({"q": text})))


@examples(25)
@given(length=st.integers(0, 10_000), script=st.sampled_from(SCRIPTS), data=st.data())
def test_texts_up_to_ten_thousand_characters(
    live: RunningSite, length: int, script: str, data: st.DataObject
) -> None:
    words = data.draw(
        st.lists(st.text(st.sampled_from(script), min_size=1), min_size=1, max_size=5)
    )
    text = (" ".join(words) * length)[:length]
    assert_helps(live.get("/search?" + urlencode({"q": text})))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", [800, 7_000, 10_000])
def test_the_longest_texts_of_every_script(live: RunningSite, script: str, length: int) -> None:
    text = (script * length)[:length]
    assert_helps(live.get("/search?" + urlencode({"q": text})))


@examples(100)
@given(
    path=st.sampled_from(PATHS),
    pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), nonsense), min_size=1, max_size=12),
)
def test_absurd_values_of_every_parameter(
    live: RunningSite, path: str, pairs: list[tuple[str, str]]
) -> None:
    assert_helps(live.get(f"{path}?{urlencode(pairs)}"))


@pytest.mark.parametrize("tab", TABS)
def test_every_parameter_at_once(live: RunningSite, tab: str) -> None:
    nonsense = dict.fromkeys(PARAMETERS, "' \" < ∞ \x00")
    for sort in SORTS[tab]:
        assert_helps(live.get("/search?" + urlencode(nonsense | {"tab": tab, "sort": sort})))


@pytest.mark.parametrize("page", ["1000000000", "0", "-1", "9" * 400, "1.5", "二", "+1", "1e9", ""])
@pytest.mark.parametrize(
    "path", ["/search?q=mat&page=", "/search?tab=firms&page=", "/clusters?page="]
)
def test_pages_that_are_not_there(live: RunningSite, path: str, page: str) -> None:
    answer = live.get(path + quote(page))
    assert_helps(answer)
    if path.startswith("/search") and page == "1000000000":
        assert answer.status == 404
        assert "page=" in answer.text or "/search" in answer.text  # the way back


@examples(70)
@given(
    garbage=st.binary(max_size=80), where=st.sampled_from(["/search?q=", "/search?", "/", "/ar/"])
)
def test_bytes_that_are_no_text(live: RunningSite, garbage: bytes, where: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in garbage)
    assert_helps(live.get(where + encoded))


@pytest.mark.parametrize(
    "target",
    NASTY,
    ids=lambda target: target[:40],
)
def test_known_nasty_addresses(live: RunningSite, target: str) -> None:
    assert_helps(live.get(target))


def test_a_preference_never_leads_to_another_site(live: RunningSite) -> None:
    for elsewhere in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\t//evil.example",
    ):
        answer = live.get("/preferences?" + urlencode({"currency": "EUR", "next": elsewhere}))
        assert answer.status == 302
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith("//")


@pytest.mark.parametrize("length", [4_000, 9_000, 70_000])
@pytest.mark.parametrize("where", ["/", "/search?q="])
def test_very_long_addresses(live: RunningSite, where: str, length: int) -> None:
    """Beyond what the server takes it refuses, in words, before the application is asked."""
    assert_says_why(live.raw(request(f"{where}{'a' * length}".encode())))


@examples(40)
@given(garbage=st.binary(min_size=1, max_size=200).filter(lambda bytes_: b"\n" not in bytes_))
def test_raw_bytes_in_the_request_line(live: RunningSite, garbage: bytes) -> None:
    """Bytes that no browser sends, not encoded at all."""
    answer = live.raw(request(b"/search?q=" + garbage))
    assert answer, "the server hung up without a word"
    assert_says_why(answer)


@pytest.mark.parametrize("lines", RUDE)
def test_requests_that_break_the_rules(live: RunningSite, lines: bytes) -> None:
    assert_says_why(live.raw(lines))
    assert live.get("/healthz").status == 200


def test_methods_that_pages_do_not_know(live: RunningSite) -> None:
    body = b"POST /search HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nq=%"
    for method in (b"POST", b"PUT", b"DELETE", b"PATCH"):
        assert_says_why(live.raw(body.replace(b"POST", method, 1)))


def test_nobody_waits_for_those_who_send_nothing(live: RunningSite) -> None:
    """Connections that send nothing must not use up the server.

    If each were waited for as long as gunicorn does by itself, those before us would take a minute.
    """
    idle = [socket.create_connection(("127.0.0.1", live.config.port), 30) for _ in range(IDLE)]
    try:
        assert live.get("/search?q=mat", timeout=30).status == 200
    finally:
        for plug in idle:
            plug.close()


def test_nothing_of_all_this_was_a_surprise(live: RunningSite) -> None:
    """Stands last: what the log calls unexpected would have been a 500 somewhere."""
    assert not [line for line in live.log_since(0) if line.get("event") == "unexpected error"]


def request(target: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def assert_says_why(answer: bytes) -> None:
    """Below 500, and a refusal comes with HTML that says something."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    assert status < 500, answer[:300]
    if status >= 400:
        assert b"text/html" in head.lower(), head
        assert len(re.sub(rb"<[^>]*>", b"", body).split()) >= 3, body
