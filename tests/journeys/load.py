"""A site under constant load while its search is taken away: what visitors and savers meet."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import lag_of, note_change
from matchmaker.catalogue.models import Product
from matchmaker.database import make_engine
from tests.journeys.running import Answer, RunningSite, until

RESULT = '<li class="row">'
HEALED = 90.0  # seconds within which everything must be worked off
SAVE_EVERY = 0.2
ENOUGH = 5  # pages that said so, and changes that wait: an outage nobody met proves nothing
WARNING = re.compile(r"waiting for the index</th>.*?Says\">([^<]*)<", re.DOTALL)


@dataclass
class Met:
    """What happened, counted by what was asked and what came of it; times in seconds."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    saved: int = 0
    waiting_at_most: int = 0
    healed_after: float = 0.0
    drained_after: float = 0.0
    last_word: str = ""

    @property
    def away_said(self) -> int:
        """Pages that said honestly that the search does not answer."""
        answers = list(self.answers.items())  # visitors may be adding to them
        return sum(times for (_, came), times in answers if came == "503")

    @property
    def bad_answers(self) -> int:
        """Answers that were wrong, cut off or never came."""
        return sum(times for (_, came), times in self.answers.items() if came not in ("200", "503"))


def outage(
    site: RunningSite,
    take_away: Callable[[], None],
    bring_back: Callable[[], None],
    seconds: float,
    pause: float = 0.1,
) -> Met:
    """Load, the search away for so long, and back; ends when nothing waits for the index.

    Each visitor waits `pause` seconds between two pages. Where the machine is slow the search
    stays away until somebody has met the outage and something waits.
    """
    load = Load(site, pause)
    with load:
        time.sleep(1)
        take_away()
        time.sleep(seconds)
        until(lambda: load.met.away_said >= ENOUGH and load.waiting() >= ENOUGH, HEALED)
        load.met.waiting_at_most = load.waiting()
        bring_back()
        began = time.monotonic()
        until(lambda: RESULT in load.ask("/search?q=rubber").text, HEALED)
        load.met.healed_after = time.monotonic() - began
    until(lambda: load.waiting() == 0, HEALED)
    load.met.drained_after = time.monotonic() - began
    until(lambda: RESULT in load.ask(f"/search?q={load.met.last_word}").text, HEALED)
    until(lambda: load.said_of_lag() == "none", HEALED)
    load.close()
    return load.met


class Load:
    """Visitors who ask and one who saves, each in a thread, from `with` to its end."""

    def __init__(self, site: RunningSite, pause: float) -> None:
        self.site, self.met, self._pause = site, Met(), pause
        self._engine = make_engine(site.config.database_url)
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._title = self._products()[0][1]
        visitors = [
            ("search", "/search?q=rubber", self._is_honest_search),
            ("search", "/search?q=mat&state=Kerala", self._is_honest_search),
            ("name", "/search?q=" + quote(self._title[:40]), self._names_it),
            ("home", "/", lambda answer: answer.status == 200),
            ("health", "/health", lambda answer: answer.status == 200),
        ]
        self._threads = [threading.Thread(target=self._visit, args=each) for each in visitors]
        self._threads.append(threading.Thread(target=self._save))

    def __enter__(self) -> Load:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for each in self._threads:
            each.join()

    def close(self) -> None:
        self._engine.dispose()

    def ask(self, target: str) -> Answer:
        return self.site.get(target)

    def waiting(self) -> int:
        with Session(self._engine) as db:
            return lag_of(db, "index").waiting

    def said_of_lag(self) -> str:
        """What the health page says of it."""
        found = WARNING.search(self.ask("/health").text)
        return found[1].strip() if found else ""

    def _visit(self, kind: str, target: str, is_honest: Callable[[Answer], bool]) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                answer = self.ask(target)
                came = str(answer.status) if is_honest(answer) else f"dishonest {answer.status}"
            except (OSError, http.client.HTTPException) as broken:
                came = f"no answer: {type(broken).__name__}"
            took = time.monotonic() - began
            with self._lock:
                self.met.answers[kind, came] += 1
                self.met.slowest[kind] = max(self.met.slowest.get(kind, 0), took)
            self._stop.wait(self._pause)

    @staticmethod
    def _is_honest_search(answer: Answer) -> bool:
        """Results, or a page that says there are none to be had now and when to come again."""
        if answer.status == 200:
            return RESULT in answer.text
        says_when = answer.headers.get("retry-after", "").isdigit()
        return answer.status == 503 and says_when and RESULT not in answer.text

    def _names_it(self, answer: Answer) -> bool:
        """Found by the index, or at least by its exact name out of the database."""
        return "/products/" in answer.text and answer.status in (200, 503)

    def _products(self) -> list[tuple[int, str]]:
        with Session(self._engine) as db:
            found = select(Product.id, Product.title).where(Product.state == "published")
            return [(id, title) for id, title in db.execute(found.order_by(Product.id).limit(50))]

    def _save(self) -> None:
        """Every save is a word of its own in the title of a product."""
        ids = [id for id, _ in self._products()][1:]
        for number in range(1_000_000):
            if self._stop.wait(SAVE_EVERY):
                return
            word = f"zubrowka{time.time_ns() % 10**9}"
            try:
                with Session(self._engine) as db, db.begin():
                    product = db.get_one(Product, ids[number % len(ids)])
                    product.title = f"{product.title.split(' zubrowka')[0]} {word}"
                    note_change(db, "product", product.id)
            except Exception as refused:  # whatever it is: saving must go on
                self.met.troubles.append(f"saving: {refused}")
            else:
                self.met.saved += 1
                self.met.last_word = word
