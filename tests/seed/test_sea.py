"""Distances by ship that are kept are those that searoute gives, and none is missing."""

from __future__ import annotations

import pytest

from seed import sea
from seed.reference import ports
from seed.sea import computed, sea_distance


def test_every_pair_of_ports_is_kept_and_a_sample_is_what_searoute_gives() -> None:
    origins, arrivals = ports()
    pairs = [(start, end) for start in origins for end in arrivals]
    for start, end in pairs[:: len(pairs) // 9]:
        assert sea_distance(start, end) == computed(start, end)
    kept = sum(len(each) for each in sea._kept().values())
    assert kept == len(pairs), "run: python -m seed.sea"


def test_a_port_that_was_moved_is_computed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    start, end = ports()[0][0], ports()[1][0]
    monkeypatch.setattr(sea, "computed", lambda *_: 7)
    assert sea_distance(start, end | {"lat": end["lat"] + 0.1}) == 7
