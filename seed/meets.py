"""Made-up meets, from 60 × 120 people to 2,000 × 4,000, drawn by seed; nothing is stored.

    problem = draw_meet(Shape(300, 600), seed=1)
    problem = draw_meet(Shape(300, 600, availability=SCARCE, tables="tight"), seed=1)

Everybody ranks those of the other side whom taste and fame make dear; a wish is a pair that at
least one of the two ranks. Tests, benchmarks and pages share these meets.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.meets.problem import Interpreter, Person, Problem, Slot, Wish

AMPLE, SCARCE = (0.6, 0.9), (0.3, 0.5)
TASTES = 6  # dimensions in which people differ: trade, price, style, …
ENGLISH, HOME, ABROAD = "en", "ml", ("de", "fr", "es", "ar")
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
OPENING = dt.datetime(2027, 1, 18, 10, 0, tzinfo=INDIA)
SLOTS_A_DAY, MINUTES, PAUSE = 10, 25, 5


@dataclass(frozen=True)
class Shape:
    """What kind of meet is drawn.

    `availability`: the lowest and the highest share of slots in which a person is there.
    `tables`: "loose", a home table for each buyer; "tight", room for 85 % of what people want.
    `teams`: share of sellers' firms with two delegates, of whom either may attend. `foreign`:
    share of buyers without English; `interpreters` come for them. `musts`: share of buyers with
    a meeting both sides insist on. `met_before`: share of wishes that are excluded for that.
    `floor`: how many meetings everybody shall have who has that many wishes.
    """

    buyers: int
    sellers: int
    slots: int = 20
    availability: tuple[float, float] = AMPLE
    tables: Literal["loose", "tight"] = "loose"
    teams: float = 0.0
    foreign: float = 0.0
    interpreters: int = 0
    musts: float = 0.0
    met_before: float = 0.0
    floor: int = 1


def lifelike(
    buyers: int,
    sellers: int,
    availability: tuple[float, float] = AMPLE,
    tables: Literal["loose", "tight"] = "loose",
) -> Shape:
    """A meet with some of everything: teams, languages, must-meets, and pairs that met before."""
    return Shape(
        buyers, sellers, availability=availability, tables=tables, teams=0.08, foreign=0.15,
        interpreters=max(2, buyers // 12), musts=0.05, met_before=0.01,
    )  # fmt: skip


def draw_meet(shape: Shape, seed: int = 1) -> Problem:
    """The meet of this shape and seed: the same for the same numbers, on any machine."""
    draw = np.random.default_rng([seed, shape.buyers, shape.sellers, shape.slots])
    there = _presence(shape, draw)
    most = _quotas(shape, draw)
    teams = _teams(shape, draw)
    languages = _languages(shape, draw)
    people = _people(shape, there, most, teams, languages)
    buyer, seller, weight = _ranked(shape, draw, teams)
    musts = _musts(shape, draw, buyer, seller, weight, there, languages)
    return Problem(
        slots=slots_of(shape.slots),
        tables=(_tables(shape, there, most),) * shape.slots,
        people=_with_floors(shape, people, buyer, seller),
        wishes=_wishes(shape, buyer, seller, weight, musts, teams),
        interpreters=_interpreters(shape, draw),
        apart=_met_before(shape, draw, buyer, seller, musts),
    )


def slots_of(count: int, a_day: int = SLOTS_A_DAY) -> tuple[Slot, ...]:
    """This many meetings of 25 minutes one after the other, a day's worth a day."""
    found = []
    for number in range(count):
        day, place = divmod(number, a_day)
        start = OPENING + dt.timedelta(days=day, minutes=place * (MINUTES + PAUSE))
        found.append(Slot(start, start + dt.timedelta(minutes=MINUTES), day))
    return tuple(found)


def _presence(shape: Shape, draw: np.random.Generator) -> NDArray[np.bool_]:
    """Who is there when, people × slots, buyers first; everybody is there at least once."""
    count = shape.buyers + shape.sellers
    share = draw.uniform(*shape.availability, size=(count, 1))
    there = draw.random((count, shape.slots)) < share
    there[np.arange(count), draw.integers(shape.slots, size=count)] = True
    return there


