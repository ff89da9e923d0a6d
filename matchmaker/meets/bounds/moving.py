"""What no timetable can exceed that keeps given meetings, in whatever slots. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from matchmaker.meets.arrays import Compiled
from matchmaker.meets.bounds.flow import bound_by_flow
from matchmaker.meets.problem import Meeting


def most_with_moves(compiled: Compiled, stay: Iterable[Meeting]) -> float:
    """No timetable is worth more in which all these take place, in whatever slots.

    The least of three: the flow of the whole meet; theirs and a flow of all else, for which only
    their quotas are taken; theirs and the dearest wishes for as many tables as they leave.
    """
    problem, facts = compiled.problem, compiled.facts
    wish_row = {each.id: number for number, each in enumerate(problem.wishes)}
    row = {each.id: number for number, each in enumerate(problem.people)}
    settled = np.zeros(len(wish_row), bool)
    most = facts.most.copy()
    value = count = 0
    for meeting in stay:
        settled[wish_row[meeting.wish]] = True
        most[row[meeting.first]] -= 1
        most[row[meeting.second]] -= 1
        value += problem.wishes[wish_row[meeting.wish]].weight
        count += 1
    weight = np.where(settled[facts.wish], 0, compiled.weight)
    rest = replace(compiled, weight=weight, facts=facts._replace(most=most))
    tables = max(0, int(facts.tables.sum()) - count)
    open_ = [each.weight for each, gone in zip(problem.wishes, settled, strict=True) if not gone]
    whole = bound_by_flow(compiled, is_plain=True).total
    beside = bound_by_flow(rest, is_plain=True).total
    return float(min(whole, value + min(beside, sum(heapq.nlargest(tables, open_)))))
