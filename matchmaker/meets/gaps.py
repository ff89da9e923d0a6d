"""Idle gaps: slots in which somebody waits between two meetings of a day. Pure."""

from __future__ import annotations

from matchmaker.meets.problem import Problem, Timetable


def count_idle(problem: Problem, timetable: Timetable) -> int:
    """Over all people, slots without a meeting between the first and the last of their day.

    Slots in which a person is absent anyway are not waited through, so they do not count.
    """
    attended: dict[tuple[str, int], set[int]] = {}
    for meeting in timetable.meetings:
        for who in (meeting.first, meeting.second):
            key = (who, problem.slots[meeting.slot].day)
            attended.setdefault(key, set()).add(meeting.slot)
    absent = {each.id: each.absent for each in problem.people}
    return sum(
        slot not in slots and slot not in absent[who] and problem.slots[slot].day == day
        for (who, day), slots in attended.items()
        for slot in range(min(slots), max(slots))
    )
