"""A timetable as lines for a terminal: by slot and table, its worth, and what is left out. Pure."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from matchmaker.meets.placing.sentences import contradiction_sentence
from matchmaker.meets.problem import Answer, Meeting, Problem, Slot, Unmet
from matchmaker.meets.sentences import REASONS, counted, reason_sentence
from matchmaker.text_columns import name_shown, padded, width_of, wrapped

WIDTH = 100
UNMET_SHOWN = 20


def lines_of(
    problem: Problem, answer: Answer, *, width: int = WIDTH, with_times: bool = True
) -> Iterator[str]:
    """The whole print: every slot, then the summary, then the unmet wishes with their reasons.

    `width`: columns of the terminal. `with_times`: published lists name slots but no times.
    """
    yield from _slots(problem, answer.timetable.meetings, width, with_times=with_times)
    yield ""
    for line in summary(problem, answer):
        yield from wrapped(line, width)
    if answer.unmet:
        yield ""
        for line in _unmet(problem, answer.unmet):
            yield from wrapped(line, width)


def _slots(
    problem: Problem, meetings: Sequence[Meeting], width: int, *, with_times: bool
) -> Iterator[str]:
    by_slot: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        by_slot[meeting.slot].append(meeting)
    day = ""
    for number, slot in enumerate(problem.slots):
        if with_times and _day(slot) != day:
            day = _day(slot)
            yield day
        here = sorted(by_slot[number], key=lambda each: each.table)
        time = f"  {_time(slot)}" if with_times else ""
        tables = counted(problem.tables[number], "table")
        yield f"Slot {number + 1}{time}  {len(here):,} of {tables}"
        yield from _in_columns([_cell(each, width) for each in here], width)


def _day(slot: Slot) -> str:
    """The heading of the slots of one local day."""
    return f"{slot.start:%A} {slot.start.day} {slot.start:%B %Y}, {slot.start:%Z}"


def _time(slot: Slot) -> str:
    """The local time of the slot, with the date of its end where midnight lies between."""
    next_day = "" if slot.start.date() == slot.end.date() else f" ({slot.end:%a} {slot.end.day})"
    return f"{slot.start:%H:%M}–{slot.end:%H:%M}{next_day}"


def _cell(meeting: Meeting, width: int) -> str:
    """Table and names; names are cut where they would not fit on one line."""
    names = [meeting.first, meeting.second]
    if meeting.interpreter is not None:
        names.append(meeting.interpreter)
    most = (width - 12) // len(names)
    first, second, *through = (name_shown(each, most) for each in names)
    return f"{meeting.table + 1:>4} {first}–{second}" + "".join(f" ({each})" for each in through)


def _in_columns(cells: Sequence[str], width: int) -> Iterator[str]:
    """As many cells in a line as fit, one below the other."""
    if not cells:
        return
    column = max(width_of(each) for each in cells) + 2
    a_line = max(1, width // column)
    for start in range(0, len(cells), a_line):
        yield "".join(padded(each, column) for each in cells[start : start + a_line]).rstrip()


def summary(problem: Problem, answer: Answer) -> Iterator[str]:
    """What the timetable is worth and how good it is known to be."""
    count = len(answer.timetable.meetings)
    wishes, people = counted(len(problem.wishes), "wish"), len(problem.people)
    yield f"{counted(count, 'meeting')} of {wishes}, {people:,} people."
    if problem.place_all:
        yield from _placement(problem, answer)
        return
    proof = "proved best" if answer.is_proved else f"at most {answer.gap:.2%} below the best"
    none = "no timetable that keeps as many must-meets and floors is worth more than"
    yield f"Value {answer.value:,}; {none} {answer.bound:,.0f}: {proof}."
    yield from _unproved(problem, answer)
    a_head = answer.idle_gaps / max(1, len(problem.people))
    moves = f"table moves {answer.table_moves:,}"
    yield f"Idle gaps {answer.idle_gaps:,}, {a_head:.2f} a person; {moves}."
    yield f"Fairness and must-meets cost {answer.fairness_price:.2%} of the value."
    if answer.below_floor:
        yield f"Fewer meetings than hoped for: {_some(answer.below_floor)}."
    placed = {each.wish for each in answer.timetable.meetings}
    missing = [each.id for each in problem.wishes if each.is_must and each.id not in placed]
    if missing:
        certain = "It is certain that not all could." if answer.is_infeasible else ""
        yield f"{counted(len(missing), 'must-meet')} without a place: {_some(missing)}. {certain}"


def _unproved(problem: Problem, answer: Answer) -> Iterator[str]:
    """What is open where the value is the highest possible, but the timetable not proved best."""
    if answer.is_proved or answer.value < answer.bound:
        return
    placed = {each.wish for each in answer.timetable.meetings}
    if any(each.is_must and each.id not in placed for each in problem.wishes):
        yield "Not proved: whether another timetable could place more of the must-meets."
    elif answer.below_floor:
        yield "Not proved: whether in another timetable fewer people have less than hoped for."


def _some(names: Sequence[str]) -> str:
    """The first ten, and how many more there are."""
    more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more


def _placement(problem: Problem, answer: Answer) -> Iterator[str]:
    """For a given list: whether all is placed, and how often people wait."""
    if answer.is_infeasible:
        yield "It is certain that these meetings cannot all be placed."
        if answer.contradiction:
            yield contradiction_sentence(answer.contradiction)
    elif answer.breaks is None:
        yield "No placement of all meetings was found, nor a proof that there is none."
    elif answer.is_proved:
        yield f"Breaks {answer.breaks}: proved that no placement has fewer."
    else:
        fewest = "" if answer.fewest is None else f"; fewer than {answer.fewest} are impossible"
        yield f"Breaks {answer.breaks}, not proved to be the fewest{fewest}."


def _unmet(problem: Problem, unmet: Sequence[Unmet]) -> Iterator[str]:
    """How many for each reason, and the dearest of them in words."""
    counts = Counter(each.reason for each in unmet)
    yield f"{counted(len(unmet), 'wish')} not met:"
    for reason in REASONS:
        if counts[reason]:
            yield f"{counts[reason]:>9,}  {reason}"
    worth = {each.id: (each.is_must, each.weight) for each in problem.wishes}
    for each in heapq.nlargest(UNMET_SHOWN, unmet, key=lambda each: worth[each.wish]):
        yield f"  {each.wish}: {reason_sentence(each.reason, each.facts)}"
    if len(unmet) > UNMET_SHOWN:
        yield f"  … and {len(unmet) - UNMET_SHOWN:,} less dear: --json names them all."
