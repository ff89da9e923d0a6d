"""Whoever asks too often waits, and only as long as needed."""

from __future__ import annotations

import threading

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from matchmaker import limits
from matchmaker.limits import InProcess

TWICE = parse("2 per minute")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("matchmaker.limits.time.time", lambda: now[0])
    return now


def test_a_place_is_free_again_a_minute_after_it_was_taken(clock: list[float]) -> None:
    limiter = MovingWindowRateLimiter(InProcess())
    answers = []
    for clock[0] in (1000, 1030, 1059, 1061, 1062, 1091):
        answers.append(limiter.hit(TWICE, "alice"))
    assert answers == [True, True, False, True, False, True]
    assert limiter.hit(TWICE, "bob")


def test_the_reader_is_told_how_many_are_left_and_until_when(clock: list[float]) -> None:
    limiter = MovingWindowRateLimiter(InProcess())
    untouched = limiter.get_window_stats(TWICE, "alice")
    limiter.hit(TWICE, "alice")
    clock[0] += 10
    after = limiter.get_window_stats(TWICE, "alice")
    assert (untouched.remaining, after.remaining, after.reset_time) == (2, 1, 1060)


def test_addresses_are_forgotten_those_silent_longest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "ADDRESSES_REMEMBERED", 2)
    storage = InProcess()
    for key in ("alice", "bob", "alice", "charlie"):
        assert storage.acquire_entry(key, 10, 60)
    assert [storage.get(key) for key in ("alice", "bob", "charlie")] == [2, 0, 1]
    assert storage.reset() == 2
    assert storage.get("alice") == 0


def test_counting_starts_no_thread() -> None:
    before = threading.active_count()
    storage = InProcess()
    assert storage.acquire_entry("alice", 10, 60)
    assert threading.active_count() == before