def _quotas(shape: Shape, draw: np.random.Generator) -> NDArray[np.int64]:
    """How many meetings each person wants at most: a buyer's day holds more than a seller's."""
    full = shape.slots
    return np.concatenate(
        [
            draw.integers(math.ceil(full * 0.5), math.ceil(full * 0.8) + 1, size=shape.buyers),
            draw.integers(math.ceil(full * 0.2), math.ceil(full * 0.4) + 1, size=shape.sellers),
        ]
    )


def _tables(shape: Shape, there: NDArray[np.bool_], most: NDArray[np.int64]) -> int:
    """How many tables stand in the hall."""
    if shape.tables == "loose":
        return shape.buyers
    can = np.minimum(most, there.sum(axis=1))
    wanted = min(int(can[: shape.buyers].sum()), int(can[shape.buyers :].sum()))
    return max(1, int(0.85 * wanted / shape.slots))


def _teams(shape: Shape, draw: np.random.Generator) -> NDArray[np.int64]:
    """Of each seller the number of the firm's first delegate: its own, or the one before."""
    first = np.arange(shape.sellers)
    joins = draw.random(shape.sellers) < shape.teams
    for seller in range(1, shape.sellers):
        if joins[seller] and first[seller - 1] == seller - 1:
            first[seller] = seller - 1
    return first


def _languages(shape: Shape, draw: np.random.Generator) -> list[frozenset[str]]:
    """What people speak: foreign buyers no English, one seller in ten a language of theirs."""
    if not shape.foreign:
        return [frozenset()] * (shape.buyers + shape.sellers)
    mother = [ABROAD[each] for each in draw.integers(len(ABROAD), size=shape.buyers)]
    is_foreign = draw.random(shape.buyers) < shape.foreign
    learnt = [ABROAD[each] for each in draw.integers(len(ABROAD), size=shape.sellers)]
    has_learnt = draw.random(shape.sellers) < 0.1
    return [
        frozenset({own} if foreign else {own, ENGLISH})
        for own, foreign in zip(mother, is_foreign, strict=True)
    ] + [
        frozenset({HOME, ENGLISH, other} if speaks else {HOME, ENGLISH})
        for other, speaks in zip(learnt, has_learnt, strict=True)
    ]


def _people(
    shape: Shape,
    there: NDArray[np.bool_],
    most: NDArray[np.int64],
    teams: NDArray[np.int64],
    languages: list[frozenset[str]],
) -> list[Person]:
    found = []
    for number in range(shape.buyers + shape.sellers):
        is_buyer = number < shape.buyers
        firm = number if is_buyer else int(teams[number - shape.buyers])
        found.append(
            Person(
                id=_name(shape, number),
                company=f"{'B' if is_buyer else 'S'}{firm + 1:04}",
                side="buyer" if is_buyer else "seller",
                absent=frozenset(np.flatnonzero(~there[number]).tolist()),
                most=int(most[number]),
                table=number if is_buyer and shape.tables == "loose" else None,
                languages=languages[number],
            )
        )
    return found


def _name(shape: Shape, number: int) -> str:
    is_buyer = number < shape.buyers
    return f"b{number + 1:04}" if is_buyer else f"s{number - shape.buyers + 1:04}"


