"""Which table each meeting gets, so that buyers walk as little as possible. Pure.

One person of each meeting is its host: whoever has a home table, else the buyer, else the first
side. With a table for each host nobody who hosts ever moves. With fewer, a host stays at the
table of the last meeting wherever it is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from matchmaker.meets.problem import Meeting, Person, Problem, Timetable


def assign_tables(problem: Problem, meetings: Sequence[Meeting]) -> Timetable:
    """The same meetings by slot, each at a table of its own, in the order of the tables."""
    people = {each.id: each for each in problem.people}
    hosts = {each.wish: _host(each, people) for each in meetings}
    seat = _homes(problem, people, hosts, meetings)
    seated: list[Meeting] = []
    for slot, group in groupby(sorted(meetings, key=_slot), key=_slot):
        here = list(group)
        table_of = _seat(here, hosts, seat, problem.tables[slot])
        seat |= {hosts[wish]: table for wish, table in table_of.items()}
        seated += sorted(
            (replace(each, table=table_of[each.wish]) for each in here),
            key=lambda each: each.table,
        )
    return Timetable(tuple(seated))


def count_moves(problem: Problem, timetable: Timetable) -> int:
    """How often a host goes to another table from one meeting to the next of the same day."""
    people = {each.id: each for each in problem.people}
    seat: dict[tuple[str, int], int] = {}
    moves = 0
    for each in sorted(timetable.meetings, key=_slot):
        key = (_host(each, people), problem.slots[each.slot].day)
        moves += seat.get(key, each.table) != each.table
        seat[key] = each.table
    return moves


def _slot(meeting: Meeting) -> int:
    return meeting.slot


def _host(meeting: Meeting, people: dict[str, Person]) -> str:
    both = people[meeting.first], people[meeting.second]
    at_home = [each.id for each in both if each.table is not None]
    buyers = [each.id for each in both if each.side == "buyer"]
    return (at_home or buyers or [meeting.first])[0]


def _homes(
    problem: Problem, people: dict[str, Person], hosts: dict[str, str], meetings: Sequence[Meeting]
) -> dict[str, int]:
    """Where hosts sit before anything is placed: at home; with a table for each, there always."""
    seat = {who: people[who].table for who in dict.fromkeys(hosts[each.wish] for each in meetings)}
    known = {who: table for who, table in seat.items() if table is not None}
    smallest = min((problem.tables[each.slot] for each in meetings), default=0)
    free = sorted(set(range(smallest)) - set(known.values()))
    homeless = [who for who, table in seat.items() if table is None]
    if len(homeless) <= len(free):
        known |= dict(zip(homeless, free, strict=False))
    return known


def _seat(
    meetings: Sequence[Meeting], hosts: dict[str, str], seat: dict[str, int], tables: int
) -> dict[str, int]:
    """Tables of the meetings of one slot: first those who can stay, then the others."""
    found: dict[str, int] = {}
    free = set(range(tables))
    for each in meetings:
        table = seat.get(hosts[each.wish])
        if table in free:
            found[each.wish] = table
            free.discard(table)
    # Whoever pauses now comes back to the table of the last meeting: take that one last.
    kept = set(seat.values())
    rest = sorted(free, key=lambda table: (table in kept, table))
    others = [each.wish for each in meetings if each.wish not in found]
    return found | dict(zip(others, rest, strict=False))
