"""The default world, drawn once for all tests of the seed; nothing of it is stored."""

from __future__ import annotations

import datetime as dt

import pytest

from seed.reference import read
from seed.world import DEFAULT_SCALE, FirmPlan, Place, World

TODAY = dt.date(2026, 11, 21)
USD_INR = 88.0


def make_world(scale: int = DEFAULT_SCALE, seed: int = 1, today: dt.date = TODAY) -> World:
    clusters = sorted(read("clusters")["clusters"], key=lambda each: each["slug"])
    places = [
        Place(c["slug"], c["sector"], c["district"], c["lat"], c["lon"], tuple(c["gi"]))
        for c in clusters
    ]
    return World(places, scale, seed, today, USD_INR)


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture(scope="session")
def firms(world: World) -> list[FirmPlan]:
    return list(world.firms())