def _ranked(
    shape: Shape, draw: np.random.Generator, teams: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The wishes: buyer, first delegate of the selling firm, weight by both their ranks.

    A buyer's list is about 30 long in a meet of 60 × 120 and 110 long in one of 2,000 × 4,000.
    """
    firms = np.unique(teams)
    long = min(len(firms), round(30 * (shape.sellers / 120) ** 0.37))
    short = min(shape.buyers, max(1, long * shape.buyers // shape.sellers))
    theirs = _standing(_liking(draw, shape.buyers, len(firms)), long)
    ours = _standing(_liking(draw, len(firms), shape.buyers), short).T
    buyer, firm = np.nonzero((theirs > 0) | (ours > 0))
    one, other = theirs[buyer, firm], ours[buyer, firm]
    weight = 1 + np.rint(50 * one + 40 * other + 60 * one * other).astype(np.int64)
    return buyer, firms[firm], weight


def _liking(draw: np.random.Generator, mine: int, theirs: int) -> NDArray[np.float32]:
    """How much each of mine likes each of theirs: shared taste, their fame, and chance."""
    taste = draw.standard_normal((mine, TASTES), dtype=np.float32)
    offer = draw.standard_normal((theirs, TASTES), dtype=np.float32)
    fame = draw.standard_normal(theirs, dtype=np.float32)
    chance = draw.standard_normal((mine, theirs), dtype=np.float32)
    return taste @ offer.T / np.float32(math.sqrt(TASTES)) + fame * np.float32(0.7) + chance


def _standing(liking: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """1 for the first of a list of this length, falling evenly to nearly 0; 0 for the unlisted."""
    best = np.argpartition(-liking, length - 1, axis=1)[:, :length]
    order = np.argsort(-np.take_along_axis(liking, best, axis=1), axis=1, kind="stable")
    standing = np.zeros(liking.shape, dtype=np.float32)
    steps = (1 - np.arange(length, dtype=np.float32) / length)[None, :]
    np.put_along_axis(standing, np.take_along_axis(best, order, axis=1), steps, axis=1)
    return standing


def _musts(
    shape: Shape,
    draw: np.random.Generator,
    buyer: NDArray[np.int64],
    seller: NDArray[np.int64],
    weight: NDArray[np.int64],
    there: NDArray[np.bool_],
    languages: list[frozenset[str]],
) -> set[int]:
    """Meetings both sides insist on: dear ones, one a person, with three slots to choose from."""
    chosen: set[int] = set()
    taken: set[int] = set()
    wanted = round(shape.musts * shape.buyers)
    if not wanted:
        return chosen
    for wish in np.argsort(-(weight + draw.random(len(weight))), kind="stable"):
        one, other = int(buyer[wish]), shape.buyers + int(seller[wish])
        if one in taken or other in taken or int((there[one] & there[other]).sum()) < 3:
            continue
        if languages[one] and not languages[one] & languages[other]:
            continue
        chosen.add(int(wish))
        taken |= {one, other}
        if len(chosen) == wanted:
            break
    return chosen


def _wishes(
    shape: Shape,
    buyer: NDArray[np.int64],
    seller: NDArray[np.int64],
    weight: NDArray[np.int64],
    musts: set[int],
    teams: NDArray[np.int64],
) -> tuple[Wish, ...]:
    buyers = [(_name(shape, number),) for number in range(shape.buyers)]
    team: dict[int, tuple[str, ...]] = {}
    for delegate, first in enumerate(teams.tolist()):
        team[first] = (*team.get(first, ()), _name(shape, shape.buyers + delegate))
    return tuple(
        Wish(f"{buyers[b][0]}-{team[s][0]}", buyers[b], team[s], w, number in musts)
        for number, (b, s, w) in enumerate(
            zip(buyer.tolist(), seller.tolist(), weight.tolist(), strict=True)
        )
    )


def _with_floors(
    shape: Shape, people: list[Person], buyer: NDArray[np.int64], seller: NDArray[np.int64]
) -> tuple[Person, ...]:
    """Everybody shall have the floor's number of meetings, but no more than they have wishes."""
    wishes = np.concatenate(
        [np.bincount(buyer, minlength=shape.buyers), np.bincount(seller, minlength=shape.sellers)]
    )
    return tuple(
        replace(person, least=min(shape.floor, int(count), person.most or 0))
        for person, count in zip(people, wishes, strict=True)
    )


def _interpreters(shape: Shape, draw: np.random.Generator) -> tuple[Interpreter, ...]:
    """Each between one foreign language and English, away for a tenth of the slots."""
    found = []
    for number in range(shape.interpreters):
        away = np.flatnonzero(draw.random(shape.slots) < 0.1)
        spoken = frozenset({ABROAD[number % len(ABROAD)], ENGLISH})
        found.append(Interpreter(f"i{number + 1:02}", spoken, frozenset(away.tolist())))
    return tuple(found)


def _met_before(
    shape: Shape,
    draw: np.random.Generator,
    buyer: NDArray[np.int64],
    seller: NDArray[np.int64],
    musts: set[int],
) -> frozenset[tuple[str, str]]:
    """Firms that have met and need not again; never those who insist."""
    if not shape.met_before:
        return frozenset()
    met = np.flatnonzero(draw.random(len(buyer)) < shape.met_before)
    return frozenset(
        (f"B{buyer[wish] + 1:04}", f"S{seller[wish] + 1:04}")
        for wish in met.tolist()
        if wish not in musts
    )
