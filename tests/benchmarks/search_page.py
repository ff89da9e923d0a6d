"""The search page through the running server: 500 distinct queries nobody asked before.

    python -m tests.benchmarks.search_page [--json] [--data FOLDER] [--queries 500]

FOLDER is a seeded data folder (default: that of the configuration). Server time is what the
server's own log says of each request; no answer is kept between them.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from seed.families import Family, all_families
from tests.benchmarks.harness import Figures, p50, p95

PAGE_LIMIT_KB = 60.0


def queries(count: int, seed: int) -> list[str]:
    """Distinct queries of two to six words, as buyers ask: most about one kind of product.

    Four fifths take their words from the names, aliases, titles and sentences of one family;
    one fifth mixes families, so that nothing holds all words. A fifth has a slip of the
    keyboard.
    """
    draw = random.Random(seed)
    vocabularies = [_words_of(family) for family in all_families()]
    everything = sorted({word for words in vocabularies for word in words})
    found: set[str] = set()
    while len(found) < count:
        words = everything if draw.random() < 0.2 else draw.choice(vocabularies)
        chosen = draw.sample(words, draw.randint(2, 6))
        if draw.random() < 0.2:
            place = draw.randrange(len(chosen))
            chosen[place] = _misspelt(chosen[place], draw)
        found.add(" ".join(chosen))
    return sorted(sorted(found), key=lambda _query: draw.random())


def _words_of(family: Family) -> list[str]:
    texts = (family.name, *family.aliases, *family.titles, *family.text["opening"])
    return sorted({word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower())})


def _misspelt(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word))
    return word[:at] + draw.choice("aeinorst") + word[at + 1 :]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryFile("w+") as log:
        port = _free_port()
        server = _start(port, asked.data, log)
        try:
            seen, sizes, raw = _ask(port, queries(asked.queries, asked.seed))
        finally:
            server.terminate()
            server.wait(30)
        log.seek(0)
        served = [
            json.loads(line)["ms"]
            for line in log
            if '"path": "/search"' in line and line.startswith("{")
        ]
    figures = Figures(f"Search page, {len(seen)} distinct queries, one at a time")
    figures.told("server time p50", p50(served), "ms")
    figures.at_most("server time p95", p95(served), "ms", goal=40)
    figures.told("as the client sees it p95", p95(seen), "ms")
    figures.at_most("on the wire, largest page", max(sizes) / 1000, "kB", goal=PAGE_LIMIT_KB)
    figures.told("unpacked, largest page", max(raw) / 1000, "kB")
    figures.finish(sys.argv[1:])


def _ask(port: int, texts: list[str]) -> tuple[list[float], list[int], list[int]]:
    """Milliseconds, bytes on the wire and bytes unpacked of each page."""
    seen, sizes, raw = [], [], []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for text in ["warm up", "and again", *texts]:
        began = time.perf_counter()
        connection.request("GET", f"/search?q={quote(text)}", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        seen.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            sys.exit(f"status {answer.status} for {text!r}")
        sizes.append(len(body))
        zipped = answer.headers.get("Content-Encoding") == "gzip"
        raw.append(len(gzip.decompress(body)) if zipped else len(body))
    return seen[2:], sizes[2:], raw[2:]


def _start(port: int, data: Path | None, log: object) -> subprocess.Popen[bytes]:
    environment = dict(os.environ, MATCHMAKER_PORT=str(port), MATCHMAKER_LOG_FORMAT="json")
    environment["MATCHMAKER_RATE_LIMIT"] = "1000000 per minute"
    if data:
        environment["MATCHMAKER_DATA"] = str(data)
    command = [str(Path(sys.executable).parent / "matchmaker"), "run"]
    server = subprocess.Popen(command, env=environment, stderr=log, stdout=log)  # type: ignore[arg-type]
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.2)
    server.terminate()
    sys.exit("the server did not answer within a minute")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
