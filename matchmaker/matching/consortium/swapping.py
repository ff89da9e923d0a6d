"""Better choices by swapping members, as the multipliers of the bound advise. Pure.

The bound values each firm on its own (`savings`); a choice that can do it and has the least sum
of these values is near the cheapest. Found by exchanging one member at a time, always for the
greatest gain, while all that is asked can still be made. Where many members are needed and few
choices can do it at all, dives of the search alone find none.
"""

from __future__ import annotations

import numpy as np

from matchmaker.jit import inner
from matchmaker.matching.consortium.arrays import Cells, Marks, Whole

NO_FIRM = -1


@inner
def swap(cells: Cells, gain: Whole, kept: Marks, most: int, chosen: Marks) -> tuple[int, int]:
    """Exchange members in place until no exchange helps: (changes, figures read).

    `chosen` can do it and stays so. `kept`: members who are not exchanged. `gain`: less is better.
    """
    periods = cells.demand.shape[0]
    spare = np.zeros(periods, np.int64)
    for t in range(periods):
        spare[t] = -cells.demand[t]
        for firm in range(chosen.shape[0]):
            if chosen[firm]:
                spare[t] += cells.caps[firm, t]
    changes = add_useful(cells, gain, most, chosen, spare)
    read = chosen.shape[0]
    while True:
        out, into, more = best_exchange(cells, gain, kept, chosen, spare)
        read += more
        if out == NO_FIRM:
            return changes, read
        chosen[out], chosen[into] = 0, 1
        changes += 1
        for t in range(periods):
            spare[t] += cells.caps[into, t] - cells.caps[out, t]


@inner
def add_useful(cells: Cells, gain: Whole, most: int, chosen: Marks, spare: Whole) -> int:
    """Take in whom it is worth to, while there is room; how many."""
    room, changes = most, 0
    for firm in range(chosen.shape[0]):
        room -= chosen[firm]
    while room > changes:
        best = NO_FIRM
        for firm in range(chosen.shape[0]):
            if chosen[firm] == 0 and gain[firm] < 0 and (best < 0 or gain[firm] < gain[best]):
                best = firm
        if best == NO_FIRM:
            break
        chosen[best] = 1
        changes += 1
        for t in range(spare.shape[0]):
            spare[t] += cells.caps[best, t]
    return changes


@inner
def best_exchange(
    cells: Cells, gain: Whole, kept: Marks, chosen: Marks, spare: Whole
) -> tuple[int, int, int]:
    """(who goes, who comes instead, figures read) for the greatest gain; NO_FIRM: none helps."""
    firms, periods = cells.caps.shape
    best, found_out, found_in, read = 0, NO_FIRM, NO_FIRM, 0
    for out in range(firms):
        if chosen[out] == 0 or kept[out]:
            continue
        read += firms
        for into in range(firms):
            if chosen[into] or gain[into] - gain[out] >= best:
                continue
            read += periods
            works = True
            for t in range(periods):
                if spare[t] - cells.caps[out, t] + cells.caps[into, t] < 0:
                    works = False
                    break
            if works:
                best, found_out, found_in = gain[into] - gain[out], out, into
    return found_out, found_in, read
